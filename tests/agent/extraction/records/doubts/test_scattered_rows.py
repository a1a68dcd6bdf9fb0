"""Rows whose values do not stand together are left out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from looktwice.agent.assistant import Assistant

from .test_summed_rows import PLAIN, SCHEMA, bill, model

Make = Callable[..., Assistant]
BELOW = [("", "", "", "", "", "")] * 6 + [("", "We deliver until noon", "", "", "", "")]
"""Words far under the table."""


def test_a_name_and_an_amount_from_far_apart_are_no_row(make: Make, tmp_path: Path) -> None:
    table = [*PLAIN[:2], ("2", "Large hook", "", "1.25", "12", "15.10"), *BELOW]
    scripted = model(
        {"name": "Steel rope", "amount": "34.00"},
        {"name": "Artikel", "amount": "34.00"},
        {"name": "Large hook", "amount": "15.10"},
        {"name": "We deliver until noon", "amount": "1.25"},
    )
    found = make(script=scripted).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    rows = [(line["name"], line["amount"]) for line in found.record["lines"]]
    assert rows == [("Steel rope", 34), ("Large hook", 15.1)]


def test_a_number_that_stands_in_another_row_is_not_taken(make: Make, tmp_path: Path) -> None:
    table = [*PLAIN[:2], ("2", "Large hook", "", "", "", "15.10"), *BELOW]
    scripted = model(
        {"name": "Steel rope", "quantity": "4", "amount": "34.00"},
        {"name": "Large hook", "quantity": "4", "amount": "15.10"},
    )
    found = make(script=scripted).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    assert [line["quantity"] for line in found.record["lines"]] == [4, None]
