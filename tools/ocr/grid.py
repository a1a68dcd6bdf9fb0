"""What stands over what: the cells of tables under their headings, the values of charts over their labels.

Rows read from left to right lose it: of "381 367 / 338 / Jan Feb Mar" nobody can say which is February's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median

from ...retrieval.table_rows import row_in_words
from ...schema import Cell, Table, TextLine

Row = list[TextLine]

_VALUE = re.compile(r"[-+−(]?\s*(?:[$€£¥]\s*)?\d[\d.,' ]*+\s*+[%)kKmM$€£¥]?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FEWEST_LABELS = 3
_FEWEST_COLUMNS, _FEWEST_ROWS = 2, 2


def tables_in(lines: Sequence[TextLine]) -> tuple[Table, ...]:
    """The tables among lines of text, and the values of a chart by the labels along its lower edge.

    Args:
        lines: in reading order, their rows numbered; the tables' lines are these rows.
    """
    rows = _rows(lines)
    found = []
    at = 0
    while at < len(rows):
        below = _table_under(rows[at], rows[at + 1 :])
        if below:
            found.append(_as_table(rows[at], below))
        at += 1 + len(below)
    return (*found, *_over_labels(rows))


def rendered_rows(lines: Sequence[TextLine], tables: Sequence[Table]) -> list[str]:
    """One row a line, its cells two spaces apart; rows of a table with the names of their columns.

    What the labels along the lower edge of a chart stand for comes last.
    """
    rows = {row[0].row: "  ".join(cell.text for cell in row) for row in _rows(lines)}
    for table in tables:
        for at, row in zip(table.lines, table.rows, strict=False):
            rows[at] = row_in_words(row) or rows[at]
    charts = (table for table in tables if not table.lines)
    return [*rows.values(), *(row_in_words(row) for table in charts for row in table.rows)]


def _rows(lines: Sequence[TextLine]) -> list[Row]:
    return [list(cells) for _, cells in groupby(lines, key=lambda line: line.row)]


def _as_table(head: Row, rows: Sequence[Row]) -> Table:
    """A table of a row of headings and the rows of values under it."""
    columns = len(rows[0])
    cells = [_header(cell, 0, columns - len(head) + n) for n, cell in enumerate(head)]
    for at, (label, *values) in enumerate(rows, 1):
        names = head[-len(values) :]
        cells.append(_header(label, at, 0))
        cells += [
            _value(value, at, n, label, (name.text,))
            for n, (name, value) in enumerate(zip(names, values, strict=True), 1)
        ]
    return Table(cells=tuple(cells), lines=(head[0].row, *(row[0].row for row in rows)))


def _header(cell: TextLine, row: int, column: int) -> Cell:
    return Cell(text=cell.text, row=row, column=column, is_header=True, box=cell.box)


def _value(
    cell: TextLine, row: int, column: int, label: TextLine, header: tuple[str, ...] = ()
) -> Cell:
    return Cell(
        text=cell.text, row=row, column=column, header=header, label=(label.text,), box=cell.box
    )


def _table_under(head: Row, rows: Sequence[Row]) -> list[Row]:
    """The rows that follow a row of headings and have one value for each."""
    if any(_is_value(cell) for cell in head):
        return []
    found: list[Row] = []
    for row in rows:
        values = [cell for cell in row if _is_value(cell)]
        named = head[-len(values) :]  # the labels may have a heading, too
        fits = len(row) == len(values) + 1 and not _is_value(row[0])
        if (
            not fits
            or len(values) < max(_FEWEST_COLUMNS, len(head) - 1)
            or len(named) < len(values)
        ):
            break
        if any(_nearest(cell, values) != n for n, cell in enumerate(named)):
            break
        found.append(row)
    return found if len(found) >= _FEWEST_ROWS else []


def _over_labels(rows: Sequence[Row]) -> list[Table]:
    """The values of a chart by the labels of its last row, where each has one over it."""
    labels = rows[-1] if rows else []
    if len(labels) < _FEWEST_LABELS or any(_is_value(c) and not _is_year(c) for c in labels):
        return []
    centres = [_centre(cell) for cell in labels]
    reach = median(b - a for a, b in pairwise(centres)) / 2
    values = [cell for row in rows[:-1] for cell in row if _is_value(cell) and not _is_year(cell)]
    over = [[v for v in values if abs(_centre(v) - centre) < reach] for centre in centres]
    if any(len(found) != 1 for found in over):
        return []
    cells = [
        cell
        for at, (label, (value,)) in enumerate(zip(labels, over, strict=True))
        for cell in (_header(label, at, 0), _value(value, at, 1, label))
    ]
    return [Table(cells=tuple(cells))]


def _is_value(cell: TextLine) -> bool:
    return _VALUE.fullmatch(cell.text.strip()) is not None


def _is_year(cell: TextLine) -> bool:
    return _YEAR.fullmatch(cell.text.strip()) is not None


def _centre(cell: TextLine) -> float:
    return (cell.box.x1 + cell.box.x2) / 2


def _nearest(cell: TextLine, others: Sequence[TextLine]) -> int:
    return min(range(len(others)), key=lambda n: abs(_centre(others[n]) - _centre(cell)))
