"""Blocks of text that stand side by side, such as the addresses of two parties, one after the other.

Read row by row their lines come mixed, and a small model takes one party for the other. Whether words are
columns of text or a table says the file: where it writes down one column before it begins the next, they
are blocks. Labels and figures stay beside what they belong to, and without an order of its own (a scan) a
page stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .rows import RowCell

__all__ = ["one_after_the_other"]

_REACH = 3.0
"""Points that lines of a block may begin apart."""
_MOST_COLUMNS = 3
_FEWEST_ROWS = 2
"""Rows with several cells in a block."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_WORDS = 0.6
"""Share of the lines of a column that have a word."""

Row = Sequence["RowCell"]
Order = Callable[["RowCell"], int]


def one_after_the_other(rows: Sequence[Row], order: Order) -> list[Row]:
    """The rows, with those of blocks side by side put below one another.

    Args:
        order: where the file writes a cell.
    """
    found: list[Row] = []
    at = 0
    while at < len(rows):
        columns = [cell.left for cell in rows[at]]
        group = _together(list(_group(rows[at:], columns)), order)
        if _are_blocks(group, len(columns), order):
            for column in range(len(columns)):
                found += [(cells[column],) for cells in group if column in cells]
        else:
            group = [{}]
            found.append(rows[at])
        at += len(group)
    return found


def _group(rows: Sequence[Row], columns: Sequence[float]) -> Iterator[dict[int, RowCell]]:
    """The next rows that stand in these columns, by the number of the column."""
    for row in rows:
        cells = {
            number: cell
            for cell in row
            for number, left in enumerate(columns)
            if abs(cell.left - left) <= _REACH
        }
        if len(cells) < len(row):
            return
        yield cells


def _together(group: list[dict[int, RowCell]], order: Order) -> list[dict[int, RowCell]]:
    """The rows without those below that the file writes after all of the columns: they go on alone."""
    end = len(group)
    while end > 1 and len(group[end - 1]) == 1:
        ((column, cell),) = group[end - 1].items()
        cells = [(number, other) for row in group[: end - 1] for number, other in row.items()]
        own = [order(other) for number, other in cells if number == column]
        others = [order(other) for number, other in cells if number != column]
        if not others or not own or not max(own) < min(others) < order(cell):
            break
        end -= 1
    return group[:end]


def _are_blocks(group: Sequence[dict[int, RowCell]], columns: int, order: Order) -> bool:
    full = sum(len(cells) > 1 for cells in group)
    if not 1 < columns <= _MOST_COLUMNS or full < _FEWEST_ROWS:
        return False
    for column in range(columns):
        lines = [cells[column].text for cells in group if column in cells]
        said = sum(bool(_WORD.search(line)) and not line.endswith(":") for line in lines)
        if said < _WORDS * len(lines):
            return False
    written = sorted(
        ((order(cell), at, column) for at, row in enumerate(group) for column, cell in row.items())
    )
    steps = [(a[1] == b[1], a[2] == b[2]) for a, b in pairwise(written)]
    across, down = sum(same_row for same_row, _ in steps), sum(same for _, same in steps)
    return down > across
