"""A page as rows of cells with their places: what the model is shown, and what values are found in.

Words that stand at one height are a row, whatever order the file writes them in; a wide gap parts two
cells. Documents without a layout give their lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, pairwise

from PIL import Image

from .....retrieval.loaders.base import Scan
from .....retrieval.pages import XYXY, Page, RawLine, Word, build_page, words_of
from .....schema import Box, Picture, TextLine
from .....tools.ocr.layout import in_reading_order
from .ink import letter_heights
from .large_rows import large_rows, large_rows_of_ink
from .side_by_side import one_after_the_other
from .staggered import joined

_GAP = 0.8
"""Of a word's height: what is farther apart belongs to two cells."""
BAR = " | "
"""Between the cells of a row, as a model is shown it."""
_LARGE = "# "
_UPRIGHT = 2.5
"""Times its width that a word of several letters may be high; beyond it runs up the margin."""


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

    @cached_property
    def large(self) -> frozenset[int]:
        """Numbers of the rows that are written larger than the rest; of a scan by its pixels, or none."""
        if self.image is None or self.picture is None:
            return frozenset() if self.page.scanned else large_rows(self.page, self.cells)
        boxes = [
            [self.picture.local(box) for cell in row for box in self._boxes(cell)]
            for row in self.cells
        ]
        return large_rows_of_ink(letter_heights(self.image, boxes))

    def _boxes(self, cell: RowCell) -> tuple[Box, ...]:
        return self.page.boxes_of(cell.start, cell.end)

    @property
    def titles(self) -> tuple[str, ...]:
        """The words of the rows that are written large."""
        return tuple(" ".join(self.rows[number]) for number in sorted(self.large))

    @cached_property
    def shown(self) -> str:
        """Its rows for a model, cells apart; blocks side by side one after the other; large rows marked."""
        large = {row for number, row in enumerate(self.cells) if number in self.large}
        return "\n".join(
            (_LARGE if row in large else "") + BAR.join(cell.text for cell in row)
            for row in one_after_the_other(self.cells, self._order)
        )

    def _order(self, cell: RowCell) -> int:
        """Where the file writes a cell."""
        return self._orders.get(cell.start, cell.start)

    @cached_property
    def _orders(self) -> dict[int, int]:
        """Where the words that stand in the rows begin in the file's order."""
        flow = zip(self.flow.boxes.tolist(), self.flow.spans.tolist(), strict=True)
        begins = {tuple(box): start for box, (start, _) in flow}
        page = zip(self.page.boxes.tolist(), self.page.spans.tolist(), strict=True)
        return {start: begins[key] for box, (start, _) in page if (key := tuple(box)) in begins}


def page_text(page: Page) -> PageText:
    """A page that carries its own text, in rows."""
    cells = list(_cells(page))
    if not cells:
        return PageText(page, page, tuple(_unplaced(page)))
    ordered = in_reading_order([line for line, _ in cells])
    words = {(*line.box.xyxy, line.text): words for line, words in cells}
    rows = joined([list(row) for _, row in groupby(ordered, key=lambda line: line.row)])
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
    rows = joined([list(row) for _, row in groupby(lines, key=lambda line: line.row)])
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
