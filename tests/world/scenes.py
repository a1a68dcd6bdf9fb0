"""A made-up picture world: coloured shapes, each with a tiny tag that holds a digit.

Shapes take a quarter of the picture and more, tags about a twentieth: shown at the model's input
(64 pixels a side) a tag can be found but not read. All coordinates are shares of the picture's side.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw, ImageFont

SHAPES = ("circle", "square", "triangle", "cross")
COLOURS = {
    "red": (205, 40, 40),
    "green": (40, 160, 60),
    "blue": (45, 80, 210),
    "yellow": (235, 205, 40),
    "purple": (145, 50, 170),
    "black": (30, 30, 30),
}
WHOLE = (0.0, 0.0, 1.0, 1.0)

View = tuple[float, float, float, float]
"""A part of the picture: x1, y1, x2, y2."""

_FINER = 3  # drawn this much larger, then reduced: smooth edges
_TRIES = 200


@dataclass(frozen=True)
class Thing:
    """A shape around (x, y) with the half side r; a tag around `tag` with a digit, if it has one."""

    colour: str
    shape: str
    x: float
    y: float
    r: float
    digit: int | None = None
    tag: tuple[float, float] = (0.0, 0.0)
    tag_r: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.colour} {self.shape}"

    @property
    def extent(self) -> View:
        return (self.x - self.r, self.y - self.r, self.x + self.r, self.y + self.r)

    @property
    def tag_extent(self) -> View:
        (x, y), r = self.tag, self.tag_r
        return (x - r, y - r, x + r, y + r)


@dataclass(frozen=True)
class Scene:
    """Two to four things of different colours on light paper."""

    things: tuple[Thing, ...]
    paper: tuple[int, int, int]

    def only(self, shape: str) -> bool:
        """Whether exactly one thing has this shape."""
        return sum(t.shape == shape for t in self.things) == 1


def make_scene(rng: random.Random) -> Scene:
    """A scene in which at least one thing has a tag."""
    colours = rng.sample(list(COLOURS), rng.randint(2, 4))
    things: list[Thing] = []
    for colour in colours:
        shape, r = rng.choice(SHAPES), rng.uniform(0.12, 0.19)
        spot = _free_spot(things, r, rng)
        if spot is not None:
            things.append(Thing(colour, shape, *spot, r))
    if len(things) < 2:
        return make_scene(rng)
    first = rng.randrange(len(things))
    tagged = [
        _with_tag(t, rng) if n == first or rng.random() < 0.75 else t for n, t in enumerate(things)
    ]
    return Scene(tuple(tagged), tuple(rng.randint(205, 250) for _ in range(3)))  # type: ignore[arg-type]


def _free_spot(things: list[Thing], r: float, rng: random.Random) -> tuple[float, float] | None:
    for _ in range(_TRIES):
        x, y = (rng.uniform(r + 0.01, 0.99 - r) for _ in range(2))
        if all(max(abs(x - t.x), abs(y - t.y)) > r + t.r + 0.02 for t in things):
            return x, y
    return None


def _with_tag(thing: Thing, rng: random.Random) -> Thing:
    """A tag somewhere inside the shape."""
    reach = {"circle": 0.4, "square": 0.5, "triangle": 0.15, "cross": 0.12}[thing.shape] * thing.r
    down = 0.25 * thing.r if thing.shape == "triangle" else 0.0
    at = (thing.x + rng.uniform(-reach, reach), thing.y + down + rng.uniform(-reach, reach))
    return Thing(
        thing.colour,
        thing.shape,
        thing.x,
        thing.y,
        thing.r,
        rng.randrange(10),
        at,
        rng.uniform(0.018, 0.026),
    )


def draw(scene: Scene, size: tuple[int, int], view: View = WHOLE) -> Image.Image:
    """The part `view` of a scene as a picture of `size` pixels."""
    large = (size[0] * _FINER, size[1] * _FINER)
    image = Image.new("RGB", large, scene.paper)
    canvas = ImageDraw.Draw(image)
    across, down = large[0] / (view[2] - view[0]), large[1] / (view[3] - view[1])

    def at(x: float, y: float) -> tuple[float, float]:
        return ((x - view[0]) * across, (y - view[1]) * down)

    for thing in scene.things:
        _draw_shape(canvas, thing, at)
        if thing.digit is not None:
            _draw_tag(image, canvas, thing, at)
    return image.reduce(_FINER)


def _draw_shape(canvas: ImageDraw.ImageDraw, thing: Thing, at: Any) -> None:
    x1, y1, x2, y2 = thing.extent
    fill = COLOURS[thing.colour]
    if thing.shape == "circle":
        canvas.ellipse((*at(x1, y1), *at(x2, y2)), fill=fill)
    elif thing.shape == "square":
        canvas.rectangle((*at(x1, y1), *at(x2, y2)), fill=fill)
    elif thing.shape == "triangle":
        canvas.polygon((at(thing.x, y1), at(x2, y2), at(x1, y2)), fill=fill)
    else:
        arm = thing.r / 3
        canvas.rectangle((*at(x1, thing.y - arm), *at(x2, thing.y + arm)), fill=fill)
        canvas.rectangle((*at(thing.x - arm, y1), *at(thing.x + arm, y2)), fill=fill)


def _draw_tag(image: Image.Image, canvas: ImageDraw.ImageDraw, thing: Thing, at: Any) -> None:
    x1, y1, x2, y2 = thing.tag_extent
    left, top = at(x1, y1)
    right, bottom = at(x2, y2)
    canvas.ellipse((left, top, right, bottom), fill="white", outline=(60, 60, 60))
    wide, high = right - left, bottom - top
    stamp = _digit(thing.digit or 0)
    size = (max(1, math.ceil(wide * 0.9)), max(1, math.ceil(high * 0.9)))
    if left < image.width and top < image.height and right > 0 and bottom > 0:
        mask = stamp.resize(size, Image.Resampling.BILINEAR)
        place = (round(left + wide / 2 - size[0] / 2), round(top + high / 2 - size[1] / 2))
        image.paste((20, 20, 20), place, mask)


@lru_cache(maxsize=10)
def _digit(digit: int) -> Image.Image:
    """A digit as a mask, filling a square."""
    mask = Image.new("L", (96, 96))
    font = ImageFont.load_default(104)
    ImageDraw.Draw(mask).text(
        (48, 48), str(digit), fill=255, font=font, anchor="mm", stroke_width=3
    )
    return mask


def part_inside(extent: View, view: View) -> float:
    """The share of an extent that a view shows, 0..1."""
    wide = max(0.0, min(extent[2], view[2]) - max(extent[0], view[0]))
    high = max(0.0, min(extent[3], view[3]) - max(extent[1], view[1]))
    return wide * high / ((extent[2] - extent[0]) * (extent[3] - extent[1]))
