"""The chat page: sessions, handlers, history, uploads, widgets; its HTML is made in `html`."""

from __future__ import annotations

from ...extensions.extras import require

require("ui")
