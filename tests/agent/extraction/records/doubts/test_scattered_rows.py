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


def test_rows_of_nothing_are_not_borne_out_by_a_sum(make: Make, tmp_path: Path) -> None:
    table = [
        *PLAIN[:2],
        ("", "Our terms", "", "", "", ""),
        *BELOW,
        ("", "Paid", "", "", "", "0.00"),
    ]
    scripted = model(
        {"name": "Steel rope", "amount": "34.00"},
        {"name": "Our terms", "amount": "0.00"},
        net="34.00",
    )
    found = make(script=scripted).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    assert [line["name"] for line in found.record["lines"]] == ["Steel rope"]


def test_what_is_free_of_charge_is_a_row(make: Make, tmp_path: Path) -> None:
    table = [*PLAIN[:2], ("2", "Large hook", "", "", "12", "0.00")]
    scripted = model(
        {"name": "Steel rope", "amount": "34.00"},
        {"name": "Large hook", "amount": "0.00"},
        net="34.00",
    )
    found = make(script=scripted).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    assert [line["amount"] for line in found.record["lines"]] == [34, 0]
