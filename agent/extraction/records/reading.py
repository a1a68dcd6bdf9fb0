"""A document as rows of cells with their places: what the model is shown, and what values are found in.

Words that stand at one height are a row, whatever order the file writes them in; a wide gap parts two
cells. Scans and pictures are read by OCR. Documents without a layout give their lines.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PIL import Image

from ....closing import Closing
from ....errors import BadInput
from ....retrieval.ingest.insets import InsetReader
from ....retrieval.ingest.reader import ScanReader
from ....retrieval.ingest.scans import read_scan
from ....retrieval.loaders.base import IllustratedPage, Scan
from ....retrieval.pages import XYXY, Page, RawLine, Word, build_page, words_of
from ....schema import Box, Origin, Picture, TextLine
from ....settings import DocumentLimits
from ....tools.ocr.layout import in_reading_order

if TYPE_CHECKING:
    from pathlib import Path

    from ....control import Control
    from ....retrieval.loaders.drawing import PageRenderer
    from ....retrieval.loaders.isolate import IsolatedReader

_GAP = 0.8
"""Of a word's height: what is farther apart belongs to two cells."""
_BAR = " | "
_AROUND, _ENLARGED = 0.2, 2
"""How much of its size around a box is read again with it, and how many times larger."""
_UPRIGHT = 2.5
"""Times its width that a word of several letters may be high; beyond it runs up the margin."""

ReadText = Callable[[Image.Image, Picture], list[TextLine]]
"""OCR: lines in reading order, boxes in the picture's original frame."""


@dataclass(frozen=True, slots=True)
class RowCell:
    """A cell of a row.

    Attributes:
        start, end: its characters in the page's text.
        left, right: its edges in the page's frame; without a layout its place in the row, from 0.
    """

    text: str
    start: int
    end: int
    left: float
    right: float


@dataclass(frozen=True)
class PageText:
    """One page, read.

    Attributes:
        page: its text, a row a line, every word with its box.
        flow: the same in the order of the file, where a cell of several lines stays together.
        cells: of each row.
        score: how sure the reading is, 0..1; 1 where nothing had to be recognised.
        image: its pixels, where it is a scan or a picture.
        picture: what these are.
    """

    page: Page
    flow: Page
    cells: tuple[tuple[RowCell, ...], ...]
    score: float = 1.0
    image: Image.Image | None = None
    picture: Picture | None = None

    @property
    def number(self) -> int:
        return self.page.number

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The words of the cells of each row."""
        return tuple(tuple(cell.text for cell in row) for row in self.cells)

    def as_page(self, number: int) -> PageText:
        """The same as another page: the first of a picture, say, as the second of a document."""
        return replace(
            self, page=replace(self.page, number=number), flow=replace(self.flow, number=number)
        )

    @property
    def shown(self) -> str:
        """Its rows for a model, cells apart."""
        return "\n".join(_BAR.join(row) for row in self.rows)


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
                else:
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
                from ....retrieval.loaders.drawing import PageRenderer

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
            from ....retrieval.loaders.isolate import IsolatedReader

            return IsolatedReader(self._limits)

    def _own_text(self, scan: Scan, name: str) -> Page | None:
        """A page's own text where it was in doubt and is borne out by what the page shows."""
        if scan.layer is None or self._read_text is None:
            return scan.layer
        page, image = read_scan(scan, name, ScanReader(self._read_text))
        return page if image is None else None

    def _scan(self, scan: Scan, name: str) -> PageText:
        from ....extensions.extras import require

        if self._read_text is None:
            require("experts")
        assert self._read_text is not None
        image = Image.frombytes("RGB", scan.size, scan.rgb)
        picture = Picture(
            sha256=hashlib.sha256(scan.rgb).hexdigest(),
            width=scan.size[0],
            height=scan.size[1],
            format="RGB",
            name=name,
            origin=Origin(document=name, page=scan.number, scale=scan.scale, frame=scan.frame),
        )
        lines = self._read_text(image, picture)
        return scan_text(scan, lines, image, picture)


