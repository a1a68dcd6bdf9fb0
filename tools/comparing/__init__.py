"""Two pictures, or two versions of a document, held side by side."""

from __future__ import annotations

from .documents import DocumentComparer
from .overlay import laid_over
from .pictures import COMPARE, Differences, PictureComparer, PictureDifference, compare_tool
from .words import TextChange, text_changes

__all__ = [
    "COMPARE",
    "Differences",
    "DocumentComparer",
    "PictureComparer",
    "PictureDifference",
    "TextChange",
    "compare_tool",
    "laid_over",
    "text_changes",
]
