"""The chat page, made with Gradio."""

from __future__ import annotations

from ...extensions.extras import require

require("ui")
