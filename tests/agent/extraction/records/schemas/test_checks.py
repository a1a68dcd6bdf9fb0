"""What must hold between fields: sums, orders, rows; a missing value proves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from looktwice.agent.extraction.records.schemas.checks import Broken, broken, confirmed

SUM = "net + tax = total"


def test_a_sum_holds_to_the_cent() -> None:
    assert list(broken([SUM], {"net": 10, "tax": 1.9, "total": 11.9})) == []
    assert list(broken([SUM], {"net": 10, "tax": 1.9, "total": 11.91})) == []
    assert list(broken([SUM], {"net": 10, "tax": 1.9, "total": 12})) == [
        Broken(SUM, ("total", "net", "tax"))
    ]


@pytest.mark.parametrize("values", [{"net": 10, "tax": None, "total": 11.9}, {"net": 10}, {}])
def test_where_a_field_is_missing_nothing_is_said(values: dict[str, Any]) -> None:
    assert list(broken([SUM], values)) == []
    assert confirmed([SUM], values) == set()


def test_dates_are_in_order() -> None:
    check = "date <= due_date"
    assert list(broken([check], {"date": "2018-03-05", "due_date": "2018-04-04"})) == []
    (found,) = broken([check], {"date": "2018-03-05", "due_date": "2018-03-04"})
    assert set(found.paths) == {"date", "due_date"}
    assert confirmed([check], {"date": "2018-03-05", "due_date": "2018-04-04"}) == set()


def test_rows_add_up() -> None:
    check = "sum(lines.amount) = net"
    values = {"net": 12, "lines[0].amount": 10, "lines[1].amount": 2, "lines[1].name": "a"}
    assert confirmed([check], values) == {"net", "lines[0].amount", "lines[1].amount"}
    (found,) = broken([check], {**values, "net": 13})
    assert set(found.paths) == {"net", "lines[0].amount", "lines[1].amount"}


def test_every_row_is_held_by_itself() -> None:
    check = "lines.quantity * lines.price = lines.amount"
    values = {
        "lines[0].quantity": 2, "lines[0].price": 5, "lines[0].amount": 10,
        "lines[1].quantity": 3, "lines[1].price": 5, "lines[1].amount": 10,
        "lines[2].quantity": None, "lines[2].price": 5, "lines[2].amount": 10,
    }  # fmt: skip
    (found,) = broken([check], values)
    assert set(found.paths) == {"lines[1].quantity", "lines[1].price", "lines[1].amount"}
    assert confirmed([check], values) == {
        "lines[0].quantity", "lines[0].price", "lines[0].amount",
    }  # fmt: skip


def test_names_with_blanks_and_unknown_ones() -> None:
    assert list(broken(["net sum + tax = total"], {"net sum": 1, "tax": 1, "total": 3}))
    assert list(broken(["net + nothing = total"], {"net": 1, "total": 3})) == []
