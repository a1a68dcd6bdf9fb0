"""In the loop a model that sees looks closer where it is unsure, once, and only then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import Message
from looktwice.tools.places import whole
from PIL import Image

from .. import kit

Make = Callable[..., Assistant]
ASK = "What does the small sign say?"


@pytest.fixture
def street() -> Image.Image:
    return Image.effect_noise((2400, 2400), 60).convert("RGB")


class Eyes:
    """Answers with more pictures in view; in small copies it recognises the upper left part."""

    def __init__(self, at_first: float, **says: str) -> None:
        self.script = kit.Script(says={"draft": "STOP", **says})
        self.at_first, self.looks = at_first, 0
        self.script.choice = self.choice

    def choice(self, messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        seen, text = messages[-1].pictures, messages[-1].text
        if "Question:" in text and len(seen) > 1:
            yes = 0.95
        elif "Notes of the tools:" in text or "Evidence:" in text:
            yes = self.at_first
        else:
            self.looks += 1
            corner = whole(seen[0])
            yes = 0.9 if corner.x1 == corner.y1 == 0 else 0.1
        return {"yes": yes, "no": 1 - yes}


def ask(make: Make, eyes: Eyes, street: Image.Image, **how: Any) -> Any:
    return make(eyes.script.model(sees_images=True), **how).ask(ASK, [street])


def test_an_unsure_model_opens_parts_and_answers(make: Make, street: Any) -> None:
    eyes = Eyes(at_first=0.3)
    answer = ask(make, eyes, street)
    assert (answer.text, answer.status) == ("STOP", "answered")
    assert 1 <= eyes.looks <= 12
    (*_, part) = (e for e in answer.evidence if e.kind == "region")
    assert part.kind == "region"
    assert part.boxes[0].frame == "picture"
    assert "after a closer look" in " ".join(step.did for step in answer.steps)


@pytest.mark.parametrize("how", [{"at_first": 0.9}, {"at_first": 0.3, "off": True}])
def test_a_sure_model_pays_nothing(make: Make, street: Any, how: Any) -> None:
    off = how.pop("off", False)
    eyes = Eyes(**how)
    ask(make, eyes, street, stages={"look_closer": False} if off else {})
    assert eyes.looks == 0


def test_it_keeps_to_the_limit_of_model_calls(make: Make, street: Any) -> None:
    eyes = Eyes(at_first=0.3)
    answer = ask(make, eyes, street, limits={"model_calls": 8})
    assert answer.usage.model_calls <= 8
    assert eyes.looks <= 3


def test_a_model_that_reads_is_not_asked_to_see(make: Make, street: Any) -> None:
    eyes = Eyes(at_first=0.3)
    make(eyes.script.model(sees_images=False)).ask(ASK, [street])
    assert eyes.looks == 0
