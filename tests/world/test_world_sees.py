"""A small model that really sees: pictures, parts, choices, attention and the closer look, for real.

Every answer here is a forward pass of the committed weights through the program's own backend.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.backends.base import Message
from looktwice.media.store import Store

from . import probes, trial
from .scenes import draw

WORLD = Path(__file__).parent
SCENES = 30


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def model(store: Store) -> Iterator[Any]:
    with trial.open_model(WORLD / "weights", store) as opened:
        yield opened


@pytest.fixture(scope="module")
def tally(model: Any, store: Store) -> Any:
    return trial.trial(model, store, trial.scenes(SCENES))


def test_small_marks_gain_from_the_closer_look(tally: Any) -> None:
    assert tally.share("closer", "small") - tally.share("once", "small") >= 0.25


def test_large_things_lose_nothing(tally: Any) -> None:
    assert tally.share("once", "big") >= 0.9
    assert tally.share("closer", "big") >= tally.share("once", "big") - 0.01


def test_the_gate_spares_easy_questions(tally: Any) -> None:
    assert tally.looked["big"] <= 0.2 * tally.asked["big"]
    assert tally.looked["small"] >= 0.8 * tally.asked["small"]


def test_probes_are_answered(model: Any, store: Store) -> None:
    even, odd = probes.probe(model, store, 10)
    assert (even.asked, odd.asked) == (15, 15)
    assert 0 < even.said_yes + odd.said_yes < 30
    assert even.right + odd.right >= 12  # about chance: it hardly binds colours to shapes


def test_without_the_picture_it_falls_to_chance(tally: Any) -> None:
    assert tally.share("blind", "small") <= 0.3  # one in ten by chance
    assert tally.share("blind", "big") <= 0.45  # one in four to six


def test_it_tells_pictures_apart(model: Any, store: Store) -> None:
    right = asked = 0
    for (one, first), (two, second) in zip(trial.scenes(12, 5), trial.scenes(12, 6), strict=True):
        both = [store.add(draw(s, (trial.PIXELS, trial.PIXELS)), "scene") for s in (one, two)]
        for number, questions in ((1, first), (2, second)):
            question = questions[-1]
            text = f"{question.text[:-1]} in picture {number}?"
            message = Message(role="user", text=text, pictures=tuple(both))
            right += model.choose([message], question.options).best == question.answer
            asked += 1
    assert right / asked >= 0.75


def test_it_writes_what_it_would_choose(model: Any, store: Store) -> None:
    for scene, questions in trial.scenes(8, 7):
        picture = store.add(draw(scene, (trial.PIXELS, trial.PIXELS)), "scene")
        question = questions[-1]
        message = Message(role="user", text=question.text, pictures=(picture,))
        reply = model.generate([message], max_tokens=4)
        assert reply.text == trial.ask(model, question, [picture]).best
        assert reply.finish == "stop"


def test_attention_lies_on_what_is_asked_about(model: Any, store: Store) -> None:
    """More of it on the thing than its share of the picture, on average by far."""
    gains = []
    for scene, questions in trial.scenes(12, 8):
        picture = store.add(draw(scene, (trial.PIXELS, trial.PIXELS)), "scene")
        question = questions[-1]
        x1, y1, x2, y2 = (v * trial.PIXELS for v in question.extent)
        box = picture.box(x1, y1, x2, y2)
        message = Message(role="user", text=question.text, pictures=(picture,))
        heat = model.attention([message], picture)
        gains.append(heat.mass(box) / (box.area / trial.PIXELS**2))
    assert sum(gains) / len(gains) > 1.5
