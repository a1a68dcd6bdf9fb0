"""Questions about several pictures: each is read by itself, the program puts them together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import JsonSchema, Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.schema import Picture

from .. import kit

Make = Callable[..., Assistant]
TOTALS = {60: "8.20", 61: "12.00", 62: "3.05"}


class Reader(ScriptedModel):
    """Says what a question needs, and reads the totals of one receipt at a time."""

    def __init__(self, operation: str, sees: bool = False) -> None:
        self.operation, self.each = operation, 0
        super().__init__(self.say, choices=lambda m, o: {o[0]: 0.9, o[1]: 0.1}, sees_images=sees)

    def say(self, messages: Sequence[Message], schema: JsonSchema | None) -> Any:
        properties = (schema or {}).get("properties", {})
        if "operation" in properties:
            return {"operation": self.operation, "field": "total", "fields": ["total"]}
        text = messages[-1].text
        if "What is the total?" in text:
            self.each += 1
            assert text.count("Total") == 1, "one picture at a time"
            return text.rpartition("Total ")[2].split("\n")[0]
        return {"stages": []} if schema else "something else"


def receipt(picture: Picture) -> Any:
    return kit.reading("Shop", f"Total {TOTALS[picture.width]}")


def ask(make: Make, model: Reader, question: str) -> Any:
    experts = kit.instant_experts(read=receipt)
    pictures = [kit.picture(side=side) for side in TOTALS]
    return make(model, experts=experts).ask(question, pictures)


@pytest.mark.parametrize(
    ("operation", "question", "text"),
    [
        (
            "sum",
            "What do the totals of these receipts come to together?",
            "23.25 = 8.2 + 12 + 3.05",
        ),
        ("greatest", "Which of these receipts has the highest total?", "picture 2: total 12.00"),
        ("least", "Which of these receipts has the lowest total?", "picture 3: total 3.05"),
    ],
)
def test_it_is_answered_by_the_program(
    make: Make, operation: str, question: str, text: str
) -> None:
    model = Reader(operation)
    answer = ask(make, model, question)
    assert (answer.text, answer.status) == (text, "answered")
    assert model.each == 3
    assert answer.citations
    assert all(citation.boxes for citation in answer.citations)
    assert 0 < answer.confidence <= 1


def test_what_is_not_of_this_kind_goes_the_usual_way(make: Make) -> None:
    model = Reader("none")
    ask(make, model, "Which of these receipts has the highest total?")
    assert model.each == 0


def test_a_model_that_sees_looks_for_itself(make: Make) -> None:
    model = Reader("sum", sees=True)
    answer = ask(make, model, "What do the totals of these receipts come to together?")
    assert model.each == 0
    assert answer.text == "something else"


def test_a_picture_in_which_nothing_was_found_is_named(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TOTALS, 61, "")
    answer = ask(make, Reader("sum"), "What do the totals of these receipts come to together?")
    assert answer.status == "partial"
    assert answer.text.startswith("11.25 = 8.2 + 3.05")
    assert "no total was found in picture 2" in answer.text
