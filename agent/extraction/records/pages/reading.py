"""Documents read page by page, in processes of their own; scans and pictures by OCR."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PIL import Image

from .....closing import Closing
from .....errors import BadInput
from .....retrieval.ingest.insets import InsetReader
from .....retrieval.ingest.reader import ScanReader
from .....retrieval.ingest.scans import read_scan
from .....retrieval.loaders.base import IllustratedPage, Scan
from .....retrieval.pages import Page
from .....schema import Box, Picture, TextLine
from .....settings import DocumentLimits
from .rows import PageText, page_text, scan_text

if TYPE_CHECKING:
    from pathlib import Path

    from .....control import Control
    from .....retrieval.loaders.drawing import PageRenderer
    from .....retrieval.loaders.isolate import IsolatedReader

_AROUND, _ENLARGED = 0.2, 2
"""How much of its size around a box is read again with it, and how many times larger."""

ReadText = Callable[[Image.Image, Picture], list[TextLine]]
"""OCR: lines in reading order, boxes in the picture's original frame."""


class DocumentPages(Closing):
    """Reads documents page by page, in processes of their own; safe to share between threads.

    Args:
        limits: what a document may measure.
        read_text: reads scans and pictures; None where no OCR is installed.
    """

    def __init__(self, limits: DocumentLimits, read_text: ReadText | None) -> None:
        self._limits, self._read_text = limits, read_text
        self._renderer: PageRenderer | None = None
        self._lock = threading.Lock()
        self._idle: SimpleQueue[IsolatedReader] = SimpleQueue()

    def read(self, path: Path, first: int, control: Control) -> Iterator[PageText]:
        """The pages from number `first` on, each read when it is asked for.

        Raises:
            BadInput: the document cannot be read; names it and what to do.
            MissingExtra: a scan, and no OCR is installed.
            ToolError: reading a scan failed.
        """
        reader = self._take()
        done = False
        insets = InsetReader(path.name, ScanReader(self._read_text) if self._read_text else None)
        try:
            for item in reader.read(path, first, control):
                if isinstance(item, Scan):
                    own = self._own_text(item, path.name)
                    yield self._scan(item, path.name) if own is None else page_text(own)
                elif isinstance(item, IllustratedPage):
                    yield page_text(insets.page(item))
                elif isinstance(item, Page):  # what is attached is a document of its own
                    yield page_text(item)
            done = True
        finally:
            if done:
                self._idle.put(reader)
            else:
                reader.close()  # it is in the middle of a document

    def look(self, path: Path, text: PageText) -> Image.Image | None:
        """A page as a picture, for a model that sees; None for kinds without a look."""
        if text.image is not None:
            return text.image
        try:
            return self._drawn(path, text.number)
        except BadInput:
            return None

    def _drawn(self, path: Path, number: int) -> Image.Image:
        with self._lock:
            if self._renderer is None:
                from .....retrieval.loaders.drawing import PageRenderer

                self._renderer = PageRenderer(self._limits)
        return self._renderer.draw(path, number)[0]

    def read_again(self, text: PageText, box: Box) -> str:
        """What a part of a scan says, cut out and enlarged; "" where it is no scan.

        Raises:
            ToolError: reading failed.
        """
        if text.image is None or text.picture is None or self._read_text is None:
            return ""
        x1, y1, x2, y2 = text.picture.local(box.grow(_AROUND))
        margin = (y2 - y1) / 2
        part = text.image.crop(
            (
                max(0, int(x1 - margin)),
                max(0, int(y1)),
                min(text.image.width, int(x2 + margin)),
                min(text.image.height, int(y2)),
            )
        )
        large = part.resize((part.width * _ENLARGED, part.height * _ENLARGED))
        picture = Picture(
            sha256=text.picture.sha256, width=large.width, height=large.height, format="RGB"
        )
        return " ".join(line.text for line in self._read_text(large, picture))

    def close(self) -> None:
        """End the reading processes."""
        if self._renderer is not None:
            self._renderer.close()
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    def _take(self) -> IsolatedReader:
        try:
            return self._idle.get_nowait()
        except Empty:
            from .....retrieval.loaders.isolate import IsolatedReader

            return IsolatedReader(self._limits)

    def _own_text(self, scan: Scan, name: str) -> Page | None:
        """A page's own text where it was in doubt and is borne out by what the page shows."""
        if scan.layer is None or self._read_text is None:
            return scan.layer
        page, image = read_scan(scan, name, ScanReader(self._read_text))
        return page if image is None else None

    def _scan(self, scan: Scan, name: str) -> PageText:
        from .....extensions.extras import require

        if self._read_text is None:
            require("experts")
        assert self._read_text is not None
        image, picture = scan.pictured(name)
        lines = self._read_text(image, picture)
        return scan_text(scan, lines, image, picture)
