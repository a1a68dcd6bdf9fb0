"""Tables beside their text: parts of them for parts of the text, rows in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.table_rows import (
    TableRow,
    between,
    in_lines,
    renumbered,
    row_in_words,
    tables_of,
    values_of,
)

TEXT = ["Our shops", "Shop | 2022 | 2021", "Lyon | 5 | 4", "Rome | 7 | ", "All are open."]


def shops(*rows: str, first: int = 1) -> tuple[TableRow, ...]:
    return tuple(
        TableRow(first + n, tuple(cell.strip() for cell in row.split("|")), n == 0)
        for n, row in enumerate(rows)
    )


(SHOPS,) = tables_of(shops(*TEXT[1:4]))


def test_the_first_row_names_the_columns_and_the_first_column_the_rows() -> None:
    values = [cell for row in SHOPS.rows for cell in values_of(row)]
    assert [(cell.label, cell.header, cell.text) for cell in values] == [
        (("Lyon",), ("2022",), "5"),
        (("Lyon",), ("2021",), "4"),
        (("Rome",), ("2022",), "7"),
        (("Rome",), ("2021",), ""),
    ]
    assert (SHOPS.shape, SHOPS.lines) == ((3, 3), (1, 2, 3))


def test_rows_are_put_into_words_in_their_places() -> None:
    assert in_lines(TEXT, [SHOPS]) == [
        "Our shops",
        "Shop | 2022 | 2021",
        "Lyon: 2022 = 5; 2021 = 4",
        "Rome: 2022 = 7",
        "All are open.",
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (("Lyon | 5 | 4", "Rome | 7 | 8"), ["", ""]),  # nothing names the columns
        (("Rent | 900", "Heating | 80"), ["Rent: 900", "Heating: 80"]),
    ],
)
def test_a_table_without_heads(rows: tuple[str, ...], told: list[str]) -> None:
    (table,) = tables_of(shops(*rows))
    assert [row_in_words(row) for row in table.rows] == told


def test_a_table_ends_where_other_lines_come_or_another_one_begins() -> None:
    rows = [*shops("a | b", "c | d"), *shops("e | f", first=3), *shops("g | h", first=9)]
    assert [table.lines for table in tables_of(rows)] == [(1, 2), (3,), (9,)]


def test_a_part_of_the_text_has_its_rows_and_their_heads() -> None:
    text = "\n".join(TEXT)
    at = text.index("Rome")
    (part,) = between([SHOPS], text, at, len(text))
    assert part.lines == (-1, 0)
    assert [cell.text for row in part.rows for cell in row] == [
        "Shop", "2022", "2021", "Rome", "7", "",
    ]  # fmt: skip
    assert in_lines(text[at:].split("\n"), [part])[0] == "Rome: 2022 = 7"
    assert between([SHOPS], text, text.index("All"), len(text)) == ()


@given(st.sets(st.integers(0, 4)), st.sets(st.integers(0, 4)))
def test_cutting_twice_is_cutting_once(first: set[int], second: set[int]) -> None:
    kept = sorted(first & second)
    once = renumbered([SHOPS], {line: n for n, line in enumerate(kept)})
    between_them = {line: n for n, line in enumerate(sorted(first))}
    again = {between_them[line]: n for n, line in enumerate(kept)}
    assert renumbered(renumbered([SHOPS], between_them), again) == once


@given(st.lists(st.lists(st.text(max_size=5), min_size=1, max_size=4), max_size=6))
def test_any_cells_make_tables(cells: list[list[str]]) -> None:
    tables = tables_of(TableRow(n, tuple(row), n == 0) for n, row in enumerate(cells))
    assert sum(len(table.rows) for table in tables) == len(cells)
    assert len(in_lines([""] * len(cells), tables)) == len(cells)
