"""Names of columns and rows."""

from __future__ import annotations

from looktwice.retrieval.tables.naming import count_head_rows, named
from looktwice.schema import Cell


def cells(*rows: str) -> list[Cell]:
    return [
        Cell(text=text.strip(), row=r, column=c)
        for r, row in enumerate(rows)
        for c, text in enumerate(row.split("|"))
    ]


def test_the_head_is_what_stands_over_the_figures() -> None:
    assert count_head_rows(cells("Town|People", "Aldport|12")) == 1
    assert count_head_rows(cells("Town|2021|2022", "Aldport|12|13")) == 1  # years name columns
    assert count_head_rows(cells("Aldport|12", "Brinwick|13")) == 0
    assert count_head_rows([]) == 0


def test_marked_heads_are_taken_as_marked() -> None:
    marked = [c.model_copy(update={"is_header": c.row < 2}) for c in cells("a|b", "c|d", "e|f")]
    assert count_head_rows(marked) == 2


def test_a_name_over_several_columns_is_named_for_each() -> None:
    head = [Cell(text="Boats", row=0, column=1, column_span=2), Cell(text="", row=0, column=0)]
    table = [
        *head,
        *(c.model_copy(update={"row": c.row + 1}) for c in cells("|old|new", "2001|5|6")),
    ]
    assert count_head_rows(table) == 2
    assert next(c for c in named(table, 2) if c.text == "6").header == ("Boats", "new")


def test_a_name_of_several_rows_names_each() -> None:
    table = [
        *cells("Kind|Size"),
        Cell(text="Boat", row=1, column=0, row_span=2),
        Cell(text="5", row=1, column=1),
        Cell(text="6", row=2, column=1),
    ]
    assert [c.label for c in named(table, 1) if c.text in "56"] == [("Boat",), ("Boat",)]
