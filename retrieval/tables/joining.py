"""Tables that go on over several pages, put together."""

from __future__ import annotations

from collections.abc import Iterator

from ...schema import Box, Cell, Table
from .naming import named

__all__ = ["Joiner"]

_FOOT, _HEAD = 0.6, 0.35
"""Shares of a page's height: what goes on reaches below the first, its rest begins above the second."""
_ALIKE = 0.03
"""Share of the page's width by which columns of both parts may differ."""


class Joiner:
    """Takes tables page by page, gives those that are whole."""

    def __init__(self) -> None:
        self._open: Table | None = None
        self._last_page = 0

    def add(self, page: int, tables: list[Table], width: float, height: float) -> Iterator[Table]:
        """The tables of the next page; what can no longer go on is given back.

        Args:
            page: its number.
            tables: found on it, from top to bottom.
            width, height: of the page, in the frame of the boxes.
        """
        rest = list(tables)
        before = self._open
        if before is not None:
            first = rest[0] if rest else None
            if (
                first is not None
                and page == self._last_page + 1
                and _goes_on(before, first, width, height)
            ):
                rest[0] = _joined(before, first)
            else:
                yield before
        self._open = rest.pop() if rest else None
        self._last_page = page
        yield from rest

    def close(self) -> Iterator[Table]:
        """What is left at the end."""
        if self._open is not None:
            yield self._open
            self._open = None


def _goes_on(table: Table, rest: Table, width: float, height: float) -> bool:
    if table.box is None or rest.box is None or table.shape[1] != rest.shape[1]:
        return False
    ends = [cell.box.y2 for cell in table.cells if cell.box and cell.page == _last_page(table)]
    if not ends or max(ends) < _FOOT * height or rest.box.y1 > _HEAD * height or rest.caption:
        return False
    near = _ALIKE * width
    if abs(table.box.x1 - rest.box.x1) > near or abs(table.box.x2 - rest.box.x2) > near:
        return False
    heads = _heads(rest)
    return not heads or _texts(heads) == _texts(_heads(table)) or not _heads(table)


def _last_page(table: Table) -> int | None:
    return max((cell.page or 0 for cell in table.cells), default=0)


def _heads(table: Table) -> list[Cell]:
    """Cells of the rows that only name columns."""
    others = {c.row for c in table.cells if not c.is_header}
    first = min(others, default=0)
    return [cell for cell in table.cells if cell.row < first]


def _texts(cells: list[Cell]) -> list[str]:
    return ["".join(cell.text.split()).casefold() for cell in cells]


def _joined(table: Table, rest: Table) -> Table:
    """One table; the head that is written again is left out."""
    repeated = max((cell.row + cell.row_span for cell in _heads(rest)), default=0)
    rows = table.shape[0]
    more = [
        cell.model_copy(
            update={
                "row": cell.row - repeated + rows, "header": (), "label": (), "is_header": False,
            }
        )
        for cell in rest.cells
        if cell.row >= repeated
    ]  # fmt: skip
    heads = max((cell.row + cell.row_span for cell in _heads(table)), default=0)
    plain = [cell.model_copy(update={"header": (), "label": ()}) for cell in table.cells]
    box: Box | None = table.box
    return Table(
        cells=named([*plain, *more], heads), caption=table.caption, page=table.page, box=box
    )
