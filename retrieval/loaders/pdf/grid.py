"""Tables whose cells were drawn in any order, or wrap: rows by where cells stand, not by when they came.

Columns are the gaps that all lines of a stretch of the page share. Lines belong to one row where the
page was drawn cell by cell, where rows stand further apart than the lines in them, or where the words
of a cell would not have fitted on the line above.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import median

from ...pages import XYXY, Word
from .words import TextRun

__all__ = ["rows_by_place"]

_CELL_GAP = 1.2
"""A gap this many font sizes wide parts cells; as in `lines`."""
_SAME_BASE = 0.35
_GUTTER = 0.15
"""Font sizes between two columns at least."""
_REACH = 3.5
"""Font sizes from one line of a table to the next at most."""
_LEADING = 1.7
"""Font sizes from one line of a cell to the next at most."""
_COLUMNS, _LINES = 3, 3
"""Fewer are no table that needs help."""
_CELL_WORDS = 3.5
"""Words of a usual line of a cell at most; running text has more."""
_APART = 1.2
"""Rows that wrap stand this much further apart than their lines."""
_OPEN_END = re.compile(r".*[\w)][/_\\-]")
"""What ends so goes on with what comes next: "TRN/CIV/ROAD/"."""
_FIGURES = re.compile(r"[-+(]?[^\w\s]?\d[\d.,'’]*\)?[^\w\s]?")
_GROUPED = re.compile(
    r"[-+(]?[^\w\s]?\d{1,3}(?:(?:,\d{3})+(?:\.\d{1,4})?|(?:\.\d{3})+(?:,\d{1,4})?"
    r"|(?:['’]\d{3})+(?:[.,]\d{1,4})?)\)?[^\w\s]?"
)
_PLAIN = re.compile(r"[-+(]?[^\w\s]?\d+(?:[.,]\d{1,4})?\)?[^\w\s]?")


@dataclass(eq=False, slots=True)
class _Cell:
    """Words side by side on one line of a cell; `order` counts as they were drawn."""

    words: list[Word]
    run: TextRun
    order: int
    x1: float
    x2: float
    column: int = 0

    @property
    def base(self) -> float:
        return self.run.base

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


_Line = list[_Cell]


def rows_by_place(runs: Sequence[TextRun]) -> list[TextRun]:
    """The runs of a page, those of tables of three columns and more as rows from top to bottom.

    Args:
        runs: in the order in which they were drawn.
    """
    lines = _lines(runs)
    bands = (part for band in _bands(lines) for part in _side_by_side(band))
    tables = [rows for band in bands if (rows := _rows_of(band))]
    if not tables:
        return list(runs)
    place: dict[int, list[TextRun]] = {}
    gone: set[int] = set()
    number = {id(run): at for at, run in enumerate(runs)}
    for rows in tables:
        used = {number[id(cell.run)] for row in rows for line in row for cell in line}
        place[min(used)] = [_as_run(row) for row in rows]
        gone |= used
    out: list[TextRun] = []
    for at, run in enumerate(runs):
        out += place.get(at, [])
        if at not in gone:
            out.append(run)
    return out


def _lines(runs: Sequence[TextRun]) -> list[_Line]:
    """The cells of all runs that are written from left to right, by baseline, from the top."""
    cells: list[_Cell] = []
    for run in runs:
        if not run.flat or run.size <= 0 or any(word.box is None for word in run.words):
            continue
        words = [run.words[0]]
        for before, word in pairwise(run.words):
            assert before.box is not None
            assert word.box is not None
            if word.box[0] - before.box[2] > _CELL_GAP * run.size:
                cells.append(_cell(words, run, len(cells)))
                words = []
            words.append(word)
        cells.append(_cell(words, run, len(cells)))
    lines: list[_Line] = []
    for cell in sorted(cells, key=lambda cell: cell.base):
        if lines and cell.base - lines[-1][0].base <= _SAME_BASE * cell.run.size:
            lines[-1].append(cell)
        else:
            lines.append([cell])
    return [sorted(line, key=lambda cell: cell.x1) for line in lines]


def _cell(words: list[Word], run: TextRun, order: int) -> _Cell:
    boxes = [word.box for word in words if word.box is not None]
    return _Cell(words, run, order, min(b[0] for b in boxes), max(b[2] for b in boxes))


# Where tables are


def _bands(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Stretches of lines that share the gaps between at least three columns, cells numbered by them."""
    at = end = 0
    while at < len(lines):
        if len(lines[at]) < _COLUMNS:
            at += 1
            continue
        band, columns = _with_head(lines[end : at + 1])
        end = at + 1
        while end < len(lines) and _follows(lines[end - 1], lines[end]):
            wider = _merged(lines[end], columns)
            if len(wider) < _COLUMNS or len(wider) < len(columns) - 1:
                break
            band.append(lines[end])
            columns, end = wider, end + 1
        if len(band) >= _LINES:
            for cell in (cell for line in band for cell in line):
                cell.column = next(k for k, (x1, x2) in enumerate(columns) if x1 <= cell.x1 <= x2)
            yield band
        at = end


