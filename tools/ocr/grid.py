"""What stands over what: the cells of tables under their headings, the values of charts over their labels.

Rows read from left to right lose it: of "381 367 / 338 / Jan Feb Mar" nobody can say which is February's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median

from ...schema import TextLine

Row = list[TextLine]

_VALUE = re.compile(r"[-+−(]?\s*[$€£¥]?\s*\d[\d.,' ]*\s*[%)kKmM$€£¥]?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_FEWEST_LABELS = 3
_FEWEST_COLUMNS, _FEWEST_ROWS = 2, 2


def rendered_rows(lines: Sequence[TextLine]) -> list[str]:
    """One row a line, its cells two spaces apart; rows of a table with the names of their columns.

    What the labels along the lower edge of a chart stand for comes last.

    Args:
        lines: in reading order, their rows numbered.
    """
    rows = [list(cells) for _, cells in groupby(lines, key=lambda line: line.row)]
    rendered = ["  ".join(cell.text for cell in row) for row in rows]
    for at in range(len(rows)):
        below = _table_under(rows[at], rows[at + 1 :])
        rendered[at + 1 : at + 1 + len(below)] = below
    return rendered + _over_labels(rows)


def _table_under(head: Row, rows: Sequence[Row]) -> list[str]:
    """The rows that follow a row of headings and have one value for each."""
    if any(_is_value(cell) for cell in head):
        return []
    rendered: list[str] = []
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
        pairs = zip(named, values, strict=True)
        rendered.append(f"{row[0].text}: {'; '.join(f'{n.text} = {v.text}' for n, v in pairs)}")
    return rendered if len(rendered) >= _FEWEST_ROWS else []


def _over_labels(rows: Sequence[Row]) -> list[str]:
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
    return [f"{label.text}: {found[0].text}" for label, found in zip(labels, over, strict=True)]


def _is_value(cell: TextLine) -> bool:
    return _VALUE.fullmatch(cell.text.strip()) is not None


def _is_year(cell: TextLine) -> bool:
    return _YEAR.fullmatch(cell.text.strip()) is not None


def _centre(cell: TextLine) -> float:
    return (cell.box.x1 + cell.box.x2) / 2


def _nearest(cell: TextLine, others: Sequence[TextLine]) -> int:
    return min(range(len(others)), key=lambda n: abs(_centre(others[n]) - _centre(cell)))
