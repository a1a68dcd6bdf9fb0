"""Vectors in Chroma, in a folder or on a server. All that knows chromadb; no words, no models."""

from __future__ import annotations

from ...extensions.extras import require

require("index")
