"""What a spreadsheet would run is written so that it stays text."""

from __future__ import annotations

import pytest
from looktwice.media.cells import plain_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1", "=HYPERLINK()"]
)
def test_what_begins_like_a_formula_gets_a_quote(text: str) -> None:
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "12.50", "-12.50", "+49 30 123", "- 1,5", "total = 5", "a@b"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert plain_cell(text) == text
