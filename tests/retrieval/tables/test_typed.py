"""Tables as a database wants them."""

from __future__ import annotations

from looktwice.retrieval.tables.spans import SourceCell, table_of_rows
from looktwice.retrieval.tables.typed import TypedTable, typed_table


def typed(*rows: str) -> TypedTable:
    table = table_of_rows([SourceCell(text.strip()) for text in row.split("|")] for row in rows)
    assert table is not None
    found = typed_table(table)
    assert found is not None
    return found


def test_columns_have_kinds_and_names_that_need_no_quotes() -> None:
    table = typed("Town|Price (€)|2021|Town", "A|1.50|7|x", "B|2|–|y")
    assert [(c.name, c.kind) for c in table.columns] == [
        ("town", "text"), ("price", "number"), ("c_2021", "integer"), ("town_2", "text"),
    ]  # fmt: skip
    assert table.values == (("A", 1.5, 7, "x"), ("B", 2.0, None, "y"))
    cell = table.cells[0][1]
    assert cell is not None
    assert cell.text == "1.50"


def test_names_that_look_like_numbers_stay_names() -> None:
    assert typed("Flight|Seats", "LX 101|7", "KQ 204|9", "TP 3|8").columns[0].kind == "text"
    assert typed("Code|Seats", "007|7", "012|9").columns[0].kind == "text"


def test_a_row_of_sums_is_not_summed_again() -> None:
    table = typed("Town|People|Cars", "A|10|5", "B|20|6", "C|30|7", "All|60|18")
    assert (len(table.values), table.totals) == (3, 1)
    assert typed("Town|People", "A|10", "B|20", "C|31").totals == 0


def test_rows_know_their_section() -> None:
    table = typed("|2021", "Assets|", "Cash|5", "Stock|7", "Debts|", "Bank|9")
    assert [c.name for c in table.columns] == ["section", "name", "c_2021"]
    assert table.values == (("Assets", "Cash", 5), ("Assets", "Stock", 7), ("Debts", "Bank", 9))


def test_what_has_no_rows_is_no_table() -> None:
    table = table_of_rows([[SourceCell("a"), SourceCell("b")]])
    assert table is not None
    assert typed_table(table.model_copy(update={"cells": ()})) is None
