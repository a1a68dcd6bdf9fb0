"""Scenes composed of photographed people, and coloured tiles: counting, finding, naming colours.

The people are cut from a photograph that the installed ultralytics brings along; nothing is copied into
this package. Shapes can only be counted by a model that sees: a text-only pack is
expected to decline there, and reports count that kind apart.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageOps

from ...errors import UsageError
from ...schema import Box
from ..task import Task, Truth
from . import names
from .maker import Maker
from .paper import Sheet

PEOPLE, PRESENCE, WHERE, TILES, SHAPES = 14, 10, 8, 12, 8
DETECT = (frozenset({"detect_objects"}),)
LOOK = (
    frozenset({"look_closer"}),
    frozenset({"read_text", "look_closer"}),
    frozenset({"detect_objects", "look_closer"}),
    frozenset({"read_text", "detect_objects", "look_closer"}),
)
_PHOTO = "bus.jpg"
_CUTS = ((50, 398, 238, 905), (222, 400, 346, 862))
"""Standing people in that photograph of ultralytics, in its pixels."""
_TALL = (285, 315)
_ABSENT = ("dog", "bicycle", "boat", "pizza", "clock", "elephant", "chair", "umbrella")
_COLOURS = {
    "red": "#d32020", "blue": "#2046c8", "green": "#209040", "yellow": "#f0d020",
    "black": "#101010", "purple": "#7828a0",
}  # fmt: skip
_ACROSS = {0: "left", 1: "middle", 2: "right"}


def generate(make: Maker) -> list[Task]:
    """Counts, yes or no, places, colours and shapes; most with a twin."""
    return [
        *(t for n in range(PEOPLE) for t in count_people(make, n)),
        *(t for n in range(PRESENCE) for t in presence(make, n)),
        *(t for n in range(WHERE) for t in where(make, n)),
        *(t for n in range(TILES) for t in tiles(make, n)),
        *(t for n in range(SHAPES) for t in shapes(make, n)),
    ]


@lru_cache
def cuts() -> tuple[Image.Image, ...]:
    """The people; UsageError when the photograph is missing."""
    spec = find_spec("ultralytics")
    folders = (spec.submodule_search_locations if spec else None) or ()
    path = next((p for f in folders if (p := Path(f) / "assets" / _PHOTO).is_file()), None)
    if path is None:
        raise UsageError("ultralytics is not installed whole; mend it: pip install ultralytics")
    with Image.open(path) as photo:
        street = photo.convert("RGB")
    return tuple(street.crop(area) for area in _CUTS)


def scene(make: Maker, places: list[int]) -> tuple[Sheet, list[Box]]:
    """People at some of six places, three above three; gives where they stand."""
    rng = make.rng
    sheet = Sheet(1200, 900, rng.choice(["#d8dee4", "#e6e0d4", "#cfd8d0"]))
    boxes = []
    for place in places:
        person, tall = rng.choice(cuts()), rng.randint(*_TALL)
        person = person.resize((round(person.width * tall / person.height), tall))
        if rng.random() < 0.5:
            person = ImageOps.mirror(person)
        x = 200 + place % 3 * 400 - person.width // 2
        y = 70 + place // 3 * 430 + rng.randrange(40)
        sheet.image.paste(person, (x, y))
        boxes.append(Box(x1=x, y1=y, x2=x + person.width, y2=y + tall))
    return sheet, boxes


def save(make: Maker, name: str, sheet: Sheet) -> tuple[str, ...]:
    return (make.picture(sheet.image, f"pictures/{name}.jpg", quality=92),)


def count_people(make: Maker, number: int) -> list[Task]:
    """How many people."""
    count = number % 6 + 1
    sheet, boxes = scene(make, sorted(make.rng.sample(range(6), count)))
    name = f"people-{number:02}"
    images = save(make, name, sheet)
    truth = Truth(answers=(str(count),), match="number", boxes=tuple(boxes), tools=DETECT)
    question = "How many people are in the picture?"
    twin = "How old is the person in the picture?"
    return [
        Task(id=name, kind="count", question=question, images=images, pair=name, truth=truth),
        Task(id=f"{name}-twin", kind="age", question=twin, images=images, pair=name,
             truth=Truth(answerable=False)),
    ]  # fmt: skip


def presence(make: Maker, number: int) -> list[Task]:
    """Is there one: what is there, and what is not (after POPE). Both count as a pair."""
    sheet, boxes = scene(make, sorted(make.rng.sample(range(6), 2)))
    name = f"presence-{number:02}"
    images = save(make, name, sheet)
    absent = _ABSENT[number % len(_ABSENT)]
    article = "an" if absent[0] in "aeu" else "a"
    yes = Truth(answers=("yes",), match="yes_no", boxes=tuple(boxes), tools=DETECT)
    no = Truth(answers=("no",), match="yes_no", tools=DETECT)
    return [
        Task(id=f"{name}-yes", kind="presence", question="Is there a person in the picture?",
             images=images, pair=name, truth=yes),
        Task(id=f"{name}-no", kind="presence", question=f"Is there {article} {absent} in the picture?",
             images=images, pair=name, truth=no),
    ]  # fmt: skip


def where(make: Maker, number: int) -> list[Task]:
    """Find the one person; the twin asks for something that is not there."""
    third = number % 3
    sheet, boxes = scene(make, [third + 3 * make.rng.randrange(2)])
    name = f"where-{number:02}"
    images = save(make, name, sheet)
    truth = Truth(answers=(_ACROSS[third], *(("center", "centre") if third == 1 else ())),
                  boxes=tuple(boxes), tools=DETECT)  # fmt: skip
    absent = _ABSENT[number % len(_ABSENT)]
    return [
        Task(id=name, kind="where", question="Where is the person: left, middle or right?",
             images=images, pair=name, truth=truth),
        Task(id=f"{name}-twin", kind="where", question=f"What colour is the {absent}?", images=images,
             pair=name, truth=Truth(answerable=False)),
    ]  # fmt: skip


def tiles(make: Maker, number: int) -> list[Task]:
    """Coloured tiles with a word each: which colour has this word."""
    rng = make.rng
    words = rng.sample(names.WORDS, 4)
    colours = rng.sample(sorted(_COLOURS), 3)
    sheet = Sheet(1260, 480, "#e9e9e9")
    boxes = []
    for at, (word, colour) in enumerate(zip(words, colours, strict=False)):
        box = Box(x1=60 + 400 * at, y1=100, x2=400 + 400 * at, y2=380)
        sheet.area(box, _COLOURS[colour])
        ink = "black" if colour == "yellow" else "white"
        sheet.write(box.center[0], box.center[1], word, 44, face="bold", colour=ink, anchor="mm")
        boxes.append(box)
    at = rng.randrange(3)
    name = f"tile-{number:02}"
    images = save(make, name, sheet)
    truth = Truth(answers=(colours[at],), boxes=(boxes[at],), tools=LOOK)
    question = "What colour is the tile with the word {}?"
    return [
        Task(id=name, kind="colour", question=question.format(words[at]), images=images, pair=name,
             truth=truth),
        Task(id=f"{name}-twin", kind="colour", question=question.format(words[3]), images=images,
             pair=name, truth=Truth(answerable=False)),
    ]  # fmt: skip


def shapes(make: Maker, number: int) -> list[Task]:
    """Coloured discs and squares to count: for models that see."""
    rng = make.rng
    red, blue = rng.randrange(1, 6), rng.randrange(1, 6)
    sheet = Sheet(800, 600, "#f4f4f4")
    cells = rng.sample([(c, r) for c in range(5) for r in range(4)], red + blue)
    for at, (column, row) in enumerate(cells):
        x, y = 80 + column * 135, 60 + row * 130
        if at < red:
            sheet.pen.ellipse((x, y, x + 90, y + 90), fill=_COLOURS["red"])
        else:
            sheet.pen.rectangle((x, y, x + 90, y + 90), fill=_COLOURS["blue"])
    name = f"shapes-{number:02}"
    truth = Truth(answers=(str(red),), match="number")
    return [
        Task(id=name, kind="shapes", question="How many red circles are in the picture?",
             images=save(make, name, sheet), truth=truth)
    ]  # fmt: skip
