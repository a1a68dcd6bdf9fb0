"""Pictures by what they show: "find pictures of dogs", told apart from what is written in them."""

from __future__ import annotations

from .find import DepictionSearch
from .kinds import KindNames

__all__ = ["DepictionSearch", "KindNames"]
