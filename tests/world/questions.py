"""Questions about scenes, in a few fixed forms, with their answers.

`kind` is "big" for what shapes show and "small" for what only a tag shows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .scenes import COLOURS, SHAPES, WHOLE, Scene, Thing, View, part_inside

DIGITS = tuple(str(n) for n in range(10))
YES_NO = ("yes", "no")

_SHOWS_IT = 0.7  # share of a thing that a part must hold to show it
_HINTS_AT_IT = 0.05


@dataclass(frozen=True)
class Question:
    """A question with its answer, the answers it could have had, and where to look for it."""

    text: str
    answer: str
    options: tuple[str, ...]
    kind: str
    extent: View = WHOLE


def colour_of(scene: Scene, rng: random.Random) -> Question | None:
    """What colour the only circle (square ...) is."""
    found = [t for t in scene.things if scene.only(t.shape)]
    if not found:
        return None
    t = rng.choice(found)
    return Question(f"What colour is the {t.shape}?", t.colour, tuple(COLOURS), "big", t.extent)


def shape_of(scene: Scene, rng: random.Random) -> Question:
    """What shape the red (green ...) thing is."""
    t = rng.choice(scene.things)
    return Question(f"What shape is the {t.colour} thing?", t.shape, SHAPES, "big", t.extent)


def is_there(scene: Scene, rng: random.Random) -> Question:
    """Whether there is a red circle (...); half of the time there is."""
    if rng.random() < 0.5:
        t = rng.choice(scene.things)
        return Question(f"Is there a {t.name}?", "yes", YES_NO, "big", t.extent)
    names = {t.name for t in scene.things}
    near = [f"{t.colour} {s}" for t in scene.things for s in SHAPES]
    far = [f"{c} {t.shape}" for t in scene.things for c in COLOURS]
    name = rng.choice(sorted({*near, *far} - names))
    return Question(f"Is there a {name}?", "no", YES_NO, "big")


def how_many(scene: Scene, rng: random.Random) -> Question:
    """How many things there are."""
    return Question("How many things are there?", str(len(scene.things)), ("2", "3", "4"), "big")


def lies_how(scene: Scene, rng: random.Random) -> Question:
    """Whether one thing is left of, or above, another."""
    a, b = rng.sample(scene.things, 2)
    word, true = ("left of", a.x < b.x)
    if abs(a.y - b.y) > abs(a.x - b.x):
        word, true = ("above", a.y < b.y)
    answer = "yes" if true else "no"
    return Question(f"Is the {a.name} {word} the {b.name}?", answer, YES_NO, "big")


def digit_on(scene: Scene, rng: random.Random) -> Question:
    """What digit the tag of a thing holds."""
    return about_tag(rng.choice([t for t in scene.things if t.digit is not None]))


def about_tag(t: Thing) -> Question:
    """The question about one thing's tag."""
    return Question(f"What digit is on the {t.name}?", str(t.digit), DIGITS, "small", t.tag_extent)


Maker = Callable[[Scene, random.Random], Question | None]
BIG: tuple[Maker, ...] = (colour_of, shape_of, is_there, how_many, lies_how)
PLACED: tuple[Maker, ...] = (colour_of, shape_of, digit_on)
"""Questions about something that has a place."""


def about_part(scene: Scene, view: View, rng: random.Random) -> Iterator[Question]:
    """Questions that a part of the picture answers as well as the whole does."""
    for t in scene.things:
        if t.digit is not None and part_inside(t.tag_extent, view) > 0.99:
            yield about_tag(t)
        if part_inside(t.extent, view) < _SHOWS_IT:
            continue
        yield Question(f"What shape is the {t.colour} thing?", t.shape, SHAPES, "big", t.extent)
        seen = [o for o in scene.things if part_inside(o.extent, view) > _HINTS_AT_IT]
        if sum(o.shape == t.shape for o in seen) == 1:
            text = f"What colour is the {t.shape}?"
            yield Question(text, t.colour, tuple(COLOURS), "big", t.extent)


def shows(view: View, question: Question) -> bool | None:
    """Whether a part shows what a question asks about; None where it is neither yes nor no."""
    inside = part_inside(question.extent, view)
    if question.kind == "small":
        return True if inside > 0.99 else None if inside > 0 else False
    return True if inside >= _SHOWS_IT else None if inside > 0.3 else False
