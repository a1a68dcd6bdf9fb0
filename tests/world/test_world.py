"""The made-up picture world: what its questions say is what its pictures show."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from . import questions, scenes

WORLD = Path(__file__).parent
SEEDS = st.integers(0, 10**6)


@given(seed=SEEDS)
def test_things_lie_apart_and_tags_on_their_things(seed: int) -> None:
    scene = scenes.make_scene(random.Random(seed))
    assert 2 <= len(scene.things) <= 4
    assert len({t.colour for t in scene.things}) == len(scene.things)
    assert any(t.digit is not None for t in scene.things)
    for n, thing in enumerate(scene.things):
        assert scenes.part_inside(thing.extent, scenes.WHOLE) == pytest.approx(1)
        others = scene.things[n + 1 :]
        assert all(scenes.part_inside(o.extent, thing.extent) == 0 for o in others)
        if thing.digit is not None:
            assert scenes.part_inside(thing.tag_extent, thing.extent) == pytest.approx(1)


@settings(max_examples=15)
@given(seed=SEEDS)
def test_the_middle_of_a_thing_has_its_colour(seed: int) -> None:
    scene = scenes.make_scene(random.Random(seed))
    pixels = np.asarray(scenes.draw(scene, (200, 200)), dtype=int)
    for thing in scene.things:
        spots = [(thing.x + dx * thing.r, thing.y + dy * thing.r) for dx, dy in AROUND]
        seen = [pixels[int(y * 200), int(x * 200)] for x, y in spots]
        off = [abs(spot - scenes.COLOURS[thing.colour]).max() for spot in seen]
        assert min(off) < 12  # a tag may cover some of the spots


AROUND = ((0.0, 0.0), (0.2, 0.1), (-0.2, 0.1), (0.0, -0.25), (0.0, 0.28))


def test_a_view_is_the_same_part_of_the_whole() -> None:
    scene = scenes.make_scene(random.Random(4))
    whole = scenes.draw(scene, (400, 400)).crop((100, 200, 200, 300))
    part = scenes.draw(scene, (100, 100), (0.25, 0.5, 0.5, 0.75))
    assert np.abs(np.asarray(whole, dtype=int) - np.asarray(part, dtype=int)).mean() < 2


def test_a_tag_can_be_read_enlarged_and_not_in_the_whole() -> None:
    """Two pictures that differ in one tag's digit are all but the same at the model's input."""
    from .model import SIDE as side

    scene = scenes.make_scene(random.Random(5))
    n, tagged = next((n, t) for n, t in enumerate(scene.things) if t.digit is not None)
    assert tagged.digit is not None
    other = scenes.Thing(**{**vars(tagged), "digit": (tagged.digit + 5) % 10})
    changed = scenes.Scene((*scene.things[:n], other, *scene.things[n + 1 :]), scene.paper)
    (x, y), r = tagged.tag, 2 * tagged.tag_r

    def difference(view: Any) -> int:
        pair = [np.asarray(scenes.draw(s, (side, side), view), int) for s in (scene, changed)]
        return int((abs(pair[0] - pair[1]).max(axis=2) > 60).sum())

    assert difference(scenes.WHOLE) <= 4  # pixels of 4,096
    assert difference((x - r, y - r, x + r, y + r)) > 100


@given(seed=SEEDS)
def test_answers_follow_from_the_scene(seed: int) -> None:
    rng = random.Random(seed)
    scene = scenes.make_scene(rng)
    names = {t.name: t for t in scene.things}
    for maker in (*questions.BIG, questions.digit_on):
        question = maker(scene, rng)
        if question is None:
            continue
        assert question.answer in question.options
        assert question.kind == ("small" if maker is questions.digit_on else "big")
        text = question.text
        if text.startswith("Is there"):
            assert (text[11:-1].removeprefix("a ") in names) == (question.answer == "yes")
        if text.startswith("What digit"):
            assert str(names[text.partition("on the ")[2][:-1]].digit) == question.answer
        if " left of the " in text:
            a, b = text[7:-1].split(" left of the ")
            assert (names[a].x < names[b].x) == (question.answer == "yes")
        if " above the " in text:
            a, b = text[7:-1].split(" above the ")
            assert (names[a].y < names[b].y) == (question.answer == "yes")


@given(seed=SEEDS)
def test_a_part_shows_a_tag_or_it_does_not(seed: int) -> None:
    from . import train

    rng = random.Random(seed)
    scene = scenes.make_scene(rng)
    question = questions.digit_on(scene, rng)
    x1, y1, x2, y2 = question.extent
    assert questions.shows((x1 - 0.01, y1 - 0.01, x2 + 0.01, y2 + 0.01), question) is True
    assert questions.shows((x1 + 0.01, y1, x2, y2), question) is None
    assert questions.shows((x2, y1, x2 + 0.2, y2), question) is False
    view = train.random_view(scene, rng, around_tag=True)
    assert scenes.part_inside(view, scenes.WHOLE) == pytest.approx(1)
    for text, answer in train.part_questions(scene, view, rng):
        assert text.endswith(("?", "yes or no."))
        assert answer


@pytest.mark.parametrize("layout", ["whole", "part", "closer", "closest", "two", "blind"])
def test_every_word_of_a_lesson_is_a_token(layout: str) -> None:
    from . import model, train

    words = model.tokenizer([train.part_prompt("What digit is on the red circle?")])
    rng = random.Random(1)
    for _ in range(30):
        made = train.sample(layout, rng)
        for text, answer in made.questions:
            tokens = words.tokenize(text)
            assert len(tokens) <= len(text.replace("?", " ?").replace(":", " :").split()) + 4
            assert len(words.encode(answer, add_special_tokens=False)) == 1


def test_patches_are_named_after_what_they_show() -> None:
    from . import train

    thing = scenes.Thing("green", "square", 0.5, 0.5, 0.15, 7, (0.56, 0.56), 0.02)
    scene = scenes.Scene((thing,), (240, 240, 240))
    whole = train.patch_classes(scene, scenes.WHOLE).reshape(8, 8, 3)
    assert whole[0, 0].tolist() == [0, 0, 0]
    assert whole[4, 4, 0] == list(scenes.COLOURS).index("green") + 1
    assert set(whole[..., 2].ravel()) == {0, 1}  # there is a tag; its digit cannot be read
    near = train.patch_classes(scene, (0.51, 0.51, 0.61, 0.61)).reshape(8, 8, 3)
    assert near[4, 4, 2] == 7 + 2
