"""The tools that answer from whole tables: one finds the table, one asks it in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ...errors import ToolError
from ...retrieval.tables.typed import TypedTable
from ...schema import Calculation, Cell, Evidence, Source, Table
from ..base import Tool, tool
from ..context import Context
from .database import TYPES, QueryResult, TableDatabase
from .library import KnownTable, TableLibrary

__all__ = ["FIND_TABLE", "QUERY_TABLE", "described", "table_tools"]

FIND_TABLE, QUERY_TABLE = "find_table", "query_table"
_SHOWN_ROWS = 40
"""Of a table, in words; all of it can be asked for."""
_CARRIED = 4000
"""Cells of a table that its evidence carries, for whoever writes the query."""
_EXAMPLES = 8
_EXAMPLE_LENGTH = 40
_MOST_LISTED = 30


def table_tools(library: TableLibrary) -> list[Tool]:
    """`find_table` and `query_table` over the same tables."""

    @tool(title="Looking for the table", done="looked for a table")
    def find_table(query: str, context: Context) -> Evidence:
        """Find the table that a question about many of its rows needs: highest, sum, average, how many.

        Args:
            query: The question itself.
        """
        return _as_evidence(library.fitting(query, context)[0])

    @tool(title="Asking the table", done="asked the table")
    def query_table(sql: str, context: Context) -> list[Evidence]:
        """Ask the table that was found, in SQL: highest, sum, average, difference, filter, group.

        Args:
            sql: One SELECT over the table t1.
        """
        known = known_tables(context.evidence, library)
        if not known:
            raise ToolError(
                "query_table: no table was found yet; find_table finds one", "not_found"
            )
        if not sql.strip():  # what the model writes where no column answers
            raise ToolError("the table that was found does not answer it", "not_found")
        with TableDatabase([one.typed for one in known]) as database:
            result = database.query(sql)
        if not any(value is not None for row in result.rows for value in row):
            raise ToolError("query_table: no row of the table fits the query", "not_found")
        return list(_answered(result, known))

    return [find_table, query_table]


def known_tables(evidence: Iterable[Evidence], library: TableLibrary) -> list[KnownTable]:
    """The tables among evidence that can be asked, the last that was found first."""
    pairs = [(item.source, table) for item in evidence for table in item.tables]
    known = [library.again(source, table) for source, table in reversed(pairs)]
    return [one for one in known if one is not None][:1]


def described(table: TypedTable, name: str = "t1") -> str:
    """A table as the SQL that would make it, with what its columns hold."""
    lines = []
    for at, column in enumerate(table.columns):
        values = [row[at] for row in table.values if row[at] is not None]
        title = f"{column.title}: " if column.title else ""
        lines.append(
            f"  {column.name} {TYPES[column.kind]}, -- {title}{_holds(values, column.kind)}"
        )
    caption = f" -- {table.caption}" if table.caption else ""
    body = "\n".join(lines)
    return f"CREATE TABLE {name} ({caption}\n{body}\n); -- {len(table.values)} rows"


def _holds(values: Sequence[Any], kind: str) -> str:
    if not values:
        return "empty"
    if kind == "text":
        different = list(dict.fromkeys(str(value)[:_EXAMPLE_LENGTH] for value in values))
        more = ", ..." if len(different) > _EXAMPLES else ""
        return ", ".join(f"'{value}'" for value in different[:_EXAMPLES]) + more
    return f"{_spelled(min(values))} to {_spelled(max(values))}"


def _as_evidence(known: KnownTable) -> Evidence:
    """A table as evidence: its first rows in words, its place, and its cells."""
    table = known.typed
    rows = [
        "; ".join(
            f"{column.title or column.name}: {cell.text}"
            for column, cell in zip(table.columns, cells, strict=True)
            if cell is not None and cell.text
        )
        for cells in table.cells[:_SHOWN_ROWS]
    ]
    more = len(table.values) - len(rows)
    rows += [f"({more} more rows)"] if more > 0 else []
    return Evidence(
        kind="text" if known.source.document is None else "passage",
        text="\n".join([*([table.caption] if table.caption else []), *rows]),
        source=known.source,
        boxes=() if known.table.box is None else (known.table.box,),
        tables=(_first_rows(known.table),),
        score=1.0,
    )


def _first_rows(table: Table) -> Table:
    """The part of a table that evidence carries; the library keeps all of it."""
    most = max(_SHOWN_ROWS, _CARRIED // max(1, table.shape[1]))
    cells = tuple(cell for cell in table.cells if cell.row < most)
    return table if len(cells) == len(table.cells) else table.model_copy(update={"cells": cells})


def _answered(result: QueryResult, known: Sequence[KnownTable]) -> Iterable[Evidence]:
    """The result, then for each page the cells that it rests on."""
    said = spelled_result(result)
    calculation = Calculation(expression=result.sql, result=said)
    text = f"asked of the table: {result.sql}\nresult: {said}"
    pages: dict[int | None, list[Cell]] = {}
    source = known[0].source
    for number, cells in result.cells:
        source = known[number - 1].source
        for cell in cells:
            pages.setdefault(cell.page, []).append(cell)
    first = True
    for page, rested in pages.items() or [(None, [])]:
        at = source if page is None or source.document is None else _on_page(source, page)
        boxes = tuple(cell.box for cell in rested if cell.box is not None)
        rests = Table(cells=tuple(_in_column(rested)), page=page)
        if first:
            yield Evidence(kind="calculation", text=text, source=at, boxes=boxes,
                           calculation=calculation, tables=(rests,) if rested else ())  # fmt: skip
        else:
            words = "the result rests on: " + ", ".join(cell.text for cell in rested)
            yield Evidence(kind="text", text=words, source=at, boxes=boxes, tables=(rests,))
        first = False


def _on_page(source: Source, page: int) -> Source:
    return source.model_copy(update={"page": page})


def _in_column(cells: Sequence[Cell]) -> Iterable[Cell]:
    """Cells of many rows one under the other, so that none covers another."""
    for at, cell in enumerate(cells):
        yield cell.model_copy(update={"row": at, "column": 0, "row_span": 1, "column_span": 1})


def spelled_result(result: QueryResult) -> str:
    """A result in words: one value as it is, one row or column as a list, more as lines."""
    rows = [[_spelled(value) for value in row if value is not None] for row in result.rows]
    shown = [row for row in rows if row][:_MOST_LISTED]
    more = len(rows) > _MOST_LISTED or result.more
    if all(len(row) == 1 for row in shown):
        return ", ".join([*(row[0] for row in shown), *(["..."] if more else [])])
    lines = [f"{row[0]}: {', '.join(row[1:])}" if len(row) > 1 else row[0] for row in shown]
    return "\n".join([*lines, *(["..."] if more else [])])


def _spelled(value: Any) -> str:
    """A value without noise of binary fractions."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        short = Decimal(f"{value:.12g}")
        return f"{short.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
