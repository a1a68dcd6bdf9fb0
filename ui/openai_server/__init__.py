"""The OpenAI-compatible server."""

from __future__ import annotations

from ...extensions.extras import require

require("serve")
