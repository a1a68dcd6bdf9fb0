"""Several drafts of an unsure answer: the one that the model prefers in both orders is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from looktwice.agent.backends.base import Message
from looktwice.schema import Answer

from .. import kit

HOW_MANY = "How many dogs are there?"


def asked(tmp_path: Path, drafts: bool, prefers: str) -> tuple[Answer, kit.Script]:
    """A model that says 7 of the whole picture, 9 of a part, and is not sure of either."""
    says = {"draft": lambda messages: "9" if len(messages[-1].pictures) > 1 else "7"}
    script = kit.Script(says=says, yes={"right": 0.6})
    usual = script.choice

    def choice(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        if options[0] != "A":
            return usual(messages, options)
        first = messages[-1].text.split("A: ")[1].split("\n")[0]
        return {"A": 0.9, "B": 0.1} if first == prefers else {"A": 0.1, "B": 0.9}

    script.choice = choice
    stages = {"drafts": drafts, "look_closer": False}
    model = script.model(sees_images=True)
    with kit.make_assistant(tmp_path, model, experts=[], stages=stages) as assistant:
        return assistant.ask(HOW_MANY, images=[kit.picture(side=200)]), script


@pytest.mark.parametrize("better", ["7", "9"])
def test_the_better_of_several_drafts_is_given_and_the_trace_names_them(
    better: str, tmp_path: Path
) -> None:
    answer, _ = asked(tmp_path, drafts=True, prefers=better)
    assert answer.text.startswith(better)
    (did,) = [step.did for step in answer.steps if "drafts: " in step.did]
    assert f"“{better}” given" in did
    assert "“7”" in did
    assert "“9”" in did


def test_without_the_stage_there_is_one_draft(tmp_path: Path) -> None:
    answer, script = asked(tmp_path, drafts=False, prefers="9")
    assert answer.text.startswith("7")
    assert script.asked.count("draft") == 1
