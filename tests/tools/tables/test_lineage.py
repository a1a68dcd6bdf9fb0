"""Which columns a query speaks of; which rows it uses is tested with the database."""

from __future__ import annotations

from looktwice.tools.tables.lineage import columns_used, rows_queries


def column(name: str) -> dict[str, object]:
    return {"class": "COLUMN_REF", "column_names": ["t1", name]}


def test_columns_of_all_parts() -> None:
    tree = {"statements": [{"node": {"select_list": [column("a")], "where_clause": column("b")}}]}
    assert columns_used(tree) == {"a", "b"}


def test_joins_have_no_rows_of_one_table() -> None:
    node = {"type": "SELECT_NODE", "from_table": {"type": "JOIN"}, "select_list": []}
    assert rows_queries({"statements": [{"node": node}]}, "row_id") == []
