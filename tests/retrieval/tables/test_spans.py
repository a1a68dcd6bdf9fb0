"""Rows with spans become cells without overlap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.tables.spans import SourceCell, table_of_rows

from .table_kit import rows_of


def test_cells_take_the_columns_that_are_free() -> None:
    table = table_of_rows(
        [
            [SourceCell("Year", row_span=2), SourceCell("Boats", column_span=2)],
            [SourceCell("old"), SourceCell("new")],
            [SourceCell("2001"), SourceCell("5"), SourceCell("6")],
        ]
    )
    assert table is not None
    assert rows_of(table) == [["Year", "Boats", ""], ["", "old", "new"], ["2001", "5", "6"]]
    assert next(c for c in table.cells if c.text == "6").header == ("Boats", "new")


def test_spans_that_reach_nowhere_are_cut() -> None:
    table = table_of_rows(
        [[SourceCell("a", row_span=60_000)], [SourceCell("b")], [SourceCell("c")]]
    )
    assert table is not None
    assert table.shape == (3, 2)
    assert table_of_rows([[SourceCell("only")]]) is None
    assert table_of_rows([]) is None


@given(
    st.lists(
        st.lists(
            st.builds(
                SourceCell, st.sampled_from(["", "a", "1"]), st.integers(1, 4), st.integers(1, 4)
            ),
            max_size=5,
        ),
        max_size=6,
    )
)
def test_no_two_cells_cover_one_place(rows: list[list[SourceCell]]) -> None:
    table = table_of_rows(rows)
    covered = [
        (row, column)
        for cell in (table.cells if table else ())
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    ]
    assert len(covered) == len(set(covered))
    assert table is None or table.shape[0] <= len(rows)
