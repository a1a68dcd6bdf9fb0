"""Tables with spans as plain rows: every row complete, so that each can be read alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .flowing import FlowLine, row_line

__all__ = ["GridCell", "filled_rows", "table_lines"]

_WIDEST, _DEEPEST = 200, 2000
"""Columns and rows that one cell may span; files that say more mean "all"."""
_MOST_COLUMNS, _MOST_CELLS = 1000, 500_000


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell as its format describes it.

    Attributes:
        text: of the cell.
        rows, columns: how many it covers.
        head: whether it names others.
    """

    text: str
    rows: int = 1
    columns: int = 1
    head: bool = False


def filled_rows(rows: Sequence[Sequence[GridCell]]) -> list[list[str]]:
    """The texts of a table's rows, all in their columns.

    What spans rows stands in each of them; what spans columns stands in all of them if it is a head,
    else in the first, so that no figure is there twice in a row.
    """
    waiting: dict[int, tuple[int, str]] = {}
    out: list[list[str]] = []
    total = 0
    for at, row in enumerate(rows):
        line: list[str] = []
        first = at == 0
        coming = iter(row)
        cell = next(coming, None)
        while cell is not None or any(column >= len(line) for column in waiting):
            if len(line) > _MOST_COLUMNS:
                break
            column = len(line)
            if column in waiting:
                left, text = waiting.pop(column)
                if left > 1:
                    waiting[column] = left - 1, text
                line.append(text)
                continue
            if cell is None:
                line.append("")
                continue
            wide = min(max(cell.columns, 1), _WIDEST)
            deep = min(max(cell.rows, 1), _DEEPEST, len(rows) - at)
            text = " ".join(cell.text.split())
            for k in range(wide):
                shown = text if k == 0 or cell.head or first else ""
                if k and len(line) in waiting:
                    break
                if deep > 1:
                    waiting[len(line)] = deep - 1, shown
                line.append(shown)
            cell = next(coming, None)
        total += len(line)
        if total > _MOST_CELLS:
            break
        out.append(line)
    return out


def table_lines(rows: Iterable[Sequence[str]]) -> Iterator[FlowLine]:
    """Complete rows as lines; empty ones go."""
    begins = True
    for row in rows:
        if any(row):
            yield row_line(tuple(row), begins)
            begins = False
