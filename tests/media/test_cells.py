"""What a spreadsheet would run is written so that it stays text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.media.cells import as_written, plain_cell


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "@SUM(A1)",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "\t=1",
        "\r=1",
        "=HYPERLINK()",
        " =1",
        "\n=1",
        "＝1+1",
        "＠SUM(A1)",
        "＋1+cmd",
        "\u00a0=1",
        "\u200b=1",
        "'=1",
        '"=1',
        "|calc",
        "%1",
        "−2+3",
        "\ta",
    ],
)
def test_what_begins_like_a_formula_gets_a_quote(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12.50",
        "-12.50",
        "+49 30 123",
        "- 1,5",
        "total = 5",
        "a@b",
        "it's",
        "'quoted'",
        "5 %",
        "−12.50",
        "-",
        "a\tb",
    ],
)
def test_what_is_no_formula_stays(text: str) -> None:
    assert plain_cell(text) == text


@given(st.text(alphabet=" '\t\n=+-@＝a1.,"))
def test_what_was_written_is_read_back(text: str) -> None:
    assert as_written(plain_cell(text)) == text
