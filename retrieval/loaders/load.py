"""Opening a document of any kind, and drawing one of its pages.

What a file is, its content decides; its name has to agree. A "report.pdf" that holds a web page is
most often a saved log-in or error page, so it is refused by name rather than indexed as the report.
A name that says nothing (".doc", ".tmp", none at all) leaves the choice to the content, and the
kinds of pictures, or of plain text, may be mixed up as they like.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import BadInput, MissingExtra
from ...settings import DocumentLimits
from .base import DocumentReader
from .kinds import kind_of
from .registry import format_of

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["open_document", "render"]


def open_document(path: Path, limits: DocumentLimits) -> DocumentReader:
    """Open a document for reading page by page.

    Raises:
        BadInput: no such file, no document of a known kind, damaged, encrypted or over a limit;
            names the file and what to do.
    """
    try:
        return format_of(kind_of(path, limits)).load(path, limits)
    except MissingExtra as error:  # other documents may be of kinds that can be read
        raise BadInput(str(path), str(error)) from None


def render(path: Path, number: int, limits: DocumentLimits) -> tuple[Image.Image, float]:
    """A page as a picture, and the units of the page's frame in one of its pixels.

    Args:
        path: a PDF or a picture.
        number: 1-based.
        limits: `render_dpi` and `render_pixels` set the size.

    Raises:
        BadInput: no such page, or a kind of document that has no look of its own.
    """
    kind = kind_of(path, limits)
    draw = format_of(kind).render
    if draw is None:
        raise BadInput(str(path), f"is a {kind} document, whose pages have no look; read its text")
    return draw(path, number, limits)
