"""A number must stand in a line about what was asked."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.text.facts import numbers
from looktwice.agent.verification.rows import misplaced, right_rounding

from .. import kit

PAGE = kit.page_evidence(
    "Adjusted EBIT of $1,608 million, a good year",
    "2023 2022",
    "Adjusted non-GAAP EBITDA 2,018 2,117",
    "The weather was fine on 3 days",
)
ASKED = "What was the adjusted non-GAAP EBITDA in 2023?"


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        ("a good year with 3 fine days for many happy people", 0),
        ("2,018", 0),
        ("2.018 billion", 0),
        ("3 days", 1),
        ("1,608", 1),
        ("2023", 0),
        ("none", 0),
    ],
)
def test_a_line_about_something_else_is_found(draft: str, wrong: int) -> None:
    assert len(misplaced(draft, ASKED, [PAGE])) == wrong


def test_a_number_without_words_beside_it_may_be_of_what_is_asked() -> None:
    """As a label and its share stand in a chart: one below the other."""
    chart = kit.page_evidence("Users by income", "more than 75 thousand", "44%", "Rural 31%")
    asked = "What share of users has an income of more than 75 thousand?"
    assert misplaced("44%", asked, [chart]) == []
    assert len(misplaced("31%", asked, [chart])) == 1


def test_heads_and_notes_are_no_lines_to_compare_with() -> None:
    page = kit.page_evidence(
        "Acme's adjusted non-GAAP results 2022 $ million 2023 $ million",
        "(1) Acme's adjusted non-GAAP results leave out what is rare",
        "EBITDA 2,117 2,018",
        "Fine days 3",
    )
    asked = "What was Acme's adjusted non-GAAP EBITDA in 2023?"
    assert misplaced("2,018", asked, [page]) == []
    assert len(misplaced("3", asked, [page])) == 1


def test_pictures_have_no_lines_to_compare() -> None:
    assert misplaced("3 days", ASKED, [PAGE.model_copy(update={"kind": "text"})]) == []
    assert misplaced("3 days", ASKED, []) == []


LISTED = kit.page_evidence(
    "Adjusted EBITDA, EBIT and net income 2,117 1,701 1,224 2,018 1,608 1,089",
    "Twelve months ended 2022 2023",
    "Adjusted EBITDA 2,117 2,018",
    "Three months ended 2022 2023",
    "Adjusted EBITDA 609 540",
    "Adjusted EBIT of $1,608 million",
    "Adjusted EBITDA margin 14.3%",
    "Total adjusted EBITDA 2,020 2,021",
    "Adjusted EBITDA was $2,019 million",
)


@pytest.mark.parametrize(
    ("draft", "question", "wrong"),
    [
        ("1,608 million", "What was the adjusted EBITDA in 2023?", True),
        ("2,018", "What was the adjusted EBITDA in 2023?", False),
        ("2.018 billion", "What was the adjusted EBITDA in 2023?", False),
        ("540", "What was the adjusted EBITDA in 2023?", False),
        ("2,019 million", "What was the adjusted EBITDA in 2023?", False),
        ("2,020", "What was the adjusted EBITDA in 2023?", False),
        ("1,608 million", "What was the adjusted EBIT in 2023?", False),
        ("14.3%", "What was the adjusted EBITDA margin in 2023?", False),
        ("1,608 million", "How much was the adjusted sum?", False),
    ],
)
def test_a_number_must_be_of_the_row_that_is_asked_for(
    draft: str, question: str, wrong: bool
) -> None:
    assert bool(misplaced(draft, question, [LISTED])) == wrong


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=200))
def test_nothing_breaks_it(draft: str, question: str, text: str) -> None:
    misplaced(draft, question, [kit.page_evidence(text)])


def test_what_stands_in_the_row_is_told_for_the_next_draft() -> None:
    """A small model rounds, or takes the next row: with the row before its eyes it copies."""
    page = kit.page_evidence("2022 2021", "Effective tax rate 22.9% 20.2%", "Tax credits 23.0 3.3")
    asked = "What was the effective tax rate in 2022 and in 2021?"
    (said,) = misplaced("23.0%", asked, [page])
    assert "22.9% (2022), 20.2% (2021)" in said


RATES = kit.page_evidence(
    "December 31, 2022 December 31, 2021 December 31, 2020",
    "Effective tax rate 22.9% 20.2% 17.5%",
    "Statutory tax rate 21.0% 21.0% 21.0%",
    "There are 23 plants and 20 offices",
)
CHANGE = "How did the effective tax rate change between 2021 and 2022?"


@pytest.mark.parametrize(
    ("draft", "question", "right"),
    [
        ("from 20.2% to 23%", CHANGE, "from 20.2% to 22.9%"),
        ("from 20% in 2021 to 23% in 2022", CHANGE, "from 20.2% in 2021 to 22.9% in 2022"),
        ("from 20.2% to 22.9%", CHANGE, "from 20.2% to 22.9%"),
        ("24%", CHANGE, "24%"),  # the rounding of none
        ("18%", CHANGE, "18%"),  # of a year that was not asked for
        ("18%", "What was the effective tax rate in 2020?", "17.5%"),
        ("23%", "How many plants are there?", "23%"),  # no row is asked for
        ("Is it 23%? It is 23%", "Is the effective tax rate of 2022 23%?", "Is it 23%? It is 23%"),
    ],
)
def test_what_was_rounded_is_given_as_it_is_written(draft: str, question: str, right: str) -> None:
    assert right_rounding(draft, question, [RATES]) == right


@given(rate=st.decimals(10, 99, places=1), places=st.integers(0, 1))
def test_a_rounded_number_becomes_the_one_of_its_row(rate: Decimal, places: int) -> None:
    page = kit.page_evidence("2022 2021", f"Effective tax rate {rate}% 5.0%")
    said = rate.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    given = right_rounding(f"{said}%", "What was the effective tax rate in 2022?", [page])
    assert numbers(given) == numbers(f"{rate}%")
