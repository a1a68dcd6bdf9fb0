"""What a document is made of: pages of text whose every word knows where it stands.

A page is plain text plus marks. Boxes hang on words by their characters, so that any stretch of a page
(a passage, a quotation) can say where it lies, and nothing else has to carry coordinates.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ..schema import Box, Detection, Frame, Table, TextLine
from .table_rows import TableRow, tables_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LineKind = Literal["text", "heading", "row", "furniture"]
"""`row` is a row of a table; `furniture` repeats on many pages (running heads and feet, page numbers)."""

UNREADABLE = "unreadable: "
"""How the label of a page begins that is kept without its words; the reason follows."""
REPLACED = "its own text is not what it shows"
"""How the label of a page begins whose text layer was not believed; it was read by OCR."""

XYXY = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Word:
    """One word and its rectangle in the page's frame; None where the format has no layout."""

    text: str
    box: XYXY | None = None


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line as a loader found it, before it has a place in the page's text.

    Attributes:
        level: 1 is the highest heading; 0 for lines that are none.
        begins: whether a new paragraph or table begins here.
        cells: of a row whose cells the format names, empty ones too.
    """

    words: tuple[Word, ...]
    kind: LineKind = "text"
    level: int = 0
    begins: bool = False
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageLine:
    """Characters `start` to `end` of a page's text, and what they are."""

    start: int
    end: int
    kind: LineKind = "text"
    level: int = 0
    begins: bool = False


def _no_spans() -> NDArray[np.int32]:
    import numpy as np

    return np.empty((0, 2), np.int32)


def _no_boxes() -> NDArray[np.float32]:
    import numpy as np

    return np.empty((0, 4), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One page (slide, sheet, section, picture) of a document.

    Attributes:
        number: 1-based.
        text: its lines joined by newlines.
        lines: in order, covering the text.
        width, height: points of 1/72 inch for "page", pixels for "picture"; 0 without layout.
        spans: int32 [words, 2], start and end of each word that has a box, in `text`; sorted.
        boxes: float32 [words, 4], x1, y1, x2, y2 of the same words in `frame`.
        label: what the page is called, if anything: a slide's title, a sheet's name.
        section: headings in force where the page begins (from the outline), outermost first.
        scanned: whether its text was read by OCR.
        tables: those that stand in it; their lines are those of `text`.
        detections: what a detector found in a picture.
        seconds, until: of a moment of a video, when it begins and ends; None for other pages.
    """

    number: int
    text: str
    lines: tuple[PageLine, ...] = ()
    width: float = 0.0
    height: float = 0.0
    frame: Frame = "page"
    spans: NDArray[np.int32] = field(default_factory=_no_spans)
    boxes: NDArray[np.float32] = field(default_factory=_no_boxes)
    label: str = ""
    section: tuple[str, ...] = ()
    scanned: bool = False
    tables: tuple[Table, ...] = ()
    detections: tuple[Detection, ...] = ()
    seconds: float | None = None
    until: float | None = None

    def boxes_of(self, start: int, end: int) -> tuple[Box, ...]:
        """Where characters `start` to `end` stand: one box for each line they touch, in order."""
        (touched,) = ((self.spans[:, 0] < end) & (self.spans[:, 1] > start)).nonzero()
        groups: list[list[int]] = []
        for at in touched.tolist():
            same_line = (
                groups and "\n" not in self.text[self.spans[groups[-1][-1], 0] : self.spans[at, 0]]
            )
            if same_line:
                groups[-1].append(at)
            else:
                groups.append([at])
        return tuple(self._around(group) for group in groups)

    def _around(self, words: Sequence[int]) -> Box:
        rows = self.boxes[list(words)]
        x1, y1 = rows[:, :2].min(axis=0).tolist()
        x2, y2 = rows[:, 2:].max(axis=0).tolist()
        return Box(x1=x1, y1=y1, x2=x2, y2=y2, frame=self.frame)


def well_formed(text: str) -> str:
    """Half characters (lone surrogates, from broken PDFs) cannot be stored: each becomes "?"."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def build_page(
    number: int,
    lines: Iterable[RawLine],
    *,
    width: float = 0.0,
    height: float = 0.0,
    frame: Frame = "page",
    label: str = "",
    section: tuple[str, ...] = (),
    scanned: bool = False,
) -> Page:
    """A page of raw lines: words are joined by single spaces, lines by newlines; empty ones go.

    Rows whose cells are known become tables, the first row of each its head.
    """
    import numpy as np

    pieces: list[str] = []
    marks: list[PageLine] = []
    spans: list[tuple[int, int]] = []
    boxes: list[XYXY] = []
    rows: list[TableRow] = []
    at = 0
    begins = False
    for line in lines:
        words = [w for w in line.words if w.text.strip()]
        begins = begins or line.begins
        if not words:
            continue
        start = at
        for word in words:
            if word.box is not None:
                spans.append((at, at + len(word.text)))
                boxes.append(word.box)
            at += len(word.text) + 1
        pieces.append(" ".join(w.text for w in words))
        if line.cells:
            cells = tuple(map(well_formed, line.cells))
            rows.append(TableRow(len(marks), cells, begins))
        marks.append(PageLine(start, at - 1, line.kind, line.level, begins))
        begins = False
    return Page(
        number=number,
        text="\n".join(pieces),
        lines=tuple(marks),
        width=width,
        height=height,
        frame=frame,
        spans=np.array(spans, np.int32).reshape(-1, 2),
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        label=label,
        section=section,
        scanned=scanned,
        tables=tables_of(rows),
    )


def raw_lines(page: Page) -> list[RawLine]:
    """The lines a page was built of, each word with its box."""
    boxes = {int(start): box for (start, _), box in zip(page.spans, page.boxes, strict=True)}
    cells = {
        line: tuple(cell.text for cell in row)
        for table in page.tables
        for line, row in zip(table.lines, table.rows, strict=False)
    }
    lines = []
    for number, line in enumerate(page.lines):
        words, at = [], line.start
        for text in page.text[line.start : line.end].split(" "):
            box = boxes.get(at)
            words.append(Word(text, None if box is None else tuple(box.tolist())))
            at += len(text) + 1
        known = cells.get(number, ())
        lines.append(RawLine(tuple(words), line.kind, line.level, line.begins, known))
    return lines


def lines_read(lines: Sequence[TextLine]) -> Iterator[RawLine]:
    """Lines that OCR read, side by side ones joined to rows; words share their line's width by length.

    A gap of more than one line's height begins a new paragraph.
    """
    rows: dict[int, list[TextLine]] = {}
    for line in lines:
        rows.setdefault(line.row, []).append(line)
    below: float | None = None
    for row in rows.values():
        words = tuple(word for line in row for word in words_of(line))
        top = min(line.box.y1 for line in row)
        bottom = max(line.box.y2 for line in row)
        gap = below is not None and top - below > bottom - top
        below = bottom
        yield RawLine(words, kind="row" if len(row) > 1 else "text", begins=gap)


def words_of(line: TextLine) -> Iterator[Word]:
    """The words of a line, each with its share of the line's box by its characters."""
    box, at, total = line.box, 0, max(1, len(line.text))
    for text in line.text.split(" "):
        x1 = box.x1 + box.width * at / total
        x2 = box.x1 + box.width * (at + len(text)) / total
        at += len(text) + 1
        if text:
            yield Word(text, (x1, box.y1, x2, box.y2))
