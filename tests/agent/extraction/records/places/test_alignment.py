"""Values are found where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.extraction.records.places.alignment import _at_a_currency, _before_a_time


@pytest.mark.parametrize(
    ("written", "text", "span"),
    [
        ("03/02/2018", "Date: 03/02/201815:28", (6, 16)),
        ("2018-02-03", "2018-02-038:05 PM", (0, 10)),
        ("03/02/2018", "Date: 103/02/201815:28", None),
        ("03/02/2018", "Date: 03/02/20181528", None),
        ("soon", "soon15:28", None),
    ],
)
def test_a_date_that_runs_into_the_time(
    written: str, text: str, span: tuple[int, int] | None
) -> None:
    assert _before_a_time(written, text) == span


@pytest.mark.parametrize(
    ("written", "text", "span"),
    [
        ("50.00", "Total Paid RM50.00", (13, 18)),
        ("16.80", "Tax 16.80SR", (4, 9)),
        ("50.00", "RM150.00 RM50.001 RM50.00.1", None),
        ("50", "A50", None),
    ],
)
def test_an_amount_that_touches_its_currency(
    written: str, text: str, span: tuple[int, int] | None
) -> None:
    assert _at_a_currency(written, text) == span


@given(st.text(max_size=20), st.text(max_size=60))
def test_any_text_is_taken(written: str, text: str) -> None:
    span = _before_a_time(written, text)
    assert span is None or text[slice(*span)] == written.strip()
