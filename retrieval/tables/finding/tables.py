"""Found grids as `schema.Table`: cells with boxes on the page as shown, each with what it stands under."""

from __future__ import annotations

from ....schema import Cell, Table
from ..naming import count_head_rows, named
from .find import find_grids
from .grid import Grid
from .layout import Layout

__all__ = ["find_tables"]


def find_tables(layout: Layout) -> list[Table]:
    """The tables of a page from top to bottom."""
    return [_table(grid, layout) for grid in find_grids(layout)]


def _table(grid: Grid, layout: Layout) -> Table:
    cells = [
        Cell(
            text=area.text,
            row=area.row,
            column=area.column,
            row_span=area.row_span,
            column_span=area.column_span,
            box=layout.box(*grid.place(area)),
            page=layout.number,
        )
        for area in grid.areas
    ]
    heads = grid.head_rows or count_head_rows(cells)
    return Table(
        cells=named(cells, heads),
        caption=grid.caption,
        page=layout.number,
        box=layout.box(*grid.box),
    )