def _with_head(lines: Sequence[_Line]) -> tuple[list[_Line], list[tuple[float, float]]]:
    """The last of some lines, with those right above it that stand over its columns but the first."""
    band, columns = [lines[-1]], _merged(lines[-1])
    for line in reversed(lines[:-1]):
        wider = _merged(line, columns)
        near = band[0][0].base - line[0].base <= _LEADING * line[0].run.size
        if not near or len(wider) < len(columns) or line[0].x1 <= columns[0][1]:
            break
        band.insert(0, line)
        columns = wider
    return band, columns


def _side_by_side(band: list[_Line]) -> Iterator[list[_Line]]:
    """Two tables, or a table and text, beside each other: one was drawn before the other.

    A table drawn column by column is no two tables, nor is one whose first column was drawn alone.
    """
    columns = _by_column(band)
    for border in sorted(columns)[1:]:
        sides = [
            [cell for k, cells in columns.items() if (k < border) == left for cell in cells]
            for left in (True, False)
        ]
        orders = sorted((min(o), max(o)) for o in ([c.order for c in s] for s in sides))
        if orders[0][1] < orders[1][0] and all(map(_stands_alone, sides)):
            for left in (True, False):
                part = [[c for c in line if (c.column < border) == left] for line in band]
                yield from _side_by_side([line for line in part if line])
            return
    yield band


def _stands_alone(cells: list[_Cell]) -> bool:
    """Whether one side of a stretch is text, or has columns that were drawn row by row."""
    if len({cell.column for cell in cells}) == 1:
        return median(len(cell.words) for cell in cells) > _CELL_WORDS
    drawn = [cell.column for cell in sorted(cells, key=lambda cell: cell.order)]
    return sum(a != b for a, b in pairwise(drawn)) > len(set(drawn))


def _follows(above: _Line, line: _Line) -> bool:
    return line[0].base - above[0].base <= _REACH * max(cell.run.size for cell in line)


def _merged(line: _Line, columns: Sequence[tuple[float, float]] = ()) -> list[tuple[float, float]]:
    """Columns, wide enough for the cells of one more line."""
    least = _GUTTER * line[0].run.size
    out: list[tuple[float, float]] = []
    for x1, x2 in sorted([*columns, *((cell.x1, cell.x2) for cell in line)]):
        if out and x1 - out[-1][1] < least:
            out[-1] = (out[-1][0], max(x2, out[-1][1]))
        else:
            out.append((x1, x2))
    return out


# Which lines are one row


def _rows_of(band: list[_Line]) -> list[list[_Line]]:
    """The rows of a table, each of one or more lines; none where the order of drawing will do."""
    columns = _by_column(band)
    wide = sum(len(line) >= _COLUMNS for line in band)
    if len(columns) < _COLUMNS or len(band) < _LINES or wide < 2 or _is_prose(columns):
        return []
    rows = _drawn_cell_by_cell(band, columns) or _set_apart(band) or _wrapped(band, columns)
    if rows:
        return rows
    drawn = [cell.order for line in band for cell in line]
    return [] if drawn == sorted(drawn) else [[line] for line in band]


