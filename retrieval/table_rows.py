"""Tables beside the text they stand in: parts of them for parts of the text, and rows in words.

A row of figures means nothing without the heads of its columns: from "Net sales 32,765 31,657" a small
model takes either number; "Net sales: 2018 = 32,765; 2017 = 31,657" leaves nothing to guess. Words like
these are made last, for a model; programs compare cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ..schema import Cell, Table

__all__ = [
    "TableRow",
    "between",
    "in_lines",
    "named_table",
    "renumbered",
    "row_in_words",
    "tables_of",
    "values_of",
]

_NUMBER = re.compile(r"[-+(]?[^\w\s]?\s?\d[\d.,' ]*[^\w\s]?\)?")
_YEAR = re.compile(r"(?:19|20)\d\d")


class TableRow(NamedTuple):
    """A row whose cells are known: the line it stands on, and whether a table begins with it."""

    line: int
    cells: tuple[str, ...]
    begins: bool


def tables_of(rows: Iterable[TableRow]) -> tuple[Table, ...]:
    """Tables of rows that follow each other; the first column names the rows.

    A first row without numbers (years apart) names the columns; others leave them unnamed.
    """
    runs: list[list[TableRow]] = []
    for row in rows:
        if row.begins or not runs or row.line != runs[-1][-1].line + 1:
            runs.append([])
        runs[-1].append(row)
    return tuple(named_table(run, _heads(run[0])) for run in runs)


def named_table(rows: Sequence[TableRow], heads: Sequence[tuple[str, ...]]) -> Table:
    """A table of rows; the first column names the rows.

    Args:
        heads: what stands over each column, outermost first; the first row is then these heads' own.
    """
    cells = [
        _cell(at, column, row.cells, heads)
        for at, row in enumerate(rows)
        for column in range(len(row.cells))
    ]
    return Table(cells=tuple(cells), lines=tuple(row.line for row in rows))


def _heads(first: TableRow) -> list[tuple[str, ...]]:
    names = first.begins and _names_columns(first.cells)
    return [(cell,) if cell else () for cell in first.cells] if names else []


def _cell(at: int, column: int, row: Sequence[str], heads: Sequence[tuple[str, ...]]) -> Cell:
    text = row[column]
    if column == 0 or (at == 0 and heads):
        return Cell(text=text, row=at, column=column, is_header=True)
    above = heads[column] if column < len(heads) else ()
    beside = (row[0],) if row[0] else ()
    return Cell(text=text, row=at, column=column, header=above, label=beside)


def _names_columns(cells: Sequence[str]) -> bool:
    return not any(_NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in cells)


def values_of(row: Sequence[Cell]) -> list[Cell]:
    """The cells of a row that are no heads and no labels."""
    return [cell for cell in row if not cell.is_header]


def row_in_words(row: Sequence[Cell]) -> str:
    """A row's label and each value beside the head of its column; "" where columns have no heads.

    A value that stands alone beside its label needs none.
    """
    values = [cell for cell in values_of(row) if cell.text]
    label = " ".join(values[0].label) if values else ""
    if label and len(values) == 1 and not values[0].header:
        return f"{label}: {values[0].text}"
    if not values or not all(cell.header for cell in values):
        return ""
    told = "; ".join(f"{' '.join(cell.header)} = {cell.text}" for cell in values)
    return f"{label}: {told}" if label else told


def in_lines(lines: Sequence[str], tables: Iterable[Table]) -> list[str]:
    """Lines of a text, those that are rows of its tables in words of their own."""
    told = list(lines)
    for table in tables:
        for at, row in zip(table.lines, table.rows, strict=False):
            if 0 <= at < len(told):
                told[at] = row_in_words(row) or told[at]
    return told


def renumbered(tables: Iterable[Table], places: Mapping[int, int]) -> tuple[Table, ...]:
    """What is left of tables where only some lines of their text are.

    Args:
        places: the new number of each line that is left, by its old one.

    Returns:
        Tables that have a row on one of these lines: its rows, and those of heads.
    """
    return tuple(cut for table in tables if (cut := _cut(table, places)) is not None)


def between(tables: Iterable[Table], text: str, start: int, end: int) -> tuple[Table, ...]:
    """What of a text's tables stands between two of its characters; lines are counted from there."""
    first = text.count("\n", 0, start)
    last = text.count("\n", 0, max(start, end))
    return renumbered(tables, {line: line - first for line in range(first, last + 1)})


def _cut(table: Table, places: Mapping[int, int]) -> Table | None:
    rows = list(zip(table.rows, table.lines, strict=False))
    heads = next((n for n, (row, _) in enumerate(rows) if values_of(row)), len(rows))
    kept = [
        (row, places.get(at, -1)) for n, (row, at) in enumerate(rows) if n < heads or at in places
    ]
    if not any(at >= 0 and values_of(row) for row, at in kept):
        return None
    cells = [
        cell.model_copy(update={"row": number, "row_span": 1})
        for number, (row, _) in enumerate(kept)
        for cell in row
    ]
    lines = tuple(at for _, at in kept)
    return table.model_copy(update={"cells": tuple(cells), "lines": lines})
