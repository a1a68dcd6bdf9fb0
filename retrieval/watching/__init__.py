"""Videos, asked by their moments: when something is to be seen, how many at a time, what is written."""

from __future__ import annotations

from .questions import VideoQuestion
from .search import VideoSearch, Watched

__all__ = ["VideoQuestion", "VideoSearch", "Watched"]
