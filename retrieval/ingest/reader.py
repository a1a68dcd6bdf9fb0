"""Who reads scans and pictures, as whoever opens an index hands it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...schema import Detection, Picture, TextLine

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["ScanReader"]


@dataclass(frozen=True)
class ScanReader:
    """Who reads pages that are pictures: handed in, since retrieval knows no tools.

    Attributes:
        read: OCR; boxes in the picture's original frame.
        objects: what a detector finds in a picture.
        kinds: the names of all things that the detector can find.
        caption: what a model that sees says of a picture.
        at_once: how many pages may be looked at side by side.
    """

    read: Callable[[Image.Image, Picture], list[TextLine]]
    objects: Callable[[Image.Image, Picture], list[Detection]] | None = None
    kinds: Callable[[], Sequence[str]] | None = None
    caption: Callable[[Image.Image, Picture], str] | None = None
    at_once: int = 1
