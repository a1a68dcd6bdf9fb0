"""Pairs of pictures that differ in known places, or in nothing but light, place and grain."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from PIL import Image, ImageChops, ImageEnhance, ImageOps

from ...schema import Box
from ..task import Task, Truth
from . import names
from .maker import Maker
from .paper import Sheet
from .signs import hills

EACH = 24
_WIDTH, _HEIGHT = 960, 640
_COLOURS = {"red": "#c62828", "blue": "#1e50b4", "green": "#1d7a3a", "yellow": "#e8c020",
            "white": "#f2f2ea", "black": "#181818"}  # fmt: skip
_TOOLS = (frozenset({"compare_pictures"}),)


class Thing(NamedTuple):
    """Something that stands in a scene: a shape of a colour, or a board with a word."""

    shape: str
    colour: str
    box: Box
    word: str = ""


class Pair(NamedTuple):
    """Two pictures, how they differ ("nothing", "removed", "added", "colour", "word") and where.

    Attributes:
        boxes: of what differs, in the first picture's pixels.
        said: what the picture shows there after the change.
    """

    first: Image.Image
    second: Image.Image
    change: str
    boxes: tuple[Box, ...]
    said: str = ""


def generate(make: Maker) -> list[Task]:
    """Words that changed, each beside a pair in which nothing did."""
    tasks = []
    for number in range(EACH):
        name = f"pair-{number:02}"
        changed = pair(make.rng, "word")
        same = pair(make.rng, "nothing")
        question = "What changed on the boards from the first picture to the second?"
        ids = {"kind": "word", "question": question, "pair": name}
        there = (
            make.picture(changed.first, f"pictures/{name}-a.jpg", quality=92),
            make.picture(changed.second, f"pictures/{name}-b.jpg", quality=92),
        )
        gone = (
            make.picture(same.first, f"pictures/{name}-c.jpg", quality=92),
            make.picture(same.second, f"pictures/{name}-d.jpg", quality=92),
        )
        truth = Truth(answers=(changed.said,), boxes=changed.boxes, tools=_TOOLS)
        none = Truth(answers=("nothing", "no difference", "not changed"), tools=_TOOLS)
        tasks += [
            Task(id=name, images=there, truth=truth, **ids),
            Task(id=f"{name}-same", images=gone, truth=none, **ids),
        ]
    return tasks


def pair(rng: Random, change: str, ground: Image.Image | None = None) -> Pair:
    """A scene twice, the second time with one or two changes, and seen a little otherwise.

    Args:
        rng: draws what stands where.
        change: one of `Pair.change`.
        ground: what the things stand on, such as a photograph; by default a drawn meadow.
    """
    things, meadow = _things(rng), rng.random()
    ground = ImageOps.fit(ground, (_WIDTH, _HEIGHT)) if ground is not None else _meadow(meadow)
    before, after, boxes, said = list(things), list(things), [], ""
    boards = [t for t in things if t.word]
    shapes = [t for t in things if not t.word]
    if change == "word":
        board = rng.choice(boards)
        said = rng.choice([word for word in names.WORDS if word.lower() != board.word.lower()])
        after[after.index(board)] = board._replace(word=said)
        boxes = [Box.around([letters(board), letters(board._replace(word=said))])]
    elif change != "nothing":
        for thing in rng.sample(shapes, rng.choice((1, 2))):
            boxes.append(thing.box)
            if change == "colour":
                others = [c for c in _COLOURS.values() if c != thing.colour]
                after[after.index(thing)] = thing._replace(colour=rng.choice(others))
            else:
                (after if change == "removed" else before).remove(thing)
    first = _grain(_scene(before, ground), rng)
    second = _grain(_seen_otherwise(_scene(after, ground), rng), rng)
    return Pair(first, second, change, tuple(boxes), said)


def letters(board: Thing) -> Box:
    """Where the word of a board stands: the board itself is the same before and after."""
    return _word(Sheet(_WIDTH, _HEIGHT), board)


def _things(rng: Random) -> list[Thing]:
    """Six things at places of their own, two of them boards."""
    cells = rng.sample([(column, row) for column in range(4) for row in range(3)], 6)
    things = []
    for number, (column, row) in enumerate(cells):
        wide, high = rng.randrange(70, 150), rng.randrange(60, 130)
        x = column * 230 + rng.randrange(20, 70)
        y = row * 205 + rng.randrange(15, 60)
        if number < 2:
            box = Box(x1=x, y1=y, x2=x + 160, y2=y + 60)
            things.append(Thing("board", "#f2f2ea", box, rng.choice(names.WORDS)))
        else:
            shape = rng.choice(("ellipse", "block", "triangle"))
            colour = rng.choice(list(_COLOURS.values()))
            things.append(Thing(shape, colour, Box(x1=x, y1=y, x2=x + wide, y2=y + high)))
    return things


def _meadow(seed: float) -> Image.Image:
    import numpy as np

    sheet = Sheet(_WIDTH, _HEIGHT, "#b9d4e8")
    hills(sheet.pen, seed * 300, _WIDTH, 360)
    sheet.pen.rectangle((0, 360, _WIDTH, _HEIGHT), fill="#8a9a6b")
    coarse = np.random.default_rng(int(seed * 1e6)).integers(-22, 22, (40, 60), np.int16)
    grass = Image.fromarray((coarse + 128).astype(np.uint8)).resize(sheet.image.size)
    shade = np.asarray(grass, dtype=np.int16)[..., None] - 128
    pixels = np.clip(np.asarray(sheet.image, dtype=np.int16) + shade, 0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


def _scene(things: list[Thing], ground: Image.Image) -> Image.Image:
    sheet = Sheet(_WIDTH, _HEIGHT)
    sheet.image.paste(ground)
    for thing in things:
        x1, y1, x2, y2 = thing.box.xyxy
        if thing.shape == "ellipse":
            sheet.pen.ellipse(thing.box.xyxy, fill=thing.colour, outline="#303030", width=2)
        elif thing.shape == "triangle":
            corners = [((x1 + x2) / 2, y1), (x2, y2), (x1, y2)]
            sheet.pen.polygon(corners, fill=thing.colour, outline="#303030", width=2)
        else:
            sheet.area(thing.box, thing.colour, "#303030")
        if thing.word:
            _word(sheet, thing)
    return sheet.image


def _word(sheet: Sheet, board: Thing) -> Box:
    return sheet.write(*board.box.center, board.word, 30, face="bold", anchor="mm")


def _seen_otherwise(image: Image.Image, rng: Random) -> Image.Image:
    """Brighter or darker, tinted, moved by some pixels, turned by a degree."""
    light = ImageEnhance.Brightness(image).enhance(rng.uniform(0.75, 1.2))
    tint = Image.new("RGB", image.size, rng.choice(("#fff4e0", "#ffffff", "#e8f0ff")))
    moved = ImageChops.multiply(light, tint)
    turn = rng.choice((0.0, 0.0, rng.uniform(-1.2, 1.2)))
    shift = (rng.randrange(-9, 10), rng.randrange(-9, 10))
    return moved.rotate(turn, Image.Resampling.BICUBIC, translate=shift, fillcolor=(128, 128, 128))


def _grain(image: Image.Image, rng: Random) -> Image.Image:
    import numpy as np

    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, 2.5, (*image.size[::-1], 3))
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))
