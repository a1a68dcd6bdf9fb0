"""Pages of indexed documents as pictures, drawn from their files as long as those are the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BadInput
from .catalog.catalog import Catalog
from .catalog.rows import Document
from .loaders.drawing import PageRenderer
from .loaders.video.document import page_for

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["page_image", "unchanged_file"]


def page_image(
    catalog: Catalog, document: Document, number: int, renderer: PageRenderer
) -> tuple[Image.Image, float]:
    """A page as a picture, and the units of the page's frame in one pixel.

    Raises:
        BadInput: no such page, no look, it is over a limit, or the file is gone or has changed since.
    """
    path = unchanged_file(catalog, document)
    page = catalog.page(document.id, number)
    if page is not None and page.seconds is not None:
        number = page_for(page.seconds)
    return renderer.draw(path, number)


def unchanged_file(catalog: Catalog, document: Document) -> Path:
    """The file of a document, as long as it is the one that was added.

    Raises:
        BadInput: it is gone or has changed since.
    """
    path = Path(document.path)
    known = catalog.file(path)
    try:
        stat = path.stat()
    except OSError:
        raise BadInput(document.name, f"its file is gone from {path}; run `index update`") from None
    if known is None or (known.bytes, known.mtime_ns) != (stat.st_size, stat.st_mtime_ns):
        raise BadInput(document.name, f"{path} has changed since it was added; run `index update`")
    return path
