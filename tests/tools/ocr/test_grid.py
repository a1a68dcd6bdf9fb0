"""Cells of tables under their headings, values of charts over their labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.schema import Box, TextLine
from looktwice.tools.ocr.grid import rendered_rows, tables_in


def lines(*rows: list[tuple[float, str]]) -> list[TextLine]:
    """Cells by their centre across, row by row; a letter is 10 pixels wide."""
    return [
        TextLine(
            text=text,
            score=1.0,
            box=Box(x1=x - 5 * len(text), y1=30 * n, x2=x + 5 * len(text), y2=30 * n + 20),
            row=n,
        )
        for n, row in enumerate(rows)
        for x, text in row
    ]


def told(read: list[TextLine]) -> list[str]:
    return rendered_rows(read, tables_in(read))


HEAD = [(400.0, "Units"), (600.0, "Price"), (800.0, "Stock")]


def test_a_row_of_a_table_names_its_columns() -> None:
    table = lines(
        [(500, "Stock list")],
        HEAD,
        [(100, "Candles"), (400, "445"), (600, "34.12"), (800, "594")],
        [(100, "Pencils"), (400, "922"), (600, "$49.61"), (800, "525")],
        [(100, "Total"), (800, "1,119")],
    )
    assert told(table) == [
        "Stock list",
        "Units  Price  Stock",
        "Candles: Units = 445; Price = 34.12; Stock = 594",
        "Pencils: Units = 922; Price = $49.61; Stock = 525",
        "Total  1,119",
    ]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            [HEAD, [(100, "Candles"), (400, "445"), (600, "3"), (800, "5")]], id="one row"
        ),
        pytest.param([HEAD, *[[(100, "A"), (400, "4"), (600, "3")]] * 2], id="a value is missing"),
        pytest.param(
            [HEAD, *[[(100, "A"), (300, "4"), (310, "3"), (320, "5")]] * 2], id="not under them"
        ),
        pytest.param([HEAD[:1], *[[(100, "Bread"), (400, "3.10")]] * 2], id="a receipt"),
        pytest.param(
            [[(1, "2"), (5, "3")], *[[(100, "A"), (400, "4"), (600, "3")]] * 2], id="no headings"
        ),
    ],
)
def test_what_is_no_table_is_left_as_it_is(rows: list[list[tuple[float, str]]]) -> None:
    assert told(lines(*rows)) == ["  ".join(text for _, text in row) for row in rows]


LABELS = [(100.0, "Jan"), (200.0, "Feb"), (300.0, "Mar")]


def test_a_value_of_a_chart_belongs_to_the_label_under_it() -> None:
    chart = lines([(200, "Visitors")], [(104, "381"), (297, "367")], [(203, "338")], LABELS)
    assert told(chart)[-3:] == ["Jan: 381", "Feb: 338", "Mar: 367"]
    years = lines(
        [(200, "12")], [(100, "9"), (300, "7")], [(100, "2019"), (200, "2020"), (300, "2021")]
    )
    assert told(years)[-3:] == ["2019: 9", "2020: 12", "2021: 7"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([[(100, "381")], [(203, "338")], LABELS], id="a label without a value"),
        pytest.param([[(100, "3")], [(103, "4"), (200, "5"), (300, "6")], LABELS], id="two values"),
        pytest.param([[(100, "3"), (200, "5")], LABELS[:2]], id="two labels"),
        pytest.param([LABELS], id="nothing over them"),
    ],
)
def test_where_a_value_is_in_doubt_nothing_is_said(rows: list[list[tuple[float, str]]]) -> None:
    assert told(lines(*rows)) == ["  ".join(text for _, text in row) for row in rows]


CELLS = st.lists(st.tuples(st.floats(0, 999), st.sampled_from(["Jan", "7", "9.5", "2020", "x y"])),
                 min_size=1, max_size=4)  # fmt: skip


@given(st.lists(CELLS, max_size=5))
def test_no_word_is_lost(rows: list[list[tuple[float, str]]]) -> None:
    words = " ".join(told(lines(*rows)))
    assert all(word in words for row in rows for _, text in row for word in text.split())
