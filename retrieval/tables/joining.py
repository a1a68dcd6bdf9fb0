"""Tables that go on over several pages, put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...schema import Cell, Table
from .naming import head_rows, named

__all__ = ["Joiner"]

_FOOT, _HEAD = 0.6, 0.35
"""Shares of a page's height: what goes on reaches below the first, its rest begins above the second."""
_ALIKE = 0.03
"""Share of the page's width by which columns of both parts may differ."""


class Joiner:
    """Takes tables page by page, gives those that are whole."""

    def __init__(self) -> None:
        self._parts: list[Table] = []
        self._last_page = 0

    def add(self, page: int, tables: list[Table], width: float, height: float) -> Iterator[Table]:
        """The tables of the next page; what can no longer go on is given back.

        Args:
            page: its number.
            tables: found on it, from top to bottom.
            width, height: of the page, in the frame of the boxes.
        """
        rest = list(tables)
        follows = bool(self._parts and rest) and page == self._last_page + 1
        if follows and _goes_on(self._parts, rest[0], width, height):
            self._parts.append(rest.pop(0))
        if rest or page > self._last_page + 1 or not tables:
            yield from self.close()
            self._parts = rest[-1:]
        self._last_page = page
        yield from rest[:-1]

    def close(self) -> Iterator[Table]:
        """What is left at the end."""
        parts, self._parts = self._parts, []
        if parts:
            yield _joined(parts)


def _goes_on(parts: Sequence[Table], rest: Table, width: float, height: float) -> bool:
    """Whether a table is the next part: where it should be, with the same columns and no other head."""
    first, last = parts[0], parts[-1]
    if last.box is None or rest.box is None or last.shape[1] != rest.shape[1]:
        return False
    if last.box.y2 < _FOOT * height or rest.box.y1 > _HEAD * height or rest.caption:
        return False
    near = _ALIKE * width
    if abs(last.box.x1 - rest.box.x1) > near or abs(last.box.x2 - rest.box.x2) > near:
        return False
    heads = _heads(rest)
    return not heads or not _heads(first) or _texts(heads) == _texts(_heads(first))


def _heads(table: Table) -> list[Cell]:
    """Cells of the rows that only name columns."""
    rows = head_rows(table.cells)
    return [cell for cell in table.cells if cell.row < rows]


def _texts(cells: list[Cell]) -> list[str]:
    return ["".join(cell.text.split()).casefold() for cell in cells]


def _joined(parts: Sequence[Table]) -> Table:
    """One table; a head that is written again is left out."""
    first = parts[0]
    if len(parts) == 1:
        return first
    cells = list(first.cells)
    rows = first.shape[0]
    for part in parts[1:]:
        repeated = max((cell.row + cell.row_span for cell in _heads(part)), default=0)
        for cell in part.cells:
            if cell.row >= repeated:
                moved = {"row": cell.row - repeated + rows, "is_header": False}
                cells.append(cell.model_copy(update=moved))
        rows += part.shape[0] - repeated
    heads = max((cell.row + cell.row_span for cell in _heads(first)), default=0)
    plain = [cell.model_copy(update={"header": (), "label": ()}) for cell in cells]
    return Table(cells=named(plain, heads), caption=first.caption, page=first.page, box=first.box)
