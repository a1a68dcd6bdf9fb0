"""Who reads scans and pictures, as whoever opens an index hands it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...schema import Picture, TextLine

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["ScanReader"]


@dataclass(frozen=True)
class ScanReader:
    """Who reads pages that are pictures: handed in, since retrieval knows no tools.

    Attributes:
        read: OCR; boxes in the picture's original frame.
        objects: what is in a picture in a few words ("4 people, 1 bus"), "" for nothing.
        caption: what a model that sees says of a picture.
        at_once: how many pages may be looked at side by side.
    """

    read: Callable[[Image.Image, Picture], list[TextLine]]
    objects: Callable[[Image.Image, Picture], str] | None = None
    caption: Callable[[Image.Image, Picture], str] | None = None
    at_once: int = 1
