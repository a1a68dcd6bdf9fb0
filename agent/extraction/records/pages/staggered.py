"""Table rows whose cells do not stand at one height: an amount set at the foot of its cell, say.

Such a cell comes as a row of its own, and nothing on it says whose it is. It belongs to the row that it
touches where it stands in a column which that row leaves empty.
"""

from __future__ import annotations

from collections.abc import Sequence

from .....schema import TextLine

_TOUCHES = 0.25
"""Of a cell's height: how far it may stand below the row above and still touch it."""
_FEWEST = 2
"""Cells of a row of a table."""


def joined(rows: Sequence[Sequence[TextLine]]) -> list[list[TextLine]]:
    """The rows from top to bottom, those that go on the row above put into it."""
    whole: list[list[TextLine]] = []
    for row in rows:
        if whole and _goes_on(whole[-1], row):
            whole[-1] = sorted([*whole[-1], *row], key=lambda cell: cell.box.x1)
        else:
            whole.append(list(row))
    return whole


def _goes_on(above: Sequence[TextLine], row: Sequence[TextLine]) -> bool:
    if len(above) < _FEWEST or len(row) >= len(above):
        return False
    foot = max(cell.box.y2 for cell in above)
    touches = all(
        cell.box.y1 - foot <= _TOUCHES * (cell.box.y2 - cell.box.y1) and cell.box.y2 > foot
        for cell in row
    )
    return touches and not any(
        cell.box.x1 < other.box.x2 and other.box.x1 < cell.box.x2 for cell in row for other in above
    )
