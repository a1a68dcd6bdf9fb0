"""Rows that prove themselves are not asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from looktwice.agent.assistant import Assistant

from .test_summed_rows import PLAIN, SCHEMA, bill, model

Make = Callable[..., Assistant]


def test_rows_that_prove_themselves_are_taken_without_the_model(make: Make, tmp_path: Path) -> None:
    scripted = model()
    found = make(script=scripted).extract(SCHEMA, bill(tmp_path / "bill.pdf", PLAIN))
    assert found.record["lines"] == [
        {"name": "Steel rope", "quantity": 4, "price": 8.5, "amount": 34},
        {"name": "Large hook", "quantity": 12, "price": 1.25, "amount": 15},
    ]
    assert len(scripted.calls) == 1
    assert found.fields["lines[1].price"].boxes


def test_of_one_thing_the_amount_stands_last(make: Make, tmp_path: Path) -> None:
    table = [
        ("", "Thing", "", "Price", "Number", "Amount"),
        ("", "Anvil", "", "49.00", "1", "49.00"),
        ("", "Sum", "", "", "", "49.00"),
    ]
    found = make(script=model()).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    (line,) = found.record["lines"]
    assert line == {"name": "Anvil", "quantity": 1, "price": 49, "amount": 49}
    amount, price = (found.fields[f"lines[0].{name}"].boxes[0].x1 for name in ("amount", "price"))
    assert amount > price


def test_a_row_that_proves_nothing_is_asked_for(make: Make, tmp_path: Path) -> None:
    table = [*PLAIN[:2], ("2", "Large hook", "", "1.20", "12", "15.00")]
    scripted = model(
        {"name": "Steel rope", "amount": "34.00"}, {"name": "Large hook", "amount": "15.00"}
    )
    found = make(script=scripted).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    assert [line["amount"] for line in found.record["lines"]] == [34, 15]
    assert len(scripted.calls) == 2


def test_what_the_model_takes_for_the_sum_does_not_matter(make: Make, tmp_path: Path) -> None:
    table = [*PLAIN, ("", "Sum", "", "", "", "49.00")]
    found = make(script=model(net="34.00")).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    assert [line["amount"] for line in found.record["lines"]] == [34, 15]
    assert (found.record["net"], found.fields["net"].alternatives) == (49, (34,))


def test_what_is_carried_over_and_discounts_in_percent_are_understood(
    make: Make, tmp_path: Path
) -> None:
    table = [
        ("", "Thing", "Off", "Price", "Number", "Amount"),
        ("", "Steel rope", "", "8.50", "4", "34.00"),
        ("", "Large hook", "10%", "1.25", "12", "13.50"),
        ("", "Carried", "", "", "", "47.50"),
        ("", "Anvil", "", "49.00", "1", "49.00"),
        ("", "Sum", "", "", "", "96.50"),
    ]
    found = make(script=model(net="96.50")).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    assert [line["name"] for line in found.record["lines"]] == ["Steel rope", "Large hook", "Anvil"]
    assert [line["quantity"] for line in found.record["lines"]] == [4, 12, 1]


def test_the_number_of_an_article_is_not_its_name(make: Make, tmp_path: Path) -> None:
    table = [
        ("", "Thing", "", "Price", "Number", "Amount"),
        ("", "GTIN: 4012345001235", "", "8.50", "4", "34.00"),
        ("", "Steel rope", "", "", "", ""),
        ("", "HK-4410", "", "1.25", "12", "15.00"),
        ("", "Large hook", "", "", "", ""),
        ("", "Sum", "", "", "", "49.00"),
    ]
    found = make(script=model()).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    assert [line["name"] for line in found.record["lines"]] == ["Steel rope", "Large hook"]


def test_what_some_rows_come_to_elsewhere_does_not_end_the_list(make: Make, tmp_path: Path) -> None:
    table = [
        ("", "Thing", "", "Price", "Number", "Amount"),
        ("", "Steel rope", "", "8.50", "4", "34.00"),
        ("", "Large hook", "", "1.25", "12", "15.00"),
        ("", "Use of our crane for half a day", "", "", "", "20.00"),
        ("", "Sum", "", "", "", "69.00"),
        ("", "Tax of", "49.00", "", "", "4.90"),
    ]
    found = make(script=model(net="69.00")).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    assert [line["amount"] for line in found.record["lines"]] == [34, 15, 20]


def test_thousands_parted_by_a_space_are_one_amount(make: Make, tmp_path: Path) -> None:
    table = [
        ("", "Thing", "", "Price", "Number", "Amount"),
        ("", "Steel rope", "", "185,31", "24", "4 447,44"),
        ("", "Large hook", "", "66,06", "14", "924,84"),
        ("", "Sum", "", "", "", "5 372,28"),
    ]
    found = make(script=model(net="5 372,28")).extract(SCHEMA, bill(tmp_path / "bill.pdf", table))
    assert [line["amount"] for line in found.record["lines"]] == [4447.44, 924.84]
