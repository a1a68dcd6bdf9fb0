"""Clips with things that come in, signs that are shown for a while, counts that change, and cuts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from random import Random
from typing import NamedTuple

from PIL import Image, ImageFilter

from ...media.video import encoded
from ..task import Task, Truth
from . import names
from .depicted import DRAWN
from .maker import Maker
from .paper import Sheet

CLIPS = 20
_RATE = 10
_WIDTH, _HEIGHT = 960, 540
_GROUNDS = ("#b9d4e8", "#e8dcc8", "#cfd8d0", "#d8dee4")
_SAID = {"tv": "television", "stop sign": "stop sign"}
_TOOLS = (frozenset({"watch_video"}),)
_THINGS = ("stop sign", "clock", "traffic light", "laptop", "cup")
_SIDE = 230
"""Pixels of a thing's side."""


class Layer(NamedTuple):
    """Something in a clip: from when to when, where it ends up, and for how long it moves there."""

    image: Callable[[], Image.Image]
    begin: float
    end: float
    x: int
    y: int
    slide: float = 0.0


class Clip(NamedTuple):
    """A clip and what is true of it.

    Attributes:
        cut: when the ground changes.
        enters: when the thing that comes in is to be seen first.
    """

    seconds: float
    grounds: tuple[str, str]
    cut: float
    parts: tuple[Layer, ...]
    comes: str
    enters: float
    word: str
    counted: str
    number: int


def generate(make: Maker) -> list[Task]:
    """Three questions to each clip: when, what is written, how many at the end."""
    tasks = []
    for number in range(CLIPS):
        made = clip(make.rng)
        name = f"clips/clip-{number:02}.mp4"
        if make.wants(name):
            make.file(encoded(frames(made), _RATE), name)
        ids = {"documents": (name,), "pair": f"clip-{number:02}"}
        comes, counted = (_SAID.get(thing, thing) for thing in (made.comes, made.counted))
        tasks += [
            Task(id=f"when-{number:02}", kind="when", question=f"When does the {comes} appear?",
                 truth=Truth(answers=(f"{made.enters:.1f}",), match="time", tools=_TOOLS), **ids),
            Task(id=f"words-{number:02}", kind="words", question="What does the sign say?",
                 truth=Truth(answers=(made.word,), tools=_TOOLS), **ids),
            Task(id=f"count-{number:02}", kind="count",
                 question=f"How many {counted}s are there at the end?",
                 truth=Truth(answers=(str(made.number),), match="number", tools=_TOOLS), **ids),
        ]  # fmt: skip
    return tasks


def clip(rng: Random) -> Clip:
    """Two shots; a sign in the first, a thing that comes in later, other things that grow in number."""
    seconds = rng.choice((8.0, 9.0, 10.0, 11.0))
    cut = round(rng.uniform(3.0, 5.0), 1)
    grounds = tuple(rng.sample(_GROUNDS, 2))
    comes, counted = rng.sample(_THINGS, 2)
    word = " ".join(rng.sample(names.WORDS, rng.choice((1, 2))))
    slide = rng.choice((0.0, 0.6))
    enters = round(rng.uniform(0.8, seconds - 3.0), 1)
    before = grounds[0] if enters < cut else grounds[1]
    parts = [
        Layer(partial(_tile, counted, grounds[0]), 0, cut, 20, 290),
        Layer(partial(_board, word), round(rng.uniform(0.5, 1.5), 1), cut, 330, 30),
        Layer(
            partial(_tile, comes, before), enters, cut if enters < cut else seconds, 700, 20, slide
        ),
    ]
    count = rng.randrange(1, 5)
    for at in range(count):
        begin = cut if at < 1 else round(rng.uniform(cut, seconds - 2.0), 1)
        parts.append(Layer(partial(_tile, counted, grounds[1]), begin, seconds, 10 + 237 * at, 300))
    return Clip(
        seconds, (grounds[0], grounds[1]), cut, tuple(parts), comes, enters, word, counted, count
    )


def frames(made: Clip) -> Iterator[Image.Image]:
    """The frames of a clip, in order."""
    for number in range(round(made.seconds * _RATE)):
        time = number / _RATE
        image = Image.new("RGB", (_WIDTH, _HEIGHT), made.grounds[time >= made.cut])
        for part in made.parts:
            if part.begin <= time < part.end:
                gone = 1.0 if not part.slide else min(1.0, (time - part.begin) / part.slide)
                x = round(part.x + (_WIDTH - part.x) * (1 - gone))
                image.paste(part.image(), (x, part.y))
        yield image


@lru_cache
def _tile(thing: str, ground: str) -> Image.Image:
    draw: Callable[[Sheet], None] = DRAWN[thing]
    sheet = Sheet(800, 800, ground)
    draw(sheet)
    return sheet.image.filter(ImageFilter.GaussianBlur(1.2)).resize((_SIDE, _SIDE))


@lru_cache(2)
def _board(word: str) -> Image.Image:
    sheet = Sheet(340, 110, "#f4f4ee")
    sheet.pen.rectangle((2, 2, 337, 107), outline="#202020", width=3)
    sheet.write(170, 55, word, 34, face="bold", anchor="mm")
    return sheet.image
