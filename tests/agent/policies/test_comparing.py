"""What was found to differ is said as it was found."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.schema import Evidence, Picture
from looktwice.tools.base import tool

from .. import kit

FOUND = "1 difference found:\n1. bottom left: “WALNUT” became “BISON”"


@tool
def compare_pictures(picture: Picture, other: Picture) -> Evidence:
    """Find what differs between two pictures."""
    return Evidence(kind="value", text=FOUND, score=0.9)


@pytest.mark.parametrize(
    "question",
    ["What changed?", "What changed from the first picture to the second?"],
)
def test_differences_are_not_put_into_other_words(tmp_path: Path, question: str) -> None:
    script = kit.Script(says={"draft": "Both pictures have the same corner."})
    experts = [*kit.instant_experts(), compare_pictures]
    pictures = [kit.picture(shade) for shade in (0, 90)]
    with kit.make_assistant(tmp_path, script, experts=experts) as assistant:
        answer = assistant.ask(question, images=pictures)
    assert kit.ran(answer) == ["compare_pictures"]
    assert (answer.text, answer.status) == (f"pictures 1 and 2: {FOUND}", "answered")
    assert "draft" not in script.asked
