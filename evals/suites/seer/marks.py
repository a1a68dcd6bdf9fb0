"""Small marks in large pictures: what has to be enlarged to be seen."""

from __future__ import annotations

from ....schema import Box
from ...task import Task
from .. import names
from ..maker import Maker
from ..paper import Sheet
from ..signs import landscape
from .asking import READ, Ask, keep, missing, tasks

FEW, MANY = 8, 14
"""Of each sort: among other questions, and as a suite of their own."""
_COLOURS = {"red": "#d32020", "blue": "#2046c8", "green": "#209040", "yellow": "#f0d020"}
_LOOK = (frozenset({"look_closer"}), frozenset({"read_text", "look_closer"}), *READ)


def generate(make: Maker) -> list[Task]:
    """Number plates, house numbers and flags of about a hundredth of the picture's width."""
    return of_each_sort(make, MANY)


def of_each_sort(make: Maker, count: int) -> list[Task]:
    """So many of each."""
    made = [sort(make, number) for number in range(count) for sort in (plate, house, flag)]
    return [task for tasks_of in made for task in tasks_of]


def spot(make: Maker, sheet: Sheet, width: int, height: int) -> Box:
    """A place on the lower half."""
    x = make.rng.randrange(150, sheet.image.width - 300)
    y = make.rng.randrange(sheet.image.height * 6 // 10, sheet.image.height - 150)
    return Box(x1=x, y1=y, x2=x + width, y2=y + height)


def plate(make: Maker, number: int) -> list[Task]:
    """What the plate of a car says."""
    rng = make.rng
    words = f"{rng.choice('ABCDEFGH')}{rng.choice('KLMNPRST')} {rng.randrange(1000, 9999)}"
    sheet = landscape(make, 2400, 1600)
    place = spot(make, sheet, 136, 38)
    sheet.area(
        Box(x1=place.x1 - 52, y1=place.y1 - 44, x2=place.x2 + 62, y2=place.y2 + 38), "#37474f"
    )
    sheet.area(place, "#f2f2ea", "#202020")
    box = sheet.write(*place.center, words, 20, face="bold", anchor="mm")
    asks = [Ask("fact", "What does the number plate of the car say?", (words,), "contains", (box,),
                _LOOK)]  # fmt: skip
    if number % 4 == 0:
        asks.append(missing("What is the name of the driver?"))
    return saved(make, f"plate-{number:02}", sheet, asks)


def house(make: Maker, number: int) -> list[Task]:
    """The number of a house."""
    rng = make.rng
    digits = str(rng.randrange(11, 99))
    sheet = landscape(make, 2400, 1600)
    place = spot(make, sheet, 46, 34)
    sheet.area(Box(x1=place.x1 - 120, y1=place.y1 - 160, x2=place.x2 + 90, y2=place.y2 + 70),
               rng.choice(["#a1887f", "#bcaaa4", "#8d6e63"]))  # fmt: skip
    sheet.area(place, "#1e50b4")
    box = sheet.write(*place.center, digits, 20, face="bold", colour="white", anchor="mm")
    asks = [Ask("fact", "What is the number of the house?", (digits,), "number", (box,), _LOOK)]
    return saved(make, f"house-{number:02}", sheet, asks)


def flag(make: Maker, number: int) -> list[Task]:
    """The colour of a small flag; nothing to read."""
    colour = sorted(_COLOURS)[number % len(_COLOURS)]
    sheet = landscape(make, 2400, 1600)
    place = spot(make, sheet, 26, 16)
    sheet.pen.line((place.x1, place.y1, place.x1, place.y2 + 60), fill="#303030", width=4)
    sheet.area(place, _COLOURS[colour])
    sheet.write(60, 1540, names.TOWNS[number % len(names.TOWNS)], 36, colour="white")
    asks = [Ask("fact", "What colour is the small flag on the pole?", (colour,), "contains",
                (place,), ())]  # fmt: skip
    return saved(make, f"flag-{number:02}", sheet, asks)


def saved(make: Maker, name: str, sheet: Sheet, asks: list[Ask]) -> list[Task]:
    return tasks(name, "small mark", [keep(make, name, sheet)], asks)
