"""Pages of indexed documents as pictures, drawn from their files as long as those are the same."""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import BadInput
from .catalog.catalog import Catalog
from .catalog.rows import Document, KnownFile
from .loaders.drawing import PageRenderer
from .loaders.video.document import page_for

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["page_image", "unchanged_file"]

_REMEMBERED = 256
"""Files whose content is known."""


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
    """The file of a document, as long as it is the one that was added, or holds the same to the byte.

    A file that was copied back or touched has another time and the same pages.

    Raises:
        BadInput: it is gone or has changed since.
    """
    path = Path(document.path)
    known = catalog.file(path)
    try:
        stat = path.stat()
    except OSError:
        raise BadInput(document.name, f"its file is gone from {path}; run `index update`") from None
    if known is None or not _is_same(path, stat, known, document.sha256):
        raise BadInput(document.name, f"{path} has changed since it was added; run `index update`")
    return path


def _is_same(path: Path, now: os.stat_result, known: KnownFile, sha256: str) -> bool:
    if known.bytes != now.st_size or not path.is_file():
        return False
    return (
        known.mtime_ns == now.st_mtime_ns or _sha256(path, now.st_size, now.st_mtime_ns) == sha256
    )


@lru_cache(_REMEMBERED)
def _sha256(path: Path, size: int, time: int) -> str:
    """Of a file's content; kept as long as its size and its time are these."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
