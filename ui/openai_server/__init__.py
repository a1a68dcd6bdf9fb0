"""The OpenAI-compatible server: requests, replies, streams; what others need too is in `http`."""

from __future__ import annotations

from ...extensions.extras import require

require("serve")
