"""The assistant and its experts for other programs, over the Model Context Protocol."""

from __future__ import annotations

from ...extensions.extras import require

require("mcp")