def _by_column(lines: Sequence[_Line]) -> dict[int, list[_Cell]]:
    columns: dict[int, list[_Cell]] = defaultdict(list)
    for line in lines:
        for cell in line:
            columns[cell.column].append(cell)
    return columns


def _is_prose(columns: dict[int, list[_Cell]]) -> bool:
    """Columns of running text side by side: all but one have long lines."""
    long = [median(len(cell.words) for cell in cells) > _CELL_WORDS for cells in columns.values()]
    return sum(long) > 1


def _drawn_cell_by_cell(
    band: list[_Line], columns: dict[int, list[_Cell]]
) -> list[list[_Line]] | None:
    """Rows, where all lines of a cell were drawn before the next cell."""
    at = {id(cell): k for k, line in enumerate(band) for cell in line}
    edges = _edges(columns)
    row_of = list(range(len(band)))
    torn = 0
    cells = sorted((cell for line in band for cell in line), key=lambda cell: cell.order)
    for before, cell in pairwise(cells):
        down = cell.base - before.base
        if before.column != cell.column or not 0 < down <= _LEADING * cell.run.size:
            continue
        beside = band[at[id(before)]]
        later = any(other.order > cell.order for other in beside)
        if later or (_goes_on(beside, cell) and not _fits(before, cell, edges)):
            torn += 1
            for k in range(at[id(before)], at[id(cell)]):
                row_of[k + 1] = row_of[k]
    if not torn:
        return None
    rows = [[band[k] for k in group] for _, group in groupby(range(len(band)), row_of.__getitem__)]
    if len(rows) < 2 or not any(len(_by_column(row)) >= _COLUMNS for row in rows):
        return None
    rows = [
        part for row in rows for part in ([[line] for line in row] if _are_many(row) else [row])
    ]
    for row in rows:  # two stretches of one column in a row: it was drawn column by column
        for one in _by_column(row).values():
            if any(after.order != cell.order + 1 for cell, after in pairwise(one)):
                return None
    return rows


def _goes_on(above: _Line, cell: _Cell) -> bool:
    """Whether a cell may go on below a line; a heading that stands alone over its rows does not."""
    return len(above) > 1 or not cell.text[:1].isupper()


def _are_many(row: list[_Line]) -> bool:
    """Whether lines are rows of their own that were drawn label by label, then figure by figure."""
    columns = _by_column(row).values()
    return min(map(len, columns)) == len(row) > 1 and any(
        all(_has_no_letters(cell.text) for cell in cells)
        and not any(_is_torn(a.words[-1].text, b.words[0].text) for a, b in pairwise(cells))
        for cells in columns
    )


def _set_apart(band: list[_Line]) -> list[list[_Line]] | None:
    """Rows, where they stand further apart than the lines in them."""
    steps = [below[0].base - above[0].base for above, below in pairwise(band)]
    ordered = sorted(steps)
    jumps = [(b / a, a) for a, b in pairwise(ordered) if a > 0]
    if not jumps:
        return None
    jump, inner = max(jumps)
    if jump < _APART or inner > _LEADING * band[0][0].run.size:
        return None
    rows: list[list[_Line]] = [[band[0]]]
    for step, line in zip(steps, band[1:], strict=True):
        if step <= inner * 1.01:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows if _are_rows(rows) else None


def _wrapped(band: list[_Line], columns: dict[int, list[_Cell]]) -> list[list[_Line]] | None:
    """Rows, where what stands below a cell had no room in it and nothing else begins there."""
    edges = _edges(columns)
    first = min(columns)
    rows: list[list[_Line]] = [[band[0]]]
    for above, line in pairwise(band):
        near = line[0].base - above[0].base <= 1.4 * line[0].run.size
        over = {cell.column: cell for cell in above}
        if (
            near
            and len(line) < len(columns)
            and all(
                cell.column != first
                and cell.column in over
                and _goes_on(above, cell)
                and not _fits(over[cell.column], cell, edges)
                for cell in line
            )
        ):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows if _are_rows(rows) else None


