"""A short debate: each of two drafts is argued for once, and its argument goes where the draft goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.backends.base import Message

from .. import kit


def debated(tmp_path: Path, **settings: Any) -> tuple[str, list[str], kit.Script]:
    """The answer of a model that drafts 7 and 9 and takes the one that "I see them all" speaks for."""
    heard: list[str] = []

    def argue(messages: Sequence[Message]) -> str:
        for_nine = "One proposed answer: 9" in messages[-1].text
        return "I see\n them all." if for_nine else "Nothing does."

    says = {
        "draft": lambda messages: "9" if len(messages[-1].pictures) > 1 else "7",
        "argue": argue,
    }
    script = kit.Script(says=says, yes={"right": 0.6})
    usual = script.choice

    def choice(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        if options[0] != "A":
            return usual(messages, options)
        heard.append(messages[-1].text)
        first = "For the first: I see them all." in heard[-1]
        return {"A": 0.9, "B": 0.1} if first else {"A": 0.1, "B": 0.9}

    script.choice = choice
    model = script.model(sees_images=True)
    with kit.make_assistant(tmp_path, model, experts=[], **settings) as assistant:
        answer = assistant.ask("How many dogs are there?", images=[kit.picture(side=200)])
    return answer.text, heard, script


STAGES = {"drafts": True, "debate": True, "look_closer": False}


def test_the_judge_hears_both_sides_in_both_orders(tmp_path: Path) -> None:
    text, heard, script = debated(tmp_path, stages=STAGES)
    assert text.startswith("9")
    assert script.asked.count("argue") == 2
    for asked in heard[:2]:
        nine_first = "Answer A: 9" in asked
        assert nine_first == ("For the first: I see them all.\n" in asked)
        assert nine_first == ("For the second: Nothing does." in asked)
    assert len({"Answer A: 9" in asked for asked in heard[:2]}) == 2


@pytest.mark.parametrize(
    "settings",
    [{"stages": STAGES | {"debate": False}}, {"stages": STAGES, "limits": {"model_calls": 9}}],
)
def test_without_it_and_with_few_calls_left_nobody_argues(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    _, heard, script = debated(tmp_path, **settings)
    assert heard
    assert "argue" not in script.asked
    assert not any("For the first" in asked for asked in heard)
