"""Scans and pictures become pages: whoever can read and see is asked, several pages side by side."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from ...control import Control
from ...errors import MissingExtra, ToolError
from ...schema import Detection, Picture
from ..loaders.base import IllustratedPage, Scan
from ..loaders.picture import page_of_scan
from ..pages import REPLACED, UNREADABLE, Page
from .insets import InsetReader
from .orientation import page_as_scanned, read_upright
from .reader import ScanReader
from .trust import agreement, part_to_read, words_between

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["read_scan", "read_scans"]

_NOBODY = "it is a scan, and nobody was given to read it"
_NO_WORDS = "a picture"
"""What a picture is that nobody has words for: a passage still, so that its look can find it."""


def read_scans(
    pages: Iterable[Page | Scan | IllustratedPage],
    name: str,
    reader: ScanReader | None,
    control: Control,
) -> Iterator[tuple[Page, Image.Image | None]]:
    """The pages in order, each scan with its picture; the next scans are read meanwhile.

    Args:
        pages: of one document.
        name: of the document.
        reader: reads scans; without one they are kept without words, and say so.
        control: stops between two scans.
    """
    insets = InsetReader(name, reader)

    def read(item: Page | Scan | IllustratedPage) -> tuple[Page, Image.Image | None]:
        control.check()
        if isinstance(item, Scan):
            return read_scan(item, name, reader)
        if isinstance(item, IllustratedPage):
            return insets.page(item), None
        return item, None

    most = reader.at_once if reader else 1
    ahead: deque[Future[tuple[Page, Image.Image | None]]] = deque()
    with ThreadPoolExecutor(most) as pool:
        for item in pages:
            ahead.append(pool.submit(read, item))
            if len(ahead) > most:  # one waits, so that nobody does while a long page is read
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def read_scan(scan: Scan, name: str, reader: ScanReader | None) -> tuple[Page, Image.Image | None]:
    """A scan, read and looked at, with its picture; none where its own text was in doubt and stands.

    One that cannot be read is kept, and its label says why.
    """
    image, picture = scan.pictured(name)
    if reader is None:
        return (scan.layer, None) if scan.layer else (_unread(scan, _NOBODY), image)
    try:
        if scan.layer is not None:
            return _doubted(scan, scan.layer, image, picture, reader)
        return _page(scan, image, picture, reader), image
    except (ToolError, MissingExtra) as error:
        return (scan.layer, None) if scan.layer else (_unread(scan, str(error)), image)


def _doubted(
    scan: Scan, layer: Page, image: Image.Image, picture: Picture, reader: ScanReader
) -> tuple[Page, Image.Image | None]:
    """A page whose own text is in doubt: as it says, if a reading of it bears that out."""
    part = part_to_read(layer)
    if part is not None:
        top, bottom = (round(height / scan.scale) for height in part)
        strip = image.crop((0, top, image.width, bottom))
        seen = picture.model_copy(update={"width": strip.width, "height": strip.height})
        if agreement(words_between(layer, *part), reader.read(strip, seen)).believed:
            return layer, None
    lines, turns = read_upright(scan, image, picture, reader.read)
    found = agreement(words_between(layer, 0, layer.height), lines)
    if found.believed:
        return layer, None
    page = page_as_scanned(scan, lines, turns, "", "")
    said = f"{REPLACED} ({found.share:.0%} alike); read by OCR"
    return replace(page, label=said), image


def _page(scan: Scan, image: Image.Image, picture: Picture, reader: ScanReader) -> Page:
    lines, turns = read_upright(scan, image, picture, reader.read)
    objects: list[Detection] = []
    shown = caption = ""
    if scan.frame == "picture":
        objects = reader.objects(image, picture) if reader.objects else []
        shown = counted(objects) or _NO_WORDS
        caption = reader.caption(image, picture) if reader.caption else ""
    return replace(page_as_scanned(scan, lines, turns, shown, caption), detections=tuple(objects))


def counted(objects: Sequence[Detection]) -> str:
    """What was detected in a few words: "4 person, 1 bus"; "" for nothing."""
    counts = Counter(found.label for found in objects)
    return ", ".join(f"{count} {label}" for label, count in counts.most_common())


def _unread(scan: Scan, reason: str) -> Page:
    page = page_of_scan(scan, [], _NO_WORDS)
    return replace(page, label=f"{UNREADABLE}{reason}")
