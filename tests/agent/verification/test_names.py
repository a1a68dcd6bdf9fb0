"""Names of firms, and no heading of a paper in their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.verification.names import right_name
from looktwice.schema import Box, Evidence, TextLine

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
        ("NORTHERN PAPER", WHO, "NORTHERN PAPER"),
        ("Tax invoice", "What is this?", "Tax invoice"),
        ("Tax invoice", WHO, "Southern Ltd."),
        ("Receipt", WHO, "Receipt"),
    ],
)
def test_a_heading_is_followed_by_who_wrote_the_paper(
    draft: str, question: str, expected: str
) -> None:
    assert right_name(draft, question, [READ]) == expected


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        (("Northern Paper", 20, 0, 180, 30), "Northern Paper and Pencils"),
        (("Northern Paper", 20, 0, 180, 60), "and Pencils"),  # another type
        (("Northern Paper", 100, 0, 260, 30), "and Pencils"),  # elsewhere
        (("Northern Paper", 20, -40, 180, -10), "and Pencils"),  # too far above
        (("Shop 21", 20, 0, 180, 30), "and Pencils"),
        (("Tax Invoice", 20, 0, 180, 30), "and Pencils"),
    ],
)
def test_a_name_over_two_rows_is_whole(
    above: tuple[str, int, int, int, int], expected: str
) -> None:
    text, x1, y1, x2, y2 = above
    upper = TextLine(text=text, score=1, row=0, box=Box(x1=x1, y1=y1, x2=x2, y2=y2))
    lower = TextLine(text="and Pencils", score=1, row=1, box=Box(x1=30, y1=y2, x2=170, y2=y2 + 30))
    if y1 < 0:
        lower = lower.model_copy(update={"box": Box(x1=30, y1=30, x2=170, y2=60)})
    read = Evidence(kind="text", text=f"{text}\nand Pencils", lines=(upper, lower))
    assert right_name("and Pencils", WHO, [read]) == expected


@given(st.text(max_size=40), st.text(max_size=200), st.text(max_size=40))
def test_nothing_breaks_it(draft: str, text: str, question: str) -> None:
    read = [Evidence(kind="text", text=text)]
    assert right_name(draft, question, read).strip() or not draft.strip()
