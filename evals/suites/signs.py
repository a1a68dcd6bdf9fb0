"""Signs: one large, one of several told apart by colour, a small one in a large picture, a timetable."""

from __future__ import annotations

from collections.abc import Callable

from PIL import ImageDraw

from ...schema import Box
from ..task import Task, Truth
from . import names
from .maker import Maker
from .paper import Sheet

EACH = 12
READ = (
    frozenset({"read_text"}),
    frozenset({"look_closer"}),
    frozenset({"read_text", "look_closer"}),
)
_COLOURS = {"red": "#c62828", "blue": "#1e50b4", "green": "#1d7a3a"}


def generate(make: Maker) -> list[Task]:
    """Four sorts of signs; each twin asks for words that no sign in the picture has."""
    sorts: tuple[Callable[[Maker, int], list[Task]], ...] = (street, coloured, small, departures)
    return [task for number in range(EACH) for sort in sorts for task in sort(make, number)]


def pair_of(
    make: Maker, kind: str, number: int, sheet: Sheet, asked: tuple[str, str, Box], twin: str
) -> list[Task]:
    """A question about a picture and its twin."""
    name = f"{kind}-{number:02}"
    images = (make.picture(sheet.image, f"pictures/{name}.jpg", quality=90),)
    question, answer, box = asked
    truth = Truth(answers=(answer,), boxes=(box,), tools=READ)
    gone = Truth(answerable=False)
    return [
        Task(id=name, kind=kind, question=question, images=images, pair=name, truth=truth),
        Task(id=f"{name}-twin", kind=kind, question=twin, images=images, pair=name, truth=gone),
    ]


def street(make: Maker, number: int) -> list[Task]:
    """A street name and a postcode on one plate."""
    rng = make.rng
    name, code = names.STREETS[number % len(names.STREETS)], str(rng.randrange(1000, 9999))
    sheet = landscape(make, 900, 600)
    sheet.area(Box(x1=130, y1=170, x2=770, y2=380), "#1e50b4", "white", 6)
    first = sheet.write(450, 200, name.upper(), 52, face="bold", colour="white", anchor="ma")
    second = sheet.write(450, 300, f"Postcode {code}", 36, colour="white", anchor="ma")
    asked = [
        ("Which street is named on the sign?", name, first),
        ("What is the postcode on the sign?", code, second),
    ][number % 2]
    return pair_of(
        make, "street-sign", number, sheet, asked, "What is the speed limit on the sign?"
    )


def coloured(make: Maker, number: int) -> list[Task]:
    """Three signs of different colours with one word each."""
    rng = make.rng
    words = rng.sample(names.WORDS, 3)
    colours = rng.sample(sorted(_COLOURS), 3)
    sheet = landscape(make, 1200, 700)
    boxes = []
    for at, (word, colour) in enumerate(zip(words, colours, strict=True)):
        x = 80 + 370 * at
        y = rng.randrange(160, 360)
        sheet.area(Box(x1=x, y1=y, x2=x + 310, y2=y + 130), _COLOURS[colour], "white", 5)
        boxes.append(
            sheet.write(x + 155, y + 65, word, 44, face="bold", colour="white", anchor="mm")
        )
    which = rng.randrange(3)
    asked = (f"Which word is on the {colours[which]} sign?", words[which], boxes[which])
    twin = "What is the telephone number on the sign?"
    return pair_of(make, "coloured-sign", number, sheet, asked, twin)


def small(make: Maker, number: int) -> list[Task]:
    """A number plate of about 1/100 of the picture's width: needs a closer look."""
    rng = make.rng
    plate = f"{rng.choice('ABCDEFGH')}{rng.choice('KLMNPRST')} {rng.randrange(1000, 9999)}"
    sheet = landscape(make, 2400, 1600)
    x, y = rng.randrange(200, 2000), rng.randrange(900, 1450)
    sheet.area(Box(x1=x - 60, y1=y - 50, x2=x + 190, y2=y + 70), "#37474f")
    sheet.area(Box(x1=x - 8, y1=y - 6, x2=x + 128, y2=y + 32), "#f2f2ea", "#202020", 2)
    box = sheet.write(x + 60, y + 13, plate, 21, face="bold", anchor="mm")
    asked = ("What does the number plate say?", plate, box)
    twin = "What is the name of the driver?"
    return pair_of(make, "small-plate", number, sheet, asked, twin)


def departures(make: Maker, number: int) -> list[Task]:
    """A board of trains; the question is about one row."""
    rng = make.rng
    towns = rng.sample(names.TOWNS, 6)
    sheet = Sheet(1000, 640, "#15202b")
    sheet.write(60, 40, "DEPARTURES", 40, face="bold", colour="#ffd54f")
    rows = []
    for at, town in enumerate(towns[:5]):
        time = f"{rng.randrange(6, 23):02}:{rng.randrange(0, 60):02}"
        y = 130 + 90 * at
        sheet.write(60, y, town, 34, colour="white")
        box = sheet.write(560, y, time, 34, face="mono", colour="white")
        sheet.write(820, y, str(at * 2 + rng.randrange(1, 3)), 34, face="mono", colour="white")
        rows.append((town, time, box))
    town, time, box = rng.choice(rows)
    asked = (f"At what time does the train to {town} leave?", time, box)
    twin = f"At what time does the train to {towns[5]} leave?"
    return pair_of(make, "departures", number, sheet, asked, twin)


def landscape(make: Maker, width: int, height: int) -> Sheet:
    """Sky, hills and a road: something for signs to stand in."""
    rng = make.rng
    sheet = Sheet(width, height, "#b9d4e8")
    horizon = int(height * 0.55)
    hills(sheet.pen, rng.uniform(0, 300), width, horizon)
    sheet.pen.rectangle((0, horizon, width, height), fill="#8a9a6b")
    sheet.pen.polygon(
        [(width * 0.45, horizon), (width * 0.55, horizon), (width * 0.9, height), (0, height)],
        fill="#6f6f72",
    )
    return sheet


def hills(pen: ImageDraw.ImageDraw, shift: float, width: int, horizon: int) -> None:
    """A row of round hills along the horizon."""
    for at in range(-1, 5):
        x = at * width / 4 + shift
        pen.ellipse((x, horizon - 90, x + width / 2.5, horizon + 120), fill="#7c9a72")
