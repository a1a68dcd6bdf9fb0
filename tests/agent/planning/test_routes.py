"""The first route that fits is taken, and there always is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from looktwice.agent.assistant import Assistant
from looktwice.agent.planning.routes import ROUTES

from .. import kit

Make = Callable[..., Assistant]
WORDS = ("how", "many", "people", "total", "receipt", "read", "compare", "hello", "chart", "zzz")


def way(assistant: Assistant, question: str, pictures: int) -> str:
    """What the plan's step says."""
    images = [kit.picture(shade) for shade in range(pictures)]
    answer: Any = assistant.ask(question, images=images)
    return next(str(step.did) for step in answer.steps if step.node == "plan")


def test_each_has_a_name_of_its_own() -> None:
    assert len({each.why for each in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize(
    ("question", "pictures", "why"),
    [
        (kit.HELLO, 0, "no tool needed (said in passing)"),
        (kit.COUNT, 1, "detect_objects (examples agree)"),
        (kit.COUNT, 0, "a picture is meant, but there is none"),
        ("What changed from the first picture to the second?", 2, "pictures are compared"),
        ("Translate the sign into French.", 1, "read_text (to be worked with)"),
        ("zzz", 1, "look_closer (a picture is there)"),
    ],
)
def test_a_model_that_reads(make: Make, question: str, pictures: int, why: str) -> None:
    assert why in way(make(), question, pictures)


def test_a_model_that_sees_looks_itself(make: Make) -> None:
    model = kit.Script().model(sees_images=True)
    assert "the model looks itself" in way(make(model), "zzz", 1)


def test_the_model_is_asked_last(make: Make) -> None:
    script = kit.Script(says={"plan": {"stages": [[{"tool": "look_closer"}]]}})
    assert "look_closer (model)" in way(make(script), "zzz", 1)
    assert script.asked[0] == "plan"


@settings(max_examples=20)
@given(said=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), pictures=st.integers(0, 2))
def test_any_words_take_one(
    said: list[str], pictures: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with kit.make_assistant(tmp_path_factory.mktemp("home")) as assistant:
        told = way(assistant, " ".join(said), pictures)
    assert any(f"({each.why})" in told for each in ROUTES) or "there is none" in told
