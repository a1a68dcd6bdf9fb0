"""The tools that ask all documents at once: one reads their records, one asks these in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ...errors import ToolError
from ...retrieval.tables.typed import TypedTable, typed_table
from ...schema import Box, Calculation, Cell, Evidence, Source, Table
from ..base import Tool, tool
from ..context import Context
from ..tables.database import QueryResult, TableDatabase
from ..tables.query import spelled_result
from .gaps import gaps
from .table import DOCUMENT, Collection, table_of

__all__ = [
    "QUERY_RECORDS",
    "READ_RECORDS",
    "ReadCollection",
    "is_of_records",
    "records_asked",
    "records_tools",
]

READ_RECORDS, QUERY_RECORDS = "read_records", "query_records"
_NAMED = 5
"""Documents that are named one by one where something is missing."""

ReadCollection = Callable[[Context], Collection]
"""Gives the records of all documents; those that were not read yet are read now."""


def records_tools(read: ReadCollection) -> list[Tool]:
    """`read_records` and `query_records` over the same documents."""

    @tool(title="Reading every document", done="read every document", patient=True)
    def read_records(query: str, context: Context) -> list[Evidence]:
        """Read the values that a question about all documents needs: how many, sum, which, by month.

        Args:
            query: The question itself.
        """
        collection = read(context)
        if not collection.records:
            why = "; ".join(collection.left_out[:_NAMED])
            raise ToolError(f"read_records: no document could be read. {why}", "not_found")
        count = len(collection.records)
        said = f"the records of {count} document{'' if count == 1 else 's'}"
        known = Evidence(kind="text", text=said, tables=(table_of(collection.records),))
        return [known, *(Evidence(kind="text", text=left) for left in collection.left_out)]

    @tool(title="Asking all records", done="asked the records of all documents")
    def query_records(sql: str, context: Context) -> list[Evidence]:
        """Ask the records of all documents, in SQL: how many, sum, largest, by month, which have none.

        Args:
            sql: One SELECT over the table t1, a row a document.
        """
        table = records_asked(context.evidence)
        if table is None:
            raise ToolError("query_records: no records were read yet", "not_found")
        with TableDatabase([table]) as database:
            result = database.query(sql)
        if not any(value is not None for row in result.rows for value in row):
            raise ToolError("query_records: no document fits the query", "not_found")
        beside = [Evidence(kind="text", text=sentence) for sentence in gaps(result, table)]
        return [*_answered(result, table), *beside]

    return [read_records, query_records]


def records_asked(evidence: Iterable[Evidence]) -> TypedTable | None:
    """The records among evidence, as a table that can be asked."""
    for item in reversed(list(evidence)):
        for table in item.tables:
            heads = [cell.text for cell in table.cells if cell.row == 0 and cell.is_header]
            if heads[:1] == [DOCUMENT] and (typed := typed_table(table, totals=False)) is not None:
                return typed
    return None


def is_of_records(item: Evidence) -> bool:
    """Whether evidence is the records of all documents: a table to be asked, not to be read."""
    return records_asked([item]) is not None


def _answered(result: QueryResult, table: TypedTable) -> Iterator[Evidence]:
    """The result, then every document that it rests on, with its values that were used."""
    said = spelled_result(_named(result, table))
    yield Evidence(
        kind="calculation",
        text=f"asked of all records: {result.sql}\nresult: {said}",
        calculation=Calculation(expression=result.sql, result=said),
    )
    rows, names = (result.used[0][1], result.used[0][2]) if result.used else ((), frozenset())
    at = [n for n, column in enumerate(table.columns) if column.name in names]
    for row in rows:
        yield _counted(table, row, at)


def _named(result: QueryResult, table: TypedTable) -> QueryResult:
    """A result that gives words of single documents, with the documents' names beside them."""
    rows = result.used[0][1] if result.used else ()
    words = [row[0] for row in result.rows if len(row) == 1 and isinstance(row[0], str)]
    if DOCUMENT in result.columns or not len(words) == len(result.rows) == len(rows):
        return result
    named = [
        (f"{word} ({table.values[at][0]})",)
        if word == table.values[at][_column(result, table)]
        else (word,)
        for word, at in zip(words, rows, strict=True)
    ]
    return replace(result, rows=tuple(named))


def _column(result: QueryResult, table: TypedTable) -> int:
    names = [column.name for column in table.columns]
    return names.index(result.columns[0]) if result.columns[0] in names else 0


def _counted(table: TypedTable, row: int, at: Sequence[int]) -> Evidence:
    """A document that a result rests on; where nothing of it was used, what of it was read."""
    cells = table.cells[row]
    named = next(cell.text for cell in cells if cell is not None)
    used = [(n, cell) for n in at if (cell := cells[n]) is not None and n]
    placed = [cell for _, cell in used if cell.box is not None] or [
        cell for cell in cells if cell is not None and cell.box is not None
    ][:1]
    page = placed[0].page if placed else None
    boxes: list[Box] = [c.box for c in placed if c.box is not None and c.page == page]
    words = "; ".join(f"{table.columns[n].title}: {cell.text}" for n, cell in used) or named
    return Evidence(
        kind="text",
        text=words,
        source=Source(document=named, page=page or 1),
        boxes=tuple(boxes),
        tables=(Table(cells=tuple(_below(placed)), page=page),) if placed else (),
    )


def _below(cells: Sequence[Cell]) -> Iterator[Cell]:
    for at, cell in enumerate(cells):
        yield cell.model_copy(update={"row": at, "column": 0})
