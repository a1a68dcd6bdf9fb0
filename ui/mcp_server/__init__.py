"""The assistant as a server of MCP; being a client of other servers is in `tools.mcp_client`."""

from __future__ import annotations

from ...extensions.extras import require

require("mcp")
