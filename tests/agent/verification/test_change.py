"""Telling what had to be paid from what was handed over."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.verification.change import right_total

from .. import kit

TOTAL = "What is the total amount to pay?"
RECEIPT = """Butter slice RM4.15
Total (Incl GST) RM21.83
Rounding RM0.02
Grand TotalRM21.85
Total Paid RM50.00
Change RM28.15
"""


def right(draft: str, question: str = TOTAL, text: str = RECEIPT) -> str:
    return right_total(draft, question, [kit.reading(*text.splitlines())])


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("50.00", "21.85"),
        ("RM50.00", "RM21.85"),
        ("The total is RM50.00.", "The total is RM21.85."),
        ("21.85", "21.85"),
        ("4.15", "4.15"),
        ("50.00 and 28.15", "50.00 and 28.15"),
        ("fifty", "fifty"),
        ("", ""),
    ],
)
def test_what_had_to_be_paid_takes_the_place_of_the_cash(draft: str, expected: str) -> None:
    assert right(draft) == expected


def test_asked_for_the_cash_the_cash_is_right() -> None:
    text = "Total 3.90\nCASH 4.00\nCHANGE 0.10\n"
    assert right("4.00", "How much cash was given?", text) == "4.00"
    assert right("4.00", "What is the total?", text) == "3.90"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Summe 12,40\nBar 20,00\nRückgeld 7,60", "12,40"),  # other languages
        ("Total to pay 25.45\nCash 25.50\nChange 0 05", "20.00"),  # not this cash
        ("Total 12.40\nCash 20.00\nTax 7.60", "20.00"),  # no line of the change
        ("Total 12.40\nCash 20.00\nChange 7.50", "20.00"),  # it does not add up
        ("Change 7.60\nTotal 12.40\nCash 20.00", "20.00"),  # not in this order
        ("Total 0.00\nCash 20.00\nChange 20.00", "20.00"),  # nothing was bought
    ],
)
def test_only_where_it_adds_up(text: str, expected: str) -> None:
    question = "Wie hoch ist die Summe?" if "Summe" in text else TOTAL
    said = "20,00" if "Summe" in text else "20.00"
    assert right(said, question, text) == expected


def test_a_point_the_recogniser_lost() -> None:
    assert right("25.50", text="Amount To Be Paid 25.45\nCash 25.50\nChange 0 05") == "25.45"


@given(st.integers(1, 99_999), st.integers(1, 99_999))
def test_any_change_is_subtracted(due: int, back: int) -> None:
    cash, owed, rest = (f"{Decimal(cents) / 100:.2f}" for cents in (due + back, due, back))
    text = f"TOTAL {owed}\nCASH {cash}\nCHANGE {rest}\n"
    assert right(cash, text=text) == owed


@given(st.text(max_size=200), st.text(max_size=40))
def test_nothing_breaks_it(text: str, draft: str) -> None:
    assert isinstance(right(draft, text=text), str)
