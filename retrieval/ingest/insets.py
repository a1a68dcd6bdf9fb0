"""Pictures inside pages of text: each is read once, and its words stand where it stands."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence

from ...errors import MissingExtra, ToolError
from ...schema import Origin, Picture, TextLine
from ..loaders.base import IllustratedPage, Inset
from ..pages import XYXY, Page, RawLine, Word, build_page, lines_read, raw_lines
from .reader import ScanReader

__all__ = ["InsetReader"]

_KEPT = 512
"""Different pictures of one document whose words are remembered."""
_LEAST = 3
"""Letters in a picture; fewer are an icon."""


class InsetReader:
    """Reads the pictures of one document's pages; one that appears again costs nothing.

    Several threads may call.

    Args:
        name: of the document.
        reader: reads pictures; without one they are passed over.
    """

    def __init__(self, name: str, reader: ScanReader | None) -> None:
        self._name, self._reader = name, reader
        self._known: dict[str, list[TextLine]] = {}
        self._lock = threading.Lock()

    def page(self, illustrated: IllustratedPage) -> Page:
        """A page with the words of its pictures, each behind the line it follows.

        A picture that cannot be read costs its words, not the page.
        """
        page = illustrated.page
        if self._reader is None:
            return page
        read = [(inset, self._read(inset, page)) for inset in illustrated.pictures]
        found = [pair for pair in read if sum(len(line.text) for line in pair[1]) >= _LEAST]
        return _with_words(page, found) if found else page

    def _read(self, inset: Inset, page: Page) -> list[TextLine]:
        from PIL import Image

        assert self._reader is not None
        sha256 = hashlib.sha256(inset.rgb).hexdigest()
        with self._lock:
            if sha256 in self._known:
                return []  # told where it appears first; a logo does on every page
        picture = Picture(
            sha256=sha256,
            width=inset.size[0],
            height=inset.size[1],
            format="RGB",
            name=self._name,
            origin=Origin(document=self._name, page=page.number, frame="picture"),
        )
        try:
            lines = self._reader.read(Image.frombytes("RGB", inset.size, inset.rgb), picture)
        except (ToolError, MissingExtra):
            return []
        with self._lock:
            if len(self._known) < _KEPT:
                self._known[sha256] = lines
        return lines


def _with_words(page: Page, found: Sequence[tuple[Inset, list[TextLine]]]) -> Page:
    own = raw_lines(page)
    lines: list[RawLine] = []
    at = 0
    for inset, read in found:
        lines += own[at : inset.after]
        at = max(at, inset.after)
        lines += _placed(inset, read)
    return build_page(
        page.number,
        [*lines, *own[at:]],
        width=page.width,
        height=page.height,
        frame=page.frame,
        label=page.label,
        section=page.section,
        scanned=page.scanned,
    )


def _placed(inset: Inset, read: Sequence[TextLine]) -> Iterator[RawLine]:
    """The lines of a picture with boxes on the page, or without where the page has none."""
    for at, line in enumerate(lines_read(read)):
        words = tuple(Word(word.text, _on_page(inset, word.box)) for word in line.words)
        yield RawLine(words, line.kind, begins=at == 0 or line.begins)


def _on_page(inset: Inset, box: XYXY | None) -> XYXY | None:
    if box is None or inset.box is None:
        return None
    x1, y1, x2, y2 = inset.box
    across, down = (x2 - x1) / inset.size[0], (y2 - y1) / inset.size[1]
    return x1 + box[0] * across, y1 + box[1] * down, x1 + box[2] * across, y1 + box[3] * down
