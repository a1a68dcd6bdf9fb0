"""A number must stand in a line about what was asked."""

from __future__ import annotations

import pytest
from looktwice.agent.topic import off_topic, well_placed
from looktwice.schema import Evidence

PAGE = Evidence(
    id="E1",
    kind="passage",
    text="document a.pdf, page 1:\n"
    "Adjusted EBIT of $1,608 million, a good year\n"
    "Adjusted non-GAAP EBITDA: 2023 = 2,018; 2022 = 2,117\n"
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
    assert len(off_topic(draft, ASKED, [PAGE])) == wrong


def test_pictures_have_no_lines_to_compare() -> None:
    assert off_topic("3 days", ASKED, [PAGE.model_copy(update={"kind": "text"})]) == []
    assert off_topic("3 days", ASKED, []) == []


@pytest.mark.parametrize(
    ("draft", "placed"),
    [("2,018", True), ("3 days", False), ("2,019", False), ("", False)],
)
def test_a_draft_may_be_copied_from_the_line_that_answers(draft: str, placed: bool) -> None:
    assert well_placed(draft, ASKED, [PAGE]) is placed
