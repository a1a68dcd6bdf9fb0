"""Documents of an index that hold the same, or pictures that look the same."""

from __future__ import annotations

from .find import Duplicates, duplicates_in
from .look import alike

__all__ = ["Duplicates", "alike", "duplicates_in"]
