"""Queries: what they answer, what they rest on, and all that they cannot do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from looktwice.errors import ToolError
from looktwice.tools.tables import database as module
from looktwice.tools.tables.database import TableDatabase


@pytest.mark.parametrize(
    ("sql", "rows", "cells"),
    [
        ("SELECT town FROM t1 ORDER BY people DESC LIMIT 1", [("Cormouth",)], ["Cormouth", "15,660"]),
        ("SELECT SUM(people) FROM t1 WHERE region = 'South';", [(1275,)], ["South", "873", "South", "402"]),
        ("SELECT MAX(area_km2) FROM t1", [(88.0,)], ["12.5", "9.1", "88.0", "–"]),
        ("SELECT COUNT(*) FROM t1 WHERE people > 1000", [(2,)], ["1,204", "15,660"]),
        ("SELECT COUNT(*) FROM t1", [(4,)], ["Aldport", "Brinwick", "Cormouth", "Dünfeld"]),
        ("SELECT town FROM t1 WHERE people = (SELECT MIN(people) FROM t1)",
         [("Dünfeld",)], ["Dünfeld", "402"]),
        (
            "SELECT region FROM t1 GROUP BY region ORDER BY SUM(people) DESC LIMIT 1",
            [("North",)],
            ["North", "1,204", "South", "873", "North", "15,660", "South", "402"],
        ),
        ("SELECT people FROM t1 WHERE town = 'dunfeld'", [(402,)], ["Dünfeld", "402"]),
        ("SELECT year(founded) FROM t1 WHERE town = 'Brinwick'", [(1990,)], ["Brinwick", "1990-01-01"]),
    ],
)  # fmt: skip
def test_answers_and_what_they_rest_on(
    database: TableDatabase, sql: str, rows: list[tuple[Any, ...]], cells: list[str]
) -> None:
    result = database.query(sql)
    assert list(result.rows) == rows
    ((number, rests),) = result.cells
    assert number == 1
    assert [cell.text for cell in rests] == cells


def test_a_difference_of_two_rows(database: TableDatabase) -> None:
    one = "(SELECT people FROM t1 WHERE town = '{}')"
    sql = f"SELECT {one.format('Aldport')} - {one.format('Brinwick')}"
    result = database.query(sql)
    assert result.rows == ((331,),)
    ((_, rests),) = result.cells
    assert {cell.text for cell in rests} == {"Aldport", "1,204", "Brinwick", "873"}


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE t1",
        "SELECT 1; SELECT 2",
        "INSERT INTO t1 VALUES (1)",
        "COPY t1 TO 'out.csv'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "SET memory_limit = '9GB'",
        "SELECT nothing FROM t1",
        "SELECT * FROM t2",
        "no query at all",
        "",
    ],
)
def test_what_is_no_query_over_the_table_is_refused(database: TableDatabase, sql: str) -> None:
    with pytest.raises(ToolError) as refused:
        database.query(sql)
    assert refused.value.kind == "bad_arguments"
    assert database.query("SELECT COUNT(*) FROM t1").rows == ((4,),)


def test_no_file_and_no_variable_can_be_read(database: TableDatabase, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a,b\n1,2\n")
    private = [{"secret": 1}]
    assert private
    for source in (f"read_csv('{tmp_path}/secret.csv')", f"'{tmp_path}/secret.csv'", "private"):
        with pytest.raises(ToolError):
            database.query(f"SELECT * FROM {source}")
    for call in (f"glob('{tmp_path}/*')", f"read_text('{tmp_path}/secret.csv')"):
        with pytest.raises(ToolError):
            database.query(f"SELECT * FROM {call}")


def test_a_query_without_end_is_ended(
    database: TableDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SECONDS", 0.2)
    with pytest.raises(ToolError, match="took more than") as ended:
        database.query("SELECT COUNT(*) FROM range(100000000) a, range(100000) b")
    assert ended.value.kind == "timeout"
    assert database.query("SELECT COUNT(*) FROM t1").rows == ((4,),)


def test_a_long_result_is_cut(database: TableDatabase) -> None:
    result = database.query("SELECT * FROM range(1000)")
    assert len(result.rows) == module.MOST_ROWS
    assert result.more