def _edges(columns: dict[int, list[_Cell]]) -> dict[int, float]:
    """How far right each column reaches."""
    return {column: max(cell.x2 for cell in cells) for column, cells in columns.items()}


def _fits(above: _Cell, cell: _Cell, edges: dict[int, float]) -> bool:
    """Whether the first word of a line would have had room at the end of the line above."""
    box = cell.words[0].box
    assert box is not None
    return above.x2 + 0.25 * cell.run.size + box[2] - box[0] <= edges[cell.column]


def _are_rows(rows: list[list[_Line]]) -> bool:
    """Whether lines put together may be rows: no column has two numbers, some have fewer lines."""
    if len(rows) < 2 or all(len(row) == 1 for row in rows):
        return False
    edges = _edges(_by_column([line for row in rows for line in row]))
    wide = full = more = 0
    for row in rows:
        columns = _by_column(row).values()
        wide += len(columns) >= _COLUMNS
        if len(row) > 1 and min(map(len, columns)) == len(row):
            return False  # as many lines in every column: rows of their own
        for above, cell in (pair for cells in columns for pair in pairwise(cells)):
            if _is_torn(above.words[-1].text, cell.words[0].text):
                continue
            if _has_no_letters(above.text) and _has_no_letters(cell.text):
                return False
            if not _goes_on(next(line for line in row if above in line), cell):
                return False
            more += 1
            full += not _fits(above, cell, edges)
    return 2 * wide > len(rows) and 2 * full >= more


def _has_no_letters(text: str) -> bool:
    return not any(map(str.isalpha, text))


def _is_number(text: str) -> bool:
    return bool(_GROUPED.fullmatch(text) or _PLAIN.fullmatch(text))


# Rows as runs


def _as_run(row: list[_Line]) -> TextRun:
    """One row: its cells from left to right, the lines of each from the top."""
    columns = _by_column(row)
    words: list[Word] = []
    for column in sorted(columns):
        words += _cell_words(columns[column])
    first = row[0][0].run
    bold = all(cell.run.bold for line in row for cell in line)
    return replace(first, words=words, bold=bold, row=True)


def _cell_words(cells: Sequence[_Cell]) -> list[Word]:
    """The words of a cell; what was torn at a line's end is one word again."""
    words = list(cells[0].words)
    for above, cell in pairwise(cells):
        last, rest = words[-1], cell.words
        if cell.base > above.base + _SAME_BASE * cell.run.size and _is_torn(
            last.text, rest[0].text
        ):
            words[-1] = Word(_put_together(last.text, rest[0].text), _around(last, rest[0]))
            rest = rest[1:]
        words += rest
    return words


def _is_torn(end: str, start: str) -> bool:
    """Whether a word or number goes on: it ends with a stroke, or its halves make sense only together."""
    if _OPEN_END.fullmatch(end):
        return True
    both = end + start
    if not (_FIGURES.fullmatch(both) and _GROUPED.fullmatch(both)):
        return False
    return not (_is_number(end) and _is_number(start) and not end.endswith((".", ",")))


def _put_together(end: str, start: str) -> str:
    """Halves of a word lose their hyphen ("quaran-", "tine"); "2021-" and "04" keep their stroke."""
    broken = end.endswith("-") and end[-2:-1].islower() and start[:1].islower()
    return end[:-1] + start if broken else end + start


def _around(a: Word, b: Word) -> XYXY | None:
    if a.box is None or b.box is None:
        return a.box or b.box
    return (
        min(a.box[0], b.box[0]),
        min(a.box[1], b.box[1]),
        max(a.box[2], b.box[2]),
        max(a.box[3], b.box[3]),
    )
