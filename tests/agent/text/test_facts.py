"""Numbers and words of a text, as the checks compare them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.text.facts import (
    content_words,
    dates,
    named_dates,
    normal_number,
    numbers,
    plain_words,
    squeezed,
    words,
    years_of,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,234.50", ["1234.5"]),
        ("1.234,50", ["1234.5"]),
        ("1'234.50", ["1234.5"]),
        ("1 234", ["1234"]),
        ("1\u202f234,5", ["1234.5"]),
        ("1,234,567", ["1234567"]),
        ("1.234.567", ["1234567"]),
        ("0,125", ["0.125"]),
        ("$8.20", ["8.2"]),
        ("RM 343.95", ["343.95"]),
        ("RM343.95", ["343.95"]),
        ("8,20 €", ["8.2"]),
        ("12/03/2018", ["12", "3", "2018"]),
        ("12MAR2018", ["12", "2018"]),
        ("10:30pm", ["10", "30"]),
        ("3-5 days", ["3", "5"]),
        ("-4.50", ["-4.5"]),
        ("−4.50", ["-4.5"]),
        ("007", ["7"]),
        ("100", ["100"]),
        ("0.00", ["0"]),
        ("There are four people", ["4"]),
        ("Twenty", ["20"]),
        ("no digits here", []),
        ("", []),
    ],
)
def test_numbers_in_every_notation(text: str, found: list[str]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("glued", "apart"),
    [("8.20USD", "8.20 USD"), ("12.5kg", "12.5 kg"), ("1,234.50EUR", "1,234.50 EUR")],
)
def test_a_unit_glued_to_a_number_changes_nothing(glued: str, apart: str) -> None:
    assert numbers(glued) == numbers(apart)


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_american_european_and_swiss_notation_are_one_number(whole: int, cents: int) -> None:
    american = f"{whole:,}.{cents:02d}"
    swapped = american.translate(str.maketrans(",.", ".,"))
    swiss = american.replace(",", "'")
    assert numbers(american) == numbers(swapped) == numbers(swiss)
    assert float(numbers(american)[0]) == pytest.approx(whole + cents / 100)


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_are_themselves(number: int) -> None:
    assert numbers(str(number)) == [str(number)]


@given(st.text())
def test_any_text_is_read_and_normal_forms_stay(text: str) -> None:
    for number in numbers(text):
        assert number
        assert normal_number(number) == number
    assert set(numbers(text)) <= content_words(text)


@pytest.mark.parametrize(
    "text", ["28/03/2018", "28.3.2018", "2018-03-28", "on 28-03-2018, paid", "28/03/18"]
)
def test_a_date_is_the_same_in_every_order(text: str) -> None:
    assert dates(text) == ["18-3-28"]


@pytest.mark.parametrize("text", ["8.20", "1.234.567", "12/03", "0.1.2.3.4", "10:30"])
def test_what_is_no_date(text: str) -> None:
    assert dates(text) == []


@given(st.text())
def test_words_are_bare_and_lower(text: str) -> None:
    for word in words(text):
        assert word == word.lower()
        assert not any(c.isspace() for c in word)


def test_words_lose_accents_and_stop_words_carry_nothing() -> None:
    assert words("Café, NAÏVE") == ["cafe", "naive"]
    assert content_words("What is the total of this picture?") == {"total"}


@given(st.lists(st.text(alphabet="abcXYZ019", min_size=1), min_size=1))
def test_squeezed_ignores_spacing_and_punctuation(parts: list[str]) -> None:
    assert squeezed(" - ".join(parts)) == squeezed("".join(parts))


@pytest.mark.parametrize(
    "text",
    [
        "March 28, 2018",
        "Mar. 28 2018",
        "28 March 2018",
        "28th of March 2018",
        "28. März 2018",
        "28 mars 2018",
        "28 de marzo de 2018",
        "28 maart 2018",
    ],
)
def test_a_date_with_the_name_of_its_month_is_that_date(text: str) -> None:
    assert set(dates("28/03/2018")) <= set(named_dates(f"signed on {text}, in Oslo"))
    assert set(dates("03/28/2018")) <= set(named_dates(text))
    assert not set(dates("29/03/2018")) & set(named_dates(text))


@pytest.mark.parametrize("text", ["in March 2018", "marched 5 2018", "28 Marchers 2018", ""])
def test_what_names_no_day_is_no_date(text: str) -> None:
    assert named_dates(text) == []


def test_years_in_all_their_forms() -> None:
    assert years_of("FY2018, FY19, Q3 '20, December 31, 2021 and 12018") == {
        "2018", "2019", "2020", "2021",
    }  # fmt: skip


def test_columns_of_figures_are_not_one_number() -> None:
    assert numbers("Net sales 107,006 135,987 177,866") == ["107006", "135987", "177866"]
    assert numbers("(1.577) 1 234 567,5 1'234'567") == ["1.577", "1234567.5", "1234567"]


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("Which is the best shop?", True),
        ("How many stores does Best Buy have?", False),
        ("WHICH IS THE BEST SHOP?", True),
        ("Best shop?", True),
        ("", False),
    ],
)
def test_a_name_is_none_of_the_plain_words(text: str, has: bool) -> None:
    assert ("best" in plain_words(text)) is has
