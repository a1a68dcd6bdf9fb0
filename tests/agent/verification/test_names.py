"""Names of firms, and no heading of a paper in their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.verification.names import right_name
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


@given(st.text(max_size=40), st.text(max_size=200), st.text(max_size=40))
def test_nothing_breaks_it(draft: str, text: str, question: str) -> None:
    read = [Evidence(kind="text", text=text)]
    assert right_name(draft, question, read).strip() or not draft.strip()
