"""Tables of files that say themselves what their cells are: rows of cells with spans become a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ...schema import Cell, Table
from .naming import count_head_rows, named

__all__ = ["MOST_CELLS", "SourceCell", "table_of_rows"]

MOST_CELLS = 1_000_000
"""Of one table; also what spans may cover, which cost a file nothing to say."""
_WIDEST = 16_384
"""Columns; a sheet of Excel has no more."""


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A cell as a file has it, in the order of its row."""

    text: str
    row_span: int = 1
    column_span: int = 1
    is_header: bool = False


def table_of_rows(
    rows: Iterable[Iterable[SourceCell]], caption: str = "", page: int | None = None
) -> Table | None:
    """The table that rows make up, or None for one with no words or only one cell.

    A cell takes the next columns that no cell of the rows above reaches into, as in HTML.
    """
    cells = _cut(list(_placed(rows, page)))
    if sum(bool(cell.text) for cell in cells) < 2:
        return None
    return Table(cells=named(cells, count_head_rows(cells)), caption=caption, page=page)


def _cut(cells: list[Cell]) -> list[Cell]:
    """Spans end where the rows do."""
    end = max((cell.row for cell in cells), default=0) + 1
    return [
        cell.model_copy(update={"row_span": end - cell.row})
        if cell.row + cell.row_span > end
        else cell
        for cell in cells
    ]


def _placed(rows: Iterable[Iterable[SourceCell]], page: int | None) -> Iterator[Cell]:
    reach: dict[int, int] = {}  # column -> first row that is free again
    count = covered = 0
    for row in rows:
        column = 0
        cells = list(row)
        for source in cells:
            while reach.get(column, 0) > count:
                column += 1
            wide = max(1, min(source.column_span, _WIDEST - column))
            high = max(1, source.row_span)
            free = next((w for w in range(1, wide) if reach.get(column + w, 0) > count), wide)
            covered += free * high
            if column >= _WIDEST or covered > MOST_CELLS:
                return
            for at in range(column, column + free):
                reach[at] = count + high
            yield Cell(
                text=source.text, row=count, column=column, row_span=high, column_span=free,
                is_header=source.is_header, page=page,
            )  # fmt: skip
            column += free
        if cells:
            count += 1
