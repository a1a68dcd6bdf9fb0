"""Numbers as documents of many countries write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.tables.numbers import (
    Style,
    date_order,
    number_of,
    parse_date,
    style_of,
    units_of,
)


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("1,204.5", ".", 1204.5),
        ("1.204,5", ",", 1204.5),
        ("12 345", ".", 12345),
        ("1'000'000", ".", 1e6),
        ("12,34,567", ".", 1234567),
        ("(1,200)", ".", -1200),
        ("−5", ".", -5),
        ("€ 12.50", ".", 12.5),
        ("12.5 km²", ".", 12.5),
        ("7 %", ".", 7),
        ("10,000 (2)", ".", 10000),
        ("3,5*", ",", 3.5),
        (".5", ".", 0.5),
    ],
)
def test_a_number_is_read(text: str, style: Style, value: float) -> None:
    assert number_of(text, style) == value


@pytest.mark.parametrize(
    "text", ["", "-", "n/a", "3 of 4", "2021-02-03", "1,2,3", "abc", "12:30", "A1"]
)
def test_what_is_no_number(text: str) -> None:
    assert number_of(text) is None


@given(st.integers(-(10**9), 10**9))
def test_grouped_numbers_come_back(value: int) -> None:
    assert number_of(f"{value:,}") == value
    assert number_of(f"{value:,}".replace(",", "."), ",") == value


def test_a_column_tells_its_style() -> None:
    assert style_of(["1,204", "873.25"]) == "."
    assert style_of(["3.597", "1.847", "732"]) == ","
    assert style_of(["1.234.567"]) == ","
    assert style_of(["12,5", "3"]) == ","
    assert style_of(["1.234"]) is None
    assert style_of(["abc"], ",") == ","


def test_dates_by_their_column() -> None:
    assert date_order(["2001-02-03", "1990-01-31"]) == "ymd"
    assert date_order(["31/01/1990", "03/02/2001"]) == "dmy"
    assert date_order(["01/31/1990"]) == "mdy"
    assert date_order(["01/02/1990"]) is None
    assert date_order(["01.02.1990"]) == "dmy"
    assert date_order(["2001-02-03", "soon"]) is None
    found = parse_date("03/02/2001", "dmy")
    assert found is not None
    assert found.isoformat() == "2001-02-03"
    assert parse_date("2001-13-01", "ymd") is None
    assert units_of("EUR 12") == ("EUR", "")
