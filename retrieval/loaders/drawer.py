"""The drawing process: the reading process with a page's picture instead of its words.

Started by `drawing`, never by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...settings import DocumentLimits
from .base import DocumentInfo
from .load import render
from .protocol import send_drawing
from .reader import main

if TYPE_CHECKING:
    from PIL import Image


class Drawing:
    """A document of which one page is drawn.

    Args:
        path: of the document.
        limits: what the picture may measure.
    """

    about = DocumentInfo("drawing")

    def __init__(self, path: Path, limits: DocumentLimits) -> None:
        self._path, self._limits = path, limits
        self.on_page: Callable[[int], None] = lambda number: None

    def pages(self, first: int = 1) -> Iterator[tuple[Image.Image, float]]:
        """Page `first` as a picture, and the units of its frame in one pixel; no other page."""
        self.on_page(first)
        yield render(self._path, first, self._limits)

    def close(self) -> None:
        """Nothing stays open."""


if __name__ == "__main__":
    main(Drawing, send_drawing)
