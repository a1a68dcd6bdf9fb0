"""A table with typed columns, as a database wants it: every value knows the cell it was read from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ...schema import Cell, Table
from .naming import head_rows
from .numbers import date_order, number_of, parse_date, style_of, units_of

__all__ = ["Kind", "TypedColumn", "TypedTable", "typed_table"]

Kind = Literal["number", "integer", "date", "text"]
Value = float | int | date | str | None
_MOSTLY = 0.8
"""Share of a column's filled cells that have to be of one kind; the others are then no values."""
_LONGEST_NAME = 48
_NOTHING = re.compile(r"[-–—−.*/]*|n\.?/?[ad]\.?|nan|null", re.IGNORECASE)
_NEAR = 1e-6
_MOST_UNITS = 2
"""Of one column: with and without its unit."""


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column.

    Attributes:
        name: an identifier that needs no quotes, one of its kind in the table.
        title: as the table has it.
    """

    name: str
    title: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class TypedTable:
    """A table's body; `cells[r][c]` is what `values[r][c]` was read from, None where nothing was.

    Attributes:
        totals: rows of the table that only add up those above; they are left out of the values.
    """

    columns: tuple[TypedColumn, ...]
    values: tuple[tuple[Value, ...], ...]
    cells: tuple[tuple[Cell | None, ...], ...]
    caption: str = ""
    page: int | None = None
    totals: int = 0


def typed_table(table: Table, totals: bool = True) -> TypedTable | None:
    """The body of a table with typed columns, or None where it has no rows or only one column.

    Args:
        totals: whether a last row that comes to the sum of the others only adds them up.
    """
    rows, columns = table.shape
    heads = head_rows(table.cells)
    grid: list[list[Cell | None]] = [[None] * columns for _ in range(rows)]
    for cell in table.cells:
        for row in range(cell.row, cell.row + cell.row_span):
            if cell.column_span == 1:
                grid[row][cell.column] = cell
    body = [row for row in grid[heads:] if sum(bool(c and c.text) for c in row) > 1]
    if not body or columns < 2:
        return None
    titles = [_title(table, column, heads) for column in range(columns)]
    body, titles = _with_sections(body, titles)
    names = _names(titles)
    style = style_of([c.text for row in body for c in row if c and c.text]) or "."
    typed = [_column([row[at] for row in body], style) for at in range(len(titles))]
    values = [tuple(column[1][at] for column in typed) for at in range(len(body))]
    kinds: list[Kind] = [column[0] for column in typed]
    last = len(values) - (1 if totals and _adds_up(values, kinds) else 0)
    return TypedTable(
        tuple(map(TypedColumn, names, titles, kinds)),
        tuple(values[:last]),
        tuple(map(tuple, body[:last])),
        table.caption,
        table.page,
        len(values) - last,
    )


def _title(table: Table, column: int, heads: int) -> str:
    over = [
        cell.text
        for cell in sorted(table.cells, key=lambda cell: cell.row)
        if cell.row < heads and cell.text and cell.column <= column < cell.column + cell.column_span
    ]
    return " ".join(dict.fromkeys(over))


def _with_sections(
    body: list[list[Cell | None]], titles: list[str]
) -> tuple[list[list[Cell | None]], list[str]]:
    """With a column for the section that rows stand in, where there are sections."""
    sections = [next((c.label[0] for c in row if c and len(c.label) > 1), "") for row in body]
    if not any(sections):
        return body, titles
    marked: list[list[Cell | None]] = [
        [Cell(text=section, row=0, column=0) if section else None, *row]
        for section, row in zip(sections, body, strict=True)
    ]
    return marked, ["section", *titles]


def _names(titles: Sequence[str]) -> list[str]:
    names: list[str] = []
    for at, title in enumerate(titles):
        plain = unicodedata.normalize("NFKC", title).casefold()
        words = re.sub(r"\W+", "_", plain.replace("%", " percent ")).strip("_")[:_LONGEST_NAME]
        name = words or ("name" if "name" not in names else f"column_{at + 1}")
        name = f"c_{name}" if name[0].isdigit() else name
        count, base = 2, name
        while name in names or name == "row_id":
            name, count = f"{base}_{count}", count + 1
        names.append(name)
    return names


def _column(cells: Sequence[Cell | None], style: str) -> tuple[Kind, list[Value]]:
    """A column's kind and its values, None where a cell has none."""
    texts = [cell.text.strip() if cell else "" for cell in cells]
    told = [text for text in texts if text and not _NOTHING.fullmatch(text)]
    own = style_of(told, "," if style == "," else ".") or "."
    numbers = [number_of(text, own) for text in texts]
    known = [
        value
        for value, text in zip(numbers, texts, strict=True)
        if text in told and value is not None
    ]
    if told and len(known) >= _MOSTLY * len(told) and not _are_names(told):
        if all(value == int(value) and abs(value) < 2**53 for value in known):
            return "integer", [None if value is None else int(value) for value in numbers]
        return "number", list(numbers)
    if (order := date_order(told)) is not None:
        return "date", [parse_date(text, order) for text in texts]
    return "text", [text or None for text in texts]


def _are_names(texts: Sequence[str]) -> bool:
    """Whether figures only name things: they begin with a zero, or with letters of many kinds."""
    units = {units_of(text) for text in texts}
    return len(units) > _MOST_UNITS or any(re.match(r"0\d", text) for text in texts)


def _adds_up(values: Sequence[Sequence[Value]], kinds: Sequence[Kind]) -> bool:
    """Whether the last row is the sum of the others, in every column of numbers that has one there."""
    if len(values) < 3:
        return False
    *above, last = values
    sums = 0
    for at, kind in enumerate(kinds):
        value = last[at]
        if kind not in ("number", "integer") or not isinstance(value, int | float):
            continue
        parts = [row[at] for row in above]
        total = sum(part for part in parts if isinstance(part, int | float))
        if value and abs(total - value) <= max(_NEAR, 0.001 * abs(value)):
            sums += 1
        elif abs(total - value) > 0.02 * abs(value):
            return False
    return sums > 0