def page_text(page: Page) -> PageText:
    """A page that carries its own text, in rows."""
    cells = list(_cells(page))
    if not cells:
        return PageText(page, page, tuple(_unplaced(page)))
    ordered = in_reading_order([line for line, _ in cells])
    words = {(*line.box.xyxy, line.text): words for line, words in cells}
    rows = [list(row) for _, row in groupby(ordered, key=lambda line: line.row)]
    raw = [
        RawLine(tuple(word for cell in row for word in words[(*cell.box.xyxy, cell.text)]))
        for row in rows
    ]
    ruled = build_page(
        page.number, raw, width=page.width, height=page.height, frame=page.frame, label=page.label
    )
    return PageText(ruled, page, _placed(ruled, rows))


def scan_text(
    scan: Scan, lines: Sequence[TextLine], image: Image.Image, picture: Picture
) -> PageText:
    """A scan that OCR has read."""
    rows = [list(row) for _, row in groupby(lines, key=lambda line: line.row)]
    page = build_page(
        scan.number,
        [RawLine(tuple(word for line in row for word in words_of(line))) for row in rows],
        width=scan.width,
        height=scan.height,
        frame=scan.frame,
        scanned=True,
    )
    score = sum(line.score for line in lines) / len(lines) if lines else 1.0
    return PageText(page, page, _placed(page, rows), score, image, picture)


def _placed(page: Page, rows: Sequence[Sequence[TextLine]]) -> tuple[tuple[RowCell, ...], ...]:
    """The cells of a page that was built of these rows, a line each."""
    placed = []
    for line, row in zip(page.lines, rows, strict=True):
        start = line.start
        cells = []
        for cell in row:
            end = start + len(cell.text)
            cells.append(RowCell(cell.text, start, end, cell.box.x1, cell.box.x2))
            start = end + 1
        placed.append(tuple(cells))
    return tuple(placed)


def _unplaced(page: Page) -> Iterator[tuple[RowCell, ...]]:
    """The lines of a page without a layout; readers of sheets part cells by bars."""
    start = 0
    for line in page.text.split("\n"):
        cells, at = [], start
        for number, part in enumerate(line.split("|") if " |" in line else [line]):
            if text := part.strip():
                begins = at + part.index(text)
                cells.append(RowCell(text, begins, begins + len(text), number, number))
            at += len(part) + 1
        if cells:
            yield tuple(cells)
        start += len(line) + 1


def _cells(page: Page) -> Iterator[tuple[TextLine, tuple[Word, ...]]]:
    """Neighbouring words of one height as cells."""
    upright = [
        Word(page.text[start:end], tuple(box))
        for (start, end), box in zip(page.spans.tolist(), page.boxes.tolist(), strict=True)
        if _is_upright(page.text[start:end], tuple(box))
    ]
    lines = [_line(word.text, [word], page) for word in upright]
    placed = in_reading_order(lines) if lines else []
    by_place = {(line.box.xyxy, line.text): word for line, word in zip(lines, upright, strict=True)}
    for _, group in groupby(placed, key=lambda line: line.row):
        row = [by_place[line.box.xyxy, line.text] for line in group]
        cell = [row[0]]
        for before, word in pairwise(row):
            if _apart(before, word):
                yield _line(" ".join(w.text for w in cell), cell, page), tuple(cell)
                cell = []
            cell.append(word)
        yield _line(" ".join(w.text for w in cell), cell, page), tuple(cell)


def _line(text: str, words: Sequence[Word], page: Page) -> TextLine:
    boxes = [word.box for word in words if word.box is not None]
    box = Box(
        x1=min(b[0] for b in boxes),
        y1=min(b[1] for b in boxes),
        x2=max(b[2] for b in boxes),
        y2=max(b[3] for b in boxes),
        frame=page.frame,
    )
    return TextLine(text=text, score=1.0, box=box)


def _apart(left: Word, right: Word) -> bool:
    assert left.box is not None
    assert right.box is not None
    return right.box[0] - left.box[2] > _GAP * max(left.box[3] - left.box[1], 1.0)


def _is_upright(text: str, box: XYXY) -> bool:
    return len(text) < 3 or box[3] - box[1] <= _UPRIGHT * max(box[2] - box[0], 1.0)
