"""Translations by a model that reads: line by line, digits kept, what fails stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.backends.base import JsonSchema, Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.policies.translating import batches, lines_read

from .. import kit

ASKED = "Translate this receipt into German."
GERMAN = {"Corner shop": "Laden an der Ecke", "Bread 3.10": "Brot 3.10", "Milk 5.10": "Milch 51.0"}


class Translator(ScriptedModel):
    """Knows three lines, one of which it gives other digits."""

    def __init__(self, broken: bool = False) -> None:
        self.broken, self.lines = broken, 0
        super().__init__(self.say, choices=lambda m, o: {o[0]: 0.9, o[1]: 0.1})

    def say(self, messages: Sequence[Message], schema: JsonSchema | None) -> Any:
        lines = (schema or {}).get("required", [])
        self.lines += len(lines)
        return "nonsense" if self.broken else {line: GERMAN.get(line, line) for line in lines}


@pytest.mark.parametrize(
    ("broken", "first", "second"),
    [(False, "Laden an der Ecke", "Brot 3.10"), (True, "CORNER SHOP", "Bread 3.10")],
)
def test_every_line_is_there_once(tmp_path: Path, broken: bool, first: str, second: str) -> None:
    experts = kit.instant_experts(
        read=lambda picture: kit.reading("CORNER SHOP", "Bread 3.10", "Milk 5.10", "***", "8.20")
    )
    with kit.make_assistant(tmp_path, Translator(broken), experts=experts) as assistant:
        answer = assistant.ask(ASKED, images=[kit.picture()])
    assert (answer.form, answer.status) == ("translation", "answered")
    assert answer.text.splitlines()[:2] == [first, second]
    assert "Milk 5.10" in answer.text, "other digits are no translation"
    assert answer.text.splitlines()[-1] == "8.20"


def test_only_lines_with_words_are_asked_for_and_the_same_once() -> None:
    assert list(batches(["8.20", "Milk", "--", "Milk", "牛乳"])) == [["Milk", "牛乳"]]


def test_lines_of_a_page_that_go_on_are_one() -> None:
    page = kit.page_evidence("The lease ends in May", "and may be renewed.", "Rent: 500")
    assert lines_read([page]) == ["The lease ends in May and may be renewed.", "Rent: 500"]


@given(st.lists(st.text(max_size=700), max_size=60))
def test_batches_are_bounded(lines: list[str]) -> None:
    told = [line for batch in batches(lines) for line in batch]
    assert len(told) == len(set(told))
    assert set(told) <= set(lines)
    assert all(batch and len(batch) <= 12 for batch in batches(lines))
