"""Numbers of the wrong year."""

from __future__ import annotations

import pytest
from looktwice.agent.verification.periods import (
    one_sided,
    right_year,
    swapped_periods,
    wrong_periods,
)
from looktwice.schema import Evidence

from .. import kit

REPORT = [
    kit.page_evidence(
        "(in millions) 2018 2017",
        "Less: capital spending (1,577) (1,373)",
        "Three Months Ended June 30, 2018 Three Months Ended June 30, 2017",
        "Profit 540 609",
        "June 30, 2022 June 30, 2021",
        "Margin 5% 6%",
        "Employees 812 in the plant",
    )
]


@pytest.mark.parametrize(
    ("draft", "question", "wrong"),
    [
        ("1,577 million", "What was spent in FY2018?", []),
        ("1,373", "What was spent in FY2018?", ["1373 stands under 2017, not under 2018"]),
        ("1,373", "What was spent in FY18?", ["1373 stands under 2017, not under 2018"]),
        ("1.4 billion", "What was spent in 2018, in billions?",
         ["1.4 stands under 2017, not under 2018"]),
        ("It rose from 1,373 in 2017 to 1,577", "Did spending rise in 2018?", []),
        ("540", "What was the profit of FY2018?",
         ["540 is of Three Months Ended June 30, 2018, a part of the year"]),
        ("540", "What was the profit of the second quarter of 2018?", []),
        ("609", "What was the profit of Q2 2018?",
         ["609 stands under Three Months Ended June 30, 2017, not under 2018"]),
        ("1,373", "What was spent?", []),  # no year was asked
        ("1,373", "What was spent in 2015?", []),  # the row has none of that year
        ("812", "How many employees in 2018?", []),  # in no row
        ("6%", "What was the margin in 2022?", ["6 stands under June 30, 2021, not under 2022"]),
    ],
)  # fmt: skip
def test_a_number_of_another_year_is_found(draft: str, question: str, wrong: list[str]) -> None:
    assert wrong_periods(draft, question, REPORT) == wrong


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        ("It was 5% in 2022, compared to 6% in 2021.", []),
        ("It was 6% in 2022, compared to 5% in 2021.",
         ["6 stands under June 30, 2021, not under 2022",
          "5 stands under June 30, 2022, not under 2021"]),
        ("2022: 5%\n2021: 5%", ["5 stands under June 30, 2022, not under 2021"]),
        ("It fell from 6% in 2021 to 5% in 2022.", []),  # which is whose, no mark tells
        ("It was 6%, then 5%.", []),  # no year
        ("In 2022, it was 6%.", []),  # no year in that part
        ("In 2017, 1,373 million were spent, in 2018 1,577 million.", []),
        ("1,577 million were spent in 2017, 1,373 million in 2018.",
         ["1577 stands under 2018, not under 2017", "1373 stands under 2017, not under 2018"]),
    ],
)  # fmt: skip
def test_numbers_given_for_each_other_s_year_are_found(draft: str, wrong: list[str]) -> None:
    assert swapped_periods(draft, REPORT) == wrong


def with_line(*lines: str) -> list[Evidence]:
    return [kit.page_evidence(*REPORT[0].text.split("\n"), *lines)]


def test_a_row_without_named_columns_vouches_for_no_year() -> None:
    question = "What was spent in FY2018?"
    row = with_line("Spending and profit 1,373 609 1,577 540")
    assert wrong_periods("1,373", question, row) == ["1373 stands under 2017, not under 2018"]
    assert wrong_periods("1,373", question, with_line("In 2018 it was 1,373.")) == []


def test_twelve_months_are_a_year() -> None:
    rows = with_line("Twelve Months Ended 2018 Twelve Months Ended 2017", "Sales 77 66")
    assert wrong_periods("77", "What were the sales of FY2018?", rows) == []
    assert wrong_periods("66", "What were the sales of FY2018?", rows) == [
        "66 stands under Twelve Months Ended 2017, not under 2018"
    ]


@pytest.mark.parametrize(
    ("draft", "question", "found"),
    [
        ("1,373", "How does spending in 2018 compare to 2017?", 1),
        ("1,577 against 1,373", "How does spending in 2018 compare to 2017?", 0),
        ("1,577", "What was spent in 2018?", 0),
        ("812", "How many employees in 2018 and 2017?", 0),  # in no row
        ("5%", "What was the margin in 2022 and in 2017?", 0),  # the row has no 2017
    ],
)
def test_one_year_is_no_comparison(draft: str, question: str, found: int) -> None:
    assert len(one_sided(draft, question, REPORT)) == found


def test_only_retrieved_pages_have_columns() -> None:
    seen = [REPORT[0].model_copy(update={"kind": "text"})]
    assert wrong_periods("1,373", "What was spent in FY2018?", seen) == []


CARDS = "As of December 31, 2016 and 2017, liabilities for gift cards were $2.4 billion and $3.0 billion."


@pytest.mark.parametrize(
    ("draft", "question", "right"),
    [
        ("2.4", "What were the gift cards in FY2017, in billions?", "3.0"),
        ("$2.4 billion", "What were the gift cards at the end of 2017?", "$3.0 billion"),
        ("$2.4 billion", "What were the gift cards at the end of 2016?", "$2.4 billion"),
        ("$2.4 billion", "What were the gift cards in 2015?", "$2.4 billion"),
        ("$2.4 billion", "How did the gift cards change from 2016 to 2017?", "$2.4 billion"),
        ("from $2.4 billion to $3.0 billion", "How did they change in 2017?",
         "from $2.4 billion to $3.0 billion"),
        ("$9 billion", "What were the gift cards in 2017?", "$9 billion"),
    ],
)  # fmt: skip
def test_an_amount_of_a_sentence_of_several_years_is_put_right(
    draft: str, question: str, right: str
) -> None:
    assert right_year(draft, question, [kit.page_evidence(CARDS)]) == right


def test_of_sentences_with_the_same_amount_the_one_about_the_question_counts() -> None:
    other = "Rent expense was $2.4 billion and $4.7 billion for 2016 and 2017."
    evidence = [kit.page_evidence(other, page=2), kit.page_evidence(CARDS)]
    question = "What were the liabilities for gift cards in 2017?"
    assert right_year("$2.4 billion", question, evidence) == "$3.0 billion"
