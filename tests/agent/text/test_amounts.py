"""The same amount in another unit is the same; another amount never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.text.amounts import declared, in_other_units


@pytest.mark.parametrize(
    ("text", "powers"),
    [
        ("(in millions)", {6}),
        ("(Dollars in millions, except per share)", {6}),
        ("(Millions) 2018", {6}),
        ("Answer in USD billions.", {9}),
        ("in thousands of euros", {3}),
        ("Angaben in Mio. EUR", {6}),
        ("en millions d'euros", {6}),
        ("two million people", set()),
        ("", set()),
    ],
)
def test_units_a_text_declares(text: str, powers: set[int]) -> None:
    assert declared(text) == powers


@pytest.mark.parametrize(
    ("draft", "question", "text", "same"),
    [
        ("$8.738 billion", "", "(in millions) 8,738", {"8.738": {"8738"}}),
        ("$8.74 billion", "", "(in millions) 8,738", {"8.74": {"8738"}}),
        ("8.7", "Answer in USD billions", "8,738", {"8.7": {"8738"}}),
        ("$1.5B", "", "1,500 (in millions)", {"1.5": {"1500"}}),
        ("1,577,000,000", "", "(in millions) 1,577", {"1577000000": {"1577"}}),
        ("1,577 thousand", "", "1,577,000", {"1577": {"1577000"}}),
        ("8,7 Mrd", "", "in Mio. EUR: 8 738", {"8.7": {"8738"}}),
        ("-$8.738 billion", "", "(8,738) in millions", {"8.738": {"8738"}}),
    ],
)
def test_the_same_in_another_unit(
    draft: str, question: str, text: str, same: dict[str, set[str]]
) -> None:
    assert in_other_units(draft, question, [text]).items() >= same.items()


@pytest.mark.parametrize(
    ("draft", "question", "text"),
    [
        ("$8.738 billion", "", "(in thousands) 8,738"),
        ("$8.75 billion", "", "(in millions) 8,738"),
        ("9", "in billions", "8,738"),  # one digit says too little
        ("8.738", "", "(in millions) 8,738"),  # no unit was named or asked for
        ("8.20", "", "Total 8.20"),
        ("8 m", "", "8 000 000"),  # metres
        ("", "", ""),
    ],
)
def test_what_is_not_the_same(draft: str, question: str, text: str) -> None:
    assert in_other_units(draft, question, [text]) == {}


@given(st.integers(10, 10**9), st.sampled_from([(3, "thousand"), (6, "million"), (9, "billion")]))
def test_any_amount_written_out_is_the_one_in_units(number: int, unit: tuple[int, str]) -> None:
    power, word = unit
    whole = number * 10**power
    assert str(number) in in_other_units(f"{number:,} {word}", "", [f"it was {whole:,} there"])


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_any_text_is_read(draft: str, question: str, texts: list[str]) -> None:
    in_other_units(draft, question, texts)


@pytest.mark.parametrize("draft", ["2000 ml", "12,000", "40,000 EUR"])
def test_account_numbers_are_no_trouble(draft: str) -> None:
    assert in_other_units(draft, "", ["IBAN DE88200800000970375700"]) == {}
