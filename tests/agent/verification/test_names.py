"""Names of firms: whole, bare, and no heading in their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.verification.names import misaddressed, right_name, unnamed
from looktwice.schema import Evidence

WHO = "Which company issued this?"
READ = Evidence(
    kind="text",
    text="""\
TAX INVOICE
Southern Ltd.
Ltd.
NORTHERN PAPER
CO. (M) SDN BHD
12 Harbour Road
Total 8.40""",
)


@pytest.mark.parametrize(
    ("draft", "question", "expected"),
    [
        ("THE TOAST F&B SDN BHD (965752-T)", WHO, "THE TOAST F&B SDN BHD"),
        ("Toast Ltd. (965752)", "Who is the seller?", "Toast Ltd."),
        ("Toast (965752-T)", "What is its registration number?", "Toast (965752-T)"),
        ("Milk (500 ml)", "What was bought?", "Milk (500 ml)"),
        ("(65) 12345", "Which one?", "(65) 12345"),
        ("Model 3 (2017)", "Which car?", "Model 3 (2017)"),
    ],
)
def test_a_name_is_told_without_its_registration(draft: str, question: str, expected: str) -> None:
    assert right_name(draft, question, [READ]) == expected


@pytest.mark.parametrize(
    ("draft", "question", "expected"),
    [
        ("CO. (M) SDN BHD", WHO, "NORTHERN PAPER CO. (M) SDN BHD"),
        ("CO (M) SDN. BHD.", WHO, "NORTHERN PAPER CO (M) SDN. BHD."),
        ("CO. (M) SDN BHD", "What stands in the fourth row?", "CO. (M) SDN BHD"),
        ("GmbH", WHO, "GmbH"),
        ("NORTHERN PAPER", WHO, "NORTHERN PAPER"),
        ("Tax invoice", "What is this?", "Tax invoice"),
        ("Tax invoice", WHO, "Southern Ltd."),
        ("Receipt", WHO, "Receipt"),
    ],
)
def test_what_is_no_name_by_itself_is_told_with_the_row_beside_it(
    draft: str, question: str, expected: str
) -> None:
    assert right_name(draft, question, [READ]) == expected


@pytest.mark.parametrize(
    ("draft", "question", "wrong"),
    [
        ("SIMPLIFIED TAX INVOICE", WHO, True),
        ("Receipt", "Who is the seller?", True),
        ("Receipt", "What kind of paper is this?", False),
        ("Receipt Bank Ltd", WHO, False),
        ("", WHO, False),
    ],
)
def test_a_heading_is_no_name(draft: str, question: str, wrong: bool) -> None:
    assert bool(unnamed(draft, question)) == wrong


BILL = Evidence(
    kind="text",
    text="""\
EASTERN TIMBER
Customer Service 5550 1234
Bill To:
Western Homes Ltd
Attn: Mary Low
Total 8.40
Sold to EASTERN TIMBER""",
)


@pytest.mark.parametrize(
    ("draft", "question", "wrong"),
    [
        ("Western Homes Ltd", WHO, True),
        ("WESTERN HOMES LTD.", "Who is the seller?", True),
        ("Mary Low", "Who issued it?", True),
        ("EASTERN TIMBER", WHO, False),
        ("Western Homes Ltd", "Who has to pay?", False),
        ("Western Homes", WHO, False),
        ("", WHO, False),
        ("Service 5550 1234", WHO, True),
    ],
)
def test_whom_a_paper_is_for_has_not_issued_it(draft: str, question: str, wrong: bool) -> None:
    assert bool(misaddressed(draft, question, [BILL])) == wrong


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("City Mall", "Miller & Sons Ltd."),
        ("Ltd. City Mall", "Ltd. City Mall"),
        ("Miller & Sons", "Miller & Sons"),
        ("First Floor, City Mall", "First Floor, City Mall"),
    ],
)
def test_where_a_firm_is_is_not_who_it_is(draft: str, expected: str) -> None:
    paper = Evidence(kind="text", text="Miller & Sons Ltd. City Mall\nFirst Floor, City Mall")
    assert right_name(draft, WHO, [paper]) == expected


def test_in_its_place_comes_who_stands_at_the_head() -> None:
    assert right_name("Western Homes Ltd", WHO, [BILL]) == "EASTERN TIMBER"
    headless = Evidence(kind="text", text="4711 / 2018\nBill to: Western Homes Ltd")
    assert right_name("Western Homes Ltd", WHO, [headless]) == "Western Homes Ltd"


@given(st.text(max_size=40), st.text(max_size=200), st.text(max_size=40))
def test_nothing_breaks_it(draft: str, text: str, question: str) -> None:
    assert (
        right_name(draft, question, [Evidence(kind="text", text=text)]).strip() or not draft.strip()
    )
    unnamed(draft, question)
    misaddressed(draft, question, [Evidence(kind="text", text=text)])
