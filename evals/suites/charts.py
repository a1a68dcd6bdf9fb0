"""Bar charts, line charts and tables, drawn from numbers that are known."""

from __future__ import annotations

from collections.abc import Callable

from ...schema import Box
from ..task import Match, Task, Truth
from . import names
from .maker import Maker
from .paper import Sheet

EACH = 11
READ = (
    frozenset({"read_text"}),
    frozenset({"read_text", "calculate"}),
    frozenset({"read_text", "look_closer"}),
)
_FRUIT = ("Apples", "Bananas", "Cherries", "Dates", "Figs", "Grapes", "Lemons", "Mangos")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug")
_COLUMNS = ("Units", "Price", "Stock")


def generate(make: Maker) -> list[Task]:
    """Values of bars, points and cells, the largest of each, differences; twins name what is not drawn."""
    sorts: tuple[Callable[[Maker, int], list[Task]], ...] = (bars, largest, line, table)
    return [task for number in range(EACH) for sort in sorts for task in sort(make, number)]


def pair_of(
    make: Maker,
    name: str,
    sheet: Sheet,
    asked: tuple[str, str, Match, tuple[Box, ...]],
    twin: str,
) -> list[Task]:
    """A question about a drawing and its twin."""
    images = (make.picture(sheet.image, f"pictures/{name}.jpg", quality=92),)
    question, answer, match, boxes = asked
    kind = name.rpartition("-")[0]
    truth = Truth(answers=(answer,), match=match, boxes=boxes, tools=READ)
    gone = Truth(answerable=False)
    return [
        Task(id=name, kind=kind, question=question, images=images, pair=name, truth=truth),
        Task(id=f"{name}-twin", kind=kind, question=twin, images=images, pair=name, truth=gone),
    ]


def bar_chart(make: Maker) -> tuple[Sheet, list[tuple[str, int, Box]], str]:
    """A chart of five bars with their values written on top; and a name that has no bar."""
    rng = make.rng
    labels = rng.sample(_FRUIT, 6)
    values = rng.sample(range(11, 98), 5)
    sheet = Sheet(960, 640)
    sheet.write(480, 24, f"Sales in {rng.choice(names.TOWNS)} (tons)", 30, face="bold", anchor="ma")
    sheet.pen.line((90, 560, 900, 560), fill="black", width=2)
    drawn = []
    for at, (label, value) in enumerate(zip(labels, values, strict=False)):
        x, top = 130 + 155 * at, 560 - value * 4.4
        sheet.area(Box(x1=x, y1=top, x2=x + 90, y2=560), "#4472a8")
        box = sheet.write(x + 45, top - 8, str(value), 26, anchor="ms")
        sheet.write(x + 45, 572, label, 22, anchor="ma")
        drawn.append((label, value, box))
    return sheet, drawn, labels[5]


def bars(make: Maker, number: int) -> list[Task]:
    """The value of one bar."""
    sheet, drawn, absent = bar_chart(make)
    label, value, box = make.rng.choice(drawn)
    asked: tuple[str, str, Match, tuple[Box, ...]] = (
        f"How many tons of {label.lower()} were sold according to the chart?",
        str(value),
        "relaxed",
        (box,),
    )
    twin = f"How many tons of {absent.lower()} were sold according to the chart?"
    return pair_of(make, f"bar-{number:02}", sheet, asked, twin)


def largest(make: Maker, number: int) -> list[Task]:
    """Which bar is the highest; the twin asks for what a chart does not say."""
    sheet, drawn, _ = bar_chart(make)
    label, _, box = max(drawn, key=lambda bar: bar[1])
    asked: tuple[str, str, Match, tuple[Box, ...]] = (
        "Which fruit has the highest bar in the chart?",
        label,
        "contains",
        (box,),
    )
    return pair_of(
        make, f"largest-{number:02}", sheet, asked, "In which year was the chart published?"
    )


def line(make: Maker, number: int) -> list[Task]:
    """The value of one month on a line with marked points."""
    rng = make.rng
    values = rng.sample(range(105, 395), 6)
    sheet = Sheet(960, 600)
    sheet.write(480, 24, "Visitors per month", 30, face="bold", anchor="ma")
    points = [(120 + 145 * at, 510 - value) for at, value in enumerate(values)]
    sheet.pen.line((80, 530, 910, 530), fill="black", width=2)
    sheet.pen.line(points, fill="#b04030", width=4)
    boxes = []
    for (x, y), month, value in zip(points, _MONTHS, values, strict=False):
        sheet.pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill="#b04030")
        sheet.pen.rectangle((x - 26, y - 38, x + 26, y - 10), fill="white")  # the line ends below
        boxes.append(sheet.write(x, y - 14, str(value), 24, anchor="ms"))
        sheet.write(x, 542, month, 24, anchor="ma")
    at = rng.randrange(6)
    asked: tuple[str, str, Match, tuple[Box, ...]] = (
        f"How many visitors were there in {_MONTHS[at]}?",
        str(values[at]),
        "relaxed",
        (boxes[at],),
    )
    twin = f"How many visitors were there in {rng.choice(_MONTHS[6:])}?"
    return pair_of(make, f"line-{number:02}", sheet, asked, twin)


def table(make: Maker, number: int) -> list[Task]:
    """One cell of a table with a grid."""
    rng = make.rng
    goods = rng.sample(names.GOODS, 6)
    sheet = Sheet(900, 520)
    for at, column in enumerate(_COLUMNS):
        sheet.write(330 + 190 * at, 40, column, 28, face="bold")
    cells: dict[tuple[str, str], tuple[str, Box]] = {}
    for row, good in enumerate(goods[:5]):
        y = 110 + 76 * row
        sheet.pen.line((40, y - 16, 860, y - 16), fill="#808080", width=1)
        sheet.write(50, y, good, 28)
        for at, column in enumerate(_COLUMNS):
            value = f"{rng.randrange(2, 60)}.{rng.randrange(10, 99)}" if column == "Price" else str(
                rng.randrange(100, 999)
            )  # fmt: skip
            box = sheet.write(330 + 190 * at, y, value, 28)
            cells[good, column] = (value, box)
    (good, column), (value, box) = rng.choice(sorted(cells.items(), key=lambda item: item[0]))
    question = "What does the table give as {} of {}?"
    asked: tuple[str, str, Match, tuple[Box, ...]] = (
        question.format(column.lower(), good.lower()),
        value,
        "number",
        (box,),
    )
    twin = question.format(column.lower(), goods[5].lower())
    return pair_of(make, f"table-{number:02}", sheet, asked, twin)
