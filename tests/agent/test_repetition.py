"""Answers that repeat themselves are stopped, and end where the repetition began."""

from __future__ import annotations

import pytest
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.budget import Meter
from looktwice.agent.repetition import RepetitionWatch, once
from looktwice.control import Control
from looktwice.settings import Limits

LOOP = "Total: 8.20\n" + "Thank you for coming\n" * 40


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (LOOP, "Total: 8.20\nThank you for coming"),
        (
            "Steps\n" + "".join(f"{n}. Add the milk\n" for n in range(1, 9)),
            "Steps\n1. Add the milk",
        ),
        ("a\n" + "Milk 0.80\nBread 1.20\n" * 3, "a\nMilk 0.80\nBread 1.20"),
        ("It is very" + ", very" * 12, "It is very, very"),
        ("Items:\n" + "- " * 130, "Items:"),
        ("Items:\n" + "-" * 60, None),  # a line across the paper
        ("Coffee 2.50\n" * 4, None),  # four coffees
        ("".join(f"Item {n}\n" for n in range(30)), None),
        ("0.00\n" * 9, None),  # a column of zeros is no loop
        ("| Mon | 9 |\n|---|---|\n| Tue | 9 |\n", None),
        ("", None),
    ],
)
def test_what_comes_again_and_again_is_kept_once(text: str, kept: str | None) -> None:
    assert once(text) == kept


def test_a_watch_passes_on_what_comes_before_the_loop_was_noticed() -> None:
    heard: list[str] = []
    watch = RepetitionWatch(heard.append)
    for at in range(0, len(LOOP), 3):
        watch(LOOP[at : at + 3])
    assert watch.repeats
    assert LOOP.startswith("".join(heard))
    assert len("".join(heard)) < 200


def test_the_model_is_stopped_and_the_run_is_not() -> None:
    control = Control()
    model = Meter(ScriptedModel([LOOP, "Fine."]), Limits(), control)
    watch = RepetitionWatch()
    reply = model.generate([], on_token=watch, until=lambda: watch.repeats)
    assert len(reply.text) < len(LOOP) / 2
    assert model.generate([]).text == "Fine."
    assert not control.cancelled
