"""Rows of tables told with their periods: never another number, never a wrong column."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.retrieval.pages import Page, RawLine, Word, build_page
from looktwice.retrieval.table_rows import in_lines
from looktwice.retrieval.text.periods import period_tables, periods_in, with_tables


def with_periods(lines: list[str]) -> list[str]:
    return in_lines(lines, period_tables(lines))


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ["(Millions) 2018 2017 2016", "Net income $ 5,363 $ 4,869 $ 5,058", "Other — net (56) — 1"],
            ["Net income: 2018 = $ 5,363; 2017 = $ 4,869; 2016 = $ 5,058",
             "Other — net: 2018 = (56); 2017 = —; 2016 = 1"],
        ),
        (
            ["Years Ended", "December 2,", "2022", "December 3,", "2021", "Revenue:", "Product 532 555"],
            ["Product: 2022 = 532; 2021 = 555"],
        ),
        (
            ["Three Months Ended Six Months Ended",
             "July 29, 2023 July 30, 2022 July 29, 2023 July 30, 2022",
             "Margin 24.2 % 23.4 % (0.5)% 1 %"],
            ["Margin: Three Months Ended July 29, 2023 = 24.2%; Three Months Ended July 30, 2022 = 23.4%;"
             " Six Months Ended July 29, 2023 = (0.5)%; Six Months Ended July 30, 2022 = 1%"],
        ),
        (
            ["Twelve Months Ended June 30, 2022 Twelve Months Ended June 30, 2023", "Profit 5 6"],
            ["Profit: Twelve Months Ended June 30, 2022 = 5; Twelve Months Ended June 30, 2023 = 6"],
        ),
        (["Fiscal years ended", "2022 2021", "Profit 5 6"], ["Profit: 2022 = 5; 2021 = 6"]),
        (["31.12.2022 31.12.2021", "Umsatz 4.300,5 5.100,0"],
         ["Umsatz: 31.12.2022 = 4.300,5; 31.12.2021 = 5.100,0"]),
        (["31 décembre 2022 31 décembre 2021", "Ventes 7 8"],
         ["Ventes: 31 décembre 2022 = 7; 31 décembre 2021 = 8"]),
    ],
)  # fmt: skip
def test_rows_are_told_with_the_periods_above_them(lines: list[str], told: list[str]) -> None:
    assert [line for line in with_periods(lines) if " = " in line] == told


@pytest.mark.parametrize(
    "lines",
    [
        ["2022 2021", "EBITDA 1 2 3 4"],  # four cells, two names
        ["2022 2021", "Total 5"],
        [
            "In 2021 and 2022 the firm opened many new shops in the north of the country",
            "Shops 5 6",
        ],
        ["2022", "Sales 5"],
        ["2022 2021", "5 6"],  # a row without a name
        ["Level 1 2 3"],
    ],
)
def test_what_is_not_certain_is_left_alone(lines: list[str]) -> None:
    assert with_periods(lines) == lines


def test_a_new_header_names_the_rows_below_it() -> None:
    told = with_periods(["2018 2017", "Sales 1 2", "Assets 2016 2015", "Cash 3 4"])
    assert told[-1] == "Cash: 2016 = 3; 2015 = 4"


def test_periods_as_they_are_written() -> None:
    assert periods_in("from FY2018 to Q2 2019, 31/12/2020 and 2021/22") == [
        "FY2018", "Q2 2019", "31/12/2020", "2021/22",
    ]  # fmt: skip


WORD = st.sampled_from(
    ["Sales", "net", "2018", "2017", "$", "1,577", "(4)", "%", "—", "=", ";", ":", "Q1"]
)


@given(st.lists(st.lists(WORD, max_size=9).map(" ".join), max_size=8))
def test_any_page_keeps_its_lines_and_numbers(lines: list[str]) -> None:
    told = with_periods(lines)
    assert len(told) == len(lines)
    for line, after in zip(lines, told, strict=True):
        if after != line:
            assert re.findall(r"1,577|4", after) == re.findall(r"1,577|4", line)


def placed(*lines: str) -> Page:
    """A page of lines in a type whose letters are all as wide."""
    return build_page(
        1,
        [
            RawLine(
                tuple(
                    Word(
                        match[0], (float(match.start()), 10.0 * n, float(match.end()), 10.0 * n + 8)
                    )
                    for match in re.finditer(r"\S+", line)
                )
            )
            for n, line in enumerate(lines)
        ],
        width=100,
        height=100,
    )


def told_of(page: Page) -> list[str]:
    return in_lines(page.text.split("\n"), with_tables(page).tables)


def test_numbers_are_of_the_period_that_they_stand_under() -> None:
    told = told_of(
        placed(
            "Results in millions        2022     2021     2020     Change %",
            "Sales                       500      400      300         25",
            "Sold shops (1)               10        9        8         11",
            "Dividend                              24       98",
            "Interest                     11                 7",
            "Fine (2)                      3",
            "Paid in two parts on May 3, 2022.",
        )
    )
    assert told[1:] == [
        "Sales: 2022 = 500; 2021 = 400; 2020 = 300; Change % = 25",
        "Sold shops (1): 2022 = 10; 2021 = 9; 2020 = 8; Change % = 11",
        "Dividend: 2021 = 24; 2020 = 98",
        "Interest: 2022 = 11; 2020 = 7",
        "Fine (2) 3",
        "Paid in two parts on May 3, 2022.",
    ]


def test_periods_may_stand_in_brackets() -> None:
    told = told_of(
        placed(
            "Millions         (2022)    (2021)    Change",
            "Sales               500       400       25",
        )
    )
    assert told[1] == "Sales: 2022 = 500; 2021 = 400; Change = 25"


def test_a_period_over_several_columns_is_that_of_each() -> None:
    told = told_of(
        placed(
            "                        June 30, 2022                     June 30, 2023",
            "               Shops   Offices  Stores  Total     Shops  Offices  Stores  Total",
            "Sales             10        20      30     60        11       22      33     66",
            "Rent               7         8                                9       9",
            "Sold on the way, and we do not say where       1      2     3     4      5      6  7 8 9",
        )
    )
    assert told[2:4] == [
        "Sales: June 30, 2022 = 10; June 30, 2022 = 20; June 30, 2022 = 30; June 30, 2022 = 60;"
        " June 30, 2023 = 11; June 30, 2023 = 22; June 30, 2023 = 33; June 30, 2023 = 66",
        "Rent: June 30, 2022 = 7; June 30, 2022 = 8; June 30, 2023 = 9; June 30, 2023 = 9",
    ]
