"""Long tables: a model reads the first rows, and the program the others, from where the columns stand.

A small model copies some dozens of rows and then loses its way, and a table of thousands would take hours.
Its first rows show which column is which; the rest is read off at these places, every cell with its box.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .....schema import ExtractedField
from ..pages.rows import PageText, RowCell
from ..schemas.fields import ListSpec
from ..schemas.paths import places_in
from .alignment import Place
from .placing import Placing

_FEWEST_ROWS = 4
"""Rows from which columns are learned."""
_MOSTLY = 0.75
"""Share of the rows that must have a column, and of a column's cells that must stand at its edge."""
REACH = 6.0
"""Points, or pixels of some 72 dpi, that an edge may be off."""


@dataclass(frozen=True)
class Edge:
    """Where a column stands: its cells begin (or end) at `at`."""

    right: bool
    at: float
    reach: float

    def fits(self, cell: RowCell) -> bool:
        """Whether a cell stands there."""
        return abs(_side(cell, self.right) - self.at) <= self.reach


@dataclass(frozen=True)
class TableColumns:
    """The columns of a list that were learned, by their paths, and after which row of which page."""

    edges: Mapping[str, Edge]
    page: int
    row: int


def learn(
    many: ListSpec, places: Mapping[str, Place], pages: Sequence[PageText]
) -> TableColumns | None:
    """Where the columns of a list stand, from the rows found so far; None where they do not show it."""
    by_number = {text.number: text for text in pages}
    seen: dict[str, list[tuple[int, int, RowCell]]] = {}
    rows = set()
    for path, at in places_in(many.path, places).items():
        place = places[path]
        if found := _cell_at(by_number.get(place.page), place):
            rows.add(at.row)
            seen.setdefault(at.column or "value", []).append((place.page, *found))
    if len(rows) < _FEWEST_ROWS:
        return None
    reach = REACH if any(text.page.width for text in pages) else 0.0
    edges = {
        name: edge
        for name, cells in seen.items()
        if len(cells) >= _MOSTLY * len(rows) and (edge := _edge([c for *_, c in cells], reach))
    }
    if not edges or (len(edges) < 2 and not many.plain):
        return None
    page, row, _ = max((cell for cells in seen.values() for cell in cells), key=lambda c: c[:2])
    return TableColumns(edges, page, row)


def rows_at(
    columns: TableColumns, many: ListSpec, text: PageText, placing: Placing, first: int
) -> Iterator[list[ExtractedField]]:
    """The rows of a page that have a value in every column that was learned.

    Args:
        first: number of the next row in the record.
    """
    for at, row in enumerate(text.cells):
        if (text.number, at) <= (columns.page, columns.row):
            continue
        prefix = f"{many.path}[{first}]"
        found = []
        for column in many.columns:
            edge = columns.edges.get(column.path)
            cell = next((c for c in row if edge is not None and edge.fits(c)), None)
            path = prefix if many.plain else f"{prefix}.{column.path}"
            if cell is not None and (value := placing.cell(column, path, text, cell)) is not None:
                found.append(value)
        if len(found) == len(columns.edges):
            first += 1
            yield found


def _cell_at(text: PageText | None, place: Place) -> tuple[int, RowCell] | None:
    """The row and the cell that a place begins in."""
    if text is None:
        return None
    for at, row in enumerate(text.cells):
        for cell in row:
            if cell.start <= place.span[0] < cell.end:
                return at, cell
    return None


def _edge(cells: Sequence[RowCell], reach: float) -> Edge | None:
    """The side on which most of a column's cells are in line, and most exactly so."""
    edges = [Edge(right, _side(cell, right), reach) for right in (False, True) for cell in cells]
    best = max(edges, key=lambda edge: _in_line(edge, cells))
    return best if _in_line(best, cells)[0] >= _MOSTLY * len(cells) else None


def _in_line(edge: Edge, cells: Sequence[RowCell]) -> tuple[int, float]:
    off = [abs(_side(cell, edge.right) - edge.at) for cell in cells]
    return sum(one <= edge.reach for one in off), -sum(min(one, edge.reach) for one in off)


def _side(cell: RowCell, right: bool) -> float:
    return cell.right if right else cell.left
