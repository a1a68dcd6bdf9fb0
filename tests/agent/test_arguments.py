"""Arguments that need no model: a list that can only hold one word of the question."""

from __future__ import annotations

from typing import Any

import pytest
from looktwice.agent.arguments import only_word

LABELS: dict[str, Any] = {"labels": {"type": "array"}}
TARGET: dict[str, Any] = {"target": {"type": "string"}}


@pytest.mark.parametrize(
    ("missing", "question", "found"),
    [
        (LABELS, "How many people are in the picture?", {"labels": ["people"]}),
        (LABELS, "How many adult people are in the picture?", {}),
        (TARGET, "How many people are in the picture?", {}),
        ({**LABELS, **TARGET}, "How many people are in the picture?", {}),
    ],
)
def test_a_list_that_can_only_hold_one_word(
    missing: dict[str, Any], question: str, found: dict[str, Any]
) -> None:
    assert only_word(missing, question) == found
