"""Photographed people, some with a drawn hat: what an object detector counts is seldom what is asked."""

from __future__ import annotations

from collections import Counter

from ....schema import Box
from ...task import Task
from .. import scenes
from ..maker import Maker
from ..paper import Sheet
from .asking import Ask, keep, missing, parted, tasks, turn_about

PICTURES = 10
_COLOURS = {"red": "#d32020", "blue": "#2046c8", "green": "#209040"}
_DETECT = (frozenset({"detect_objects"}),)
_MISSING = ("How old is the person on the left?", "What is the name of the person on the left?")


def generate(make: Maker) -> list[Task]:
    """Three questions a picture, and now and then one that it does not answer."""
    return [task for number in range(PICTURES) for task in one(make, number)]


def hat(sheet: Sheet, person: Box, colour: str) -> Box:
    """Draw a hat upon a head; gives where it is."""
    x, y = person.center[0], person.y1
    brim = Box(x1=x - 46, y1=y + 2, x2=x + 46, y2=y + 14)
    sheet.area(Box(x1=x - 28, y1=y - 30, x2=x + 28, y2=y + 4), _COLOURS[colour])
    sheet.area(brim, _COLOURS[colour])
    return Box(x1=brim.x1, y1=y - 30, x2=brim.x2, y2=brim.y2)


def one(make: Maker, number: int) -> list[Task]:
    """Two to five people, at least one with a hat and one without."""
    rng = make.rng
    count = rng.randrange(2, 6)
    sheet, people = scenes.scene(make, sorted(rng.sample(range(6), count)))
    wearing = sorted(rng.sample(range(count), rng.randrange(1, count)))
    worn = [(rng.choice(sorted(_COLOURS)), n) for n in wearing]
    hats = [(colour, hat(sheet, people[n], colour)) for colour, n in worn]
    name = f"people-{number:02}"
    chosen = turn_about(asks(people, hats), number, 3)
    if number % 3 == 0:
        chosen.append(missing(_MISSING[number // 3 % len(_MISSING)]))
    return tasks(name, "people", [keep(make, name, sheet)], chosen)


def asks(people: list[Box], hats: list[tuple[str, Box]]) -> list[Ask]:
    """All that can be asked of such a picture."""
    count, covered = len(people), len(hats)
    colours = Counter(colour for colour, _ in hats)
    colour = hats[0][0]
    absent = next((c for c in _COLOURS if c not in colours), "yellow")
    boxes = tuple(box for _, box in hats)
    bare = tuple(p for p in people if not any(p.intersection(box) for box in boxes))
    told = ", ".join(f"{n} {c}" for c, n in sorted(colours.items()))
    return [
        Ask("count", "How many people wear a hat?", (str(covered),), "number", boxes, _DETECT),
        Ask("yes_no", f"Is anybody wearing a {colour} hat?", ("Yes, somebody is.", "yes"), "yes_no",
            (hats[0][1],), ()),
        parted("comparison", "Compare how many people wear a hat and how many do not.",
               f"{covered} wear a hat and {count - covered} do not.",
               [f"{covered} wear", f"{count - covered} do not"]),
        Ask("count", "How many people are in the picture?", (f"{count} people",), "number",
            tuple(people), _DETECT),
        Ask("yes_no", f"Is there a {absent} hat in the picture?", ("No.", "no"), "yes_no", (), ()),
        parted("description", "Describe what the people in the picture wear on their heads.",
               f"{covered} of the {count} people wear a hat: {told}.",
               [f"{covered} of", f"{count} people", *(f"{n} {c}" for c, n in sorted(colours.items()))]),
        Ask("count", "How many people are without a hat?",
            (f"{count - covered} people are without a hat.",), "number", bare, _DETECT),
        parted("list", "List the colours of the hats.", ", ".join(sorted(colours)),
               sorted(colours), *boxes),
    ]  # fmt: skip
