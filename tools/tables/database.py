"""Typed tables in DuckDB: in memory, nothing outside reachable, a query bounded in time and rows.

No other file asks duckdb anything.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...closing import Closing
from ...errors import ToolError
from ...extensions.extras import needs
from ...retrieval.tables.typed import Kind, TypedTable
from ...schema import Cell
from .lineage import columns_used, rows_queries

__all__ = ["ROW_ID", "TYPES", "QueryResult", "TableDatabase"]

ROW_ID = "row_id"
"""A column that every table has, for the program alone: which row of the table it is, from 1."""
MOST_ROWS = 100
"""Rows of a result that are kept."""
_SECONDS = 5.0
_MOST_CITED = 500
TYPES: dict[Kind, str] = {
    "number": "DOUBLE",
    "integer": "BIGINT",
    "date": "DATE",
    "text": "VARCHAR",
}
_STORED = {**TYPES, "text": "VARCHAR COLLATE NOCASE.NOACCENT"}
"""Texts are compared as people do who type them: without case and accents."""
_CLOSED = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "memory_limit": "512MB",
    "max_temp_directory_size": "0KB",
    "threads": "1",
}
"""No file, no network, no extension, no variable of this program can be read or written."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a query gave.

    Attributes:
        sql: as it was run.
        columns: names of the result's columns.
        rows: at most `MOST_ROWS`.
        more: whether there were more rows.
        cells: what it rests on: for each table's number, cells of the rows and columns it used.
        used: the same as numbers of rows, from 0, and names of columns.
    """

    sql: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool
    cells: tuple[tuple[int, tuple[Cell, ...]], ...] = ()
    used: tuple[tuple[int, tuple[int, ...], frozenset[str]], ...] = ()


class TableDatabase(Closing):
    """Tables as t1, t2, ...; a context manager.

    Raises:
        MissingExtra: DuckDB is not installed.
    """

    def __init__(self, tables: Sequence[TypedTable]) -> None:
        with needs("documents"):
            import duckdb
        self._tables = list(tables)
        self._duckdb = duckdb
        self._connection = duckdb.connect(":memory:", config=dict(_CLOSED))
        for number, table in enumerate(tables, 1):
            self._load(f"t{number}", table)
        self._connection.execute("SET lock_configuration = true")

    def _load(self, name: str, table: TypedTable) -> None:
        columns = ", ".join(f'"{column.name}" {_STORED[column.kind]}' for column in table.columns)
        self._connection.execute(f"CREATE TABLE {name} ({ROW_ID} INTEGER, {columns})")
        ids = list(range(1, len(table.values) + 1))
        given = [ids, *(list(column) for column in zip(*table.values, strict=True))]
        parts = ["unnest($1::INTEGER[])"] + [
            f"unnest(${at}::{TYPES[column.kind]}[])" for at, column in enumerate(table.columns, 2)
        ]
        self._connection.execute(f"INSERT INTO {name} SELECT {', '.join(parts)}", given)

    def query(self, sql: str) -> QueryResult:
        """Run one SELECT.

        Raises:
            ToolError: it is no single SELECT, does not fit the tables, or takes too long; says which.
        """
        sql = sql.strip().rstrip(";").strip()
        tree = self._tree(sql)
        columns, rows = self._run(sql, MOST_ROWS + 1)
        used = self._used(tree)
        found = [(number, self._cells(number, at, names)) for number, at, names in used]
        return QueryResult(
            sql,
            columns,
            tuple(rows[:MOST_ROWS]),
            len(rows) > MOST_ROWS,
            tuple((number, cells) for number, cells in found if cells),
            used,
        )

    def columns_of(self, sql: str) -> set[str]:
        """Names of the columns that a query speaks of.

        Raises:
            ToolError: it cannot be read.
        """
        return columns_used(self._tree(sql.strip().rstrip(";").strip()))

    def close(self) -> None:
        """Forget the tables."""
        self._connection.close()

    def _tree(self, sql: str) -> dict[str, Any]:
        """The one SELECT of a text, parsed."""
        try:
            ((written,),) = self._connection.execute(
                "SELECT json_serialize_sql(?)", [sql]
            ).fetchall()
        except self._duckdb.Error as error:
            raise ToolError(
                f"no query that can be read: {_first_line(error)}", "bad_arguments"
            ) from None
        parsed: dict[str, Any] = json.loads(written)
        if parsed.get("error"):
            raise ToolError(
                f"no query that can be run: {parsed.get('error_message')}", "bad_arguments"
            )
        if (many := len(parsed["statements"])) != 1:
            found = "several" if many else "none"
            raise ToolError(f"expected one SELECT, got {found}", "bad_arguments")
        return parsed

    def _run(self, sql: str, most: int) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        timer = threading.Timer(_SECONDS, self._connection.interrupt)
        timer.start()
        try:
            done = self._connection.execute(sql)
            names = tuple(column[0] for column in done.description or ())
            return names, done.fetchmany(most)
        except self._duckdb.InterruptException:
            raise ToolError(f"the query took more than {_SECONDS:g} seconds", "timeout") from None
        except self._duckdb.Error as error:
            raise ToolError(
                f"the query does not fit: {_first_line(error)}", "bad_arguments"
            ) from None
        finally:
            timer.cancel()

    def _used(
        self, tree: dict[str, Any]
    ) -> tuple[tuple[int, tuple[int, ...], frozenset[str]], ...]:
        """The rows and columns a query rests on, by table, as far as its rows can be told apart."""
        names = frozenset(columns_used(tree))
        rows: dict[int, dict[int, None]] = {}
        for name, companion in rows_queries(tree, ROW_ID):
            number = int(name[1:]) if name[1:].isdecimal() else 0
            if 0 < number <= len(self._tables):
                found = rows.setdefault(number, {})
                found.update((row - 1, None) for row in self._row_ids(companion))
        return tuple((number, tuple(found), names) for number, found in rows.items())

    def _cells(self, number: int, rows: Sequence[int], names: frozenset[str]) -> tuple[Cell, ...]:
        """The cells of these rows and columns that hold something."""
        table = self._tables[number - 1]
        at = [n for n, column in enumerate(table.columns) if column.name in names] or [0]
        cells = (table.cells[row][n] for row in rows for n in at)
        return tuple(cell for cell in cells if cell is not None and cell.text)

    def _row_ids(self, companion: dict[str, Any]) -> list[int]:
        try:
            ((sql,),) = self._connection.execute(
                "SELECT json_deserialize_sql(?)", [json.dumps(companion)]
            ).fetchall()
            _, rows = self._run(sql, _MOST_CITED)
        except (ToolError, self._duckdb.Error):  # the answer stands; only its places stay unknown
            return []
        return [row for (row,) in rows]


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:2])[:300] if lines else type(error).__name__
