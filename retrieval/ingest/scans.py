"""Scans and pictures become pages: whoever can read and see is asked, several pages side by side."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...control import Control
from ...errors import MissingExtra, ToolError
from ...schema import Origin, Picture, TextLine
from ..loaders.base import Scan
from ..loaders.picture import page_of_scan
from ..pages import UNREADABLE, Page

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["ScanReader", "read_scans"]

_NO_WORDS = "a picture"
"""What a picture is that nobody has words for: a passage still, so that its look can find it."""


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


def read_scans(
    pages: Iterable[Page | Scan], name: str, reader: ScanReader | None, control: Control
) -> Iterator[tuple[Page, Image.Image | None]]:
    """The pages in order, each scan with its picture; the next scans are read meanwhile.

    Args:
        pages: of one document.
        name: of the document.
        reader: reads scans; without one they are kept without words, and say so.
        control: stops between two scans.
    """

    def read(item: Page | Scan) -> tuple[Page, Image.Image | None]:
        control.check()
        return _read(item, name, reader) if isinstance(item, Scan) else (item, None)

    most = reader.at_once if reader else 1
    ahead: deque[Future[tuple[Page, Image.Image | None]]] = deque()
    with ThreadPoolExecutor(most) as pool:
        for item in pages:
            ahead.append(pool.submit(read, item))
            if len(ahead) > most:  # one waits, so that nobody does while a long page is read
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _read(scan: Scan, name: str, reader: ScanReader | None) -> tuple[Page, Image.Image]:
    """A scan, read and looked at; one that cannot be read is kept, and its label says why."""
    from PIL import Image

    image = Image.frombytes("RGB", scan.size, scan.rgb)
    if reader is None:
        return _unread(scan, "it is a scan, and nobody was given to read it"), image
    picture = Picture(
        sha256=hashlib.sha256(scan.rgb).hexdigest(),
        width=scan.size[0],
        height=scan.size[1],
        format="RGB",
        name=name,
        origin=Origin(document=name, page=scan.number, scale=scan.scale, frame=scan.frame),
    )
    try:
        return _page(scan, image, picture, reader), image
    except (ToolError, MissingExtra) as error:
        return _unread(scan, str(error)), image


def _page(scan: Scan, image: Image.Image, picture: Picture, reader: ScanReader) -> Page:
    lines = reader.read(image, picture)
    objects = caption = ""
    if scan.frame == "picture":
        objects = (reader.objects(image, picture) if reader.objects else "") or _NO_WORDS
        caption = reader.caption(image, picture) if reader.caption else ""
    return page_of_scan(scan, lines, objects, caption)


def _unread(scan: Scan, reason: str) -> Page:
    page = page_of_scan(scan, [], _NO_WORDS)
    return replace(page, label=f"{UNREADABLE}{reason}")
