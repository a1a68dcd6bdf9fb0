"""Coloured shapes: counting, colours, places, descriptions, comparing two pictures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ....schema import Box
from ...task import Task
from ..maker import Maker
from ..paper import Sheet
from .asking import Ask, keep, missing, parted, tasks, turn_about

PICTURES, PAIRS = 16, 6
_COLOURS = {
    "red": "#d32020", "blue": "#2046c8", "green": "#209040", "yellow": "#f0d020",
    "purple": "#7828a0",
}  # fmt: skip
_FORMS = ("circle", "square", "triangle")
_FOREIGN = {
    "German": ("Wie viele {} gibt es im Bild?", "Es sind {}.",
               {"circle": "Kreise", "square": "Quadrate", "triangle": "Dreiecke"}),
    "French": ("Combien de {} y a-t-il dans l'image ?", "Il y en a {}.",
               {"circle": "cercles", "square": "carrés", "triangle": "triangles"}),
    "Spanish": ("¿Cuántos {} hay en la imagen?", "Hay {}.",
                {"circle": "círculos", "square": "cuadrados", "triangle": "triángulos"}),
}  # fmt: skip
_MISSING = (
    "What does the text in the picture say?",
    "Who painted the picture?",
    "On which date was the picture made?",
    "How much does the largest shape weigh?",
)


@dataclass(frozen=True)
class Shape:
    """One thing in a scene."""

    colour: str
    form: str
    box: Box


def generate(make: Maker) -> list[Task]:
    """Scenes of up to a dozen shapes, and pairs of them."""
    made = [one(make, number) for number in range(PICTURES)]
    pairs = [two(make, number) for number in range(PAIRS)]
    return [task for tasks_of in (*made, *pairs) for task in tasks_of]


def scene(make: Maker) -> tuple[Sheet, list[Shape]]:
    """Shapes in the cells of a grid; two or three colours, so that there is something to count."""
    rng = make.rng
    sheet = Sheet(1000, 750, rng.choice(["#f4f4f4", "#eef2f6", "#f6f2ea"]))
    kinds = [(c, f) for c in rng.sample(sorted(_COLOURS), 3) for f in rng.sample(_FORMS, 2)]
    cells = rng.sample([(c, r) for c in range(5) for r in range(4)], rng.randrange(6, 12))
    shapes = []
    for column, row in cells:
        colour, form = rng.choice(kinds)
        x, y, side = 60 + column * 190, 40 + row * 175, rng.randrange(70, 130)
        box = Box(x1=x, y1=y, x2=x + side, y2=y + side)
        draw(sheet, form, box, _COLOURS[colour])
        shapes.append(Shape(colour, form, box))
    return sheet, shapes


def draw(sheet: Sheet, form: str, box: Box, colour: str) -> None:
    """Fill one shape."""
    if form == "circle":
        sheet.pen.ellipse(box.xyxy, fill=colour)
    elif form == "square":
        sheet.pen.rectangle(box.xyxy, fill=colour)
    else:
        sheet.pen.polygon(
            [(box.center[0], box.y1), (box.x2, box.y2), (box.x1, box.y2)], fill=colour
        )


def one(make: Maker, number: int) -> list[Task]:
    """Four questions about a scene, and now and then one that it does not answer."""
    sheet, shapes = scene(make)
    name = f"shapes-{number:02}"
    chosen = turn_about(asks(make, shapes, number), number, 4)
    if number % 2 == 0:
        chosen.append(missing(_MISSING[number // 2 % len(_MISSING)]))
    return tasks(name, "shapes", [keep(make, name, sheet)], chosen)


def asks(make: Maker, shapes: list[Shape], number: int) -> list[Ask]:
    """All that can be asked of a scene."""
    rng = make.rng
    kinds = Counter((s.colour, s.form) for s in shapes)
    colours = Counter(s.colour for s in shapes)
    forms = Counter(s.form for s in shapes)
    some = rng.choice(shapes)
    alike = tuple(s.box for s in shapes if (s.colour, s.form) == (some.colour, some.form))
    absent = rng.choice([(c, f) for c in _COLOURS for f in _FORMS if (c, f) not in kinds])
    left = min(shapes, key=lambda s: (s.box.x1 // 190, s.box.y1))
    count = kinds[some.colour, some.form]
    form = rng.choice(sorted(forms))
    language = sorted(_FOREIGN)[number % len(_FOREIGN)]
    asked, said, words = _FOREIGN[language]
    first, second = rng.sample(sorted(_COLOURS), 2)
    options = rng.sample(sorted(_COLOURS), 3)
    options = options if left.colour in options else [left.colour, *options[1:]]
    letter = "ABC"[options.index(left.colour)]
    row = [s for s in shapes if s.box.x1 // 190 == left.box.x1 // 190]
    top = min(row, key=lambda s: s.box.y1)
    listed = ", ".join(sorted(colours))
    inventory = [plural(n, c, f) for (c, f), n in sorted(kinds.items())]
    return [
        Ask("count", f"How many {some.colour} {some.form}s are in the picture?",
            (str(count),), "number", alike, ()),
        Ask("yes_no", f"Is there a {absent[0]} {absent[1]} in the picture?", ("no",), "yes_no",
            (), ()),
        Ask("choice", "What colour is the top shape in the leftmost column that has any? "
            + " ".join(f"{at}) {colour}" for at, colour in zip("ABC", options, strict=True)),
            (f"{letter}) {left.colour}", letter, left.colour), "choice", (top.box,), ()),
        parted("description", "Describe the picture.",
               f"The picture shows {', '.join(inventory)} on a plain ground.", inventory),
        Ask("count", f"How many {form}s can you see?",
            (f"I can see {forms[form]} {form}{'' if forms[form] == 1 else 's'}.",), "number",
            tuple(s.box for s in shapes if s.form == form), ()),
        parted("list", "List every colour that a shape in the picture has.", listed,
               sorted(colours)),
        Ask("yes_no", f"Do you see a {some.colour} {some.form}?", ("yes",), "yes_no", alike[:1],
            ()),
        Ask("fact", "What colour is the top shape in the leftmost column that has any?",
            (f"It is {left.colour}.", left.colour), "contains", (top.box,), ()),
        Ask("count", asked.format(words[form]), (said.format(forms[form]),), "number",
            tuple(s.box for s in shapes if s.form == form), ()),
        parted("comparison", f"Compare how many {first} and how many {second} shapes there are.",
               f"There are {colours[first]} {first} and {colours[second]} {second} shapes, so "
               + versus(first, colours[first], second, colours[second]),
               [f"{colours[first]} {first}", f"{colours[second]} {second}"]),
        parted("table", "Give a table of the colours and how many shapes have each.",
               "| colour | shapes |\n|---|---|\n"
               + "\n".join(f"| {c} | {n} |" for c, n in sorted(colours.items())),
               [f"{c} {n}" for c, n in sorted(colours.items())]),
    ]  # fmt: skip


def plural(count: int, colour: str, form: str) -> str:
    """A count and its thing: 1 red circle, 3 red circles."""
    return f"{count} {colour} {form}{'' if count == 1 else 's'}"


def versus(first: str, some: int, second: str, others: int) -> str:
    if some == others:
        return "there are as many of one as of the other."
    return f"there are more {first if some > others else second} ones."


def two(make: Maker, number: int) -> list[Task]:
    """Which of two pictures has more."""
    made = [scene(make) for _ in range(2)]
    while len(made[0][1]) == len(made[1][1]):
        made[1] = scene(make)
    name = f"pair-{number:02}"
    images = [keep(make, f"{name}-{at}", sheet) for at, (sheet, _) in enumerate(made, 1)]
    counts = [len(shapes) for _, shapes in made]
    more = "first" if counts[0] > counts[1] else "second"
    ask = [
        Ask("fact", "Which picture has more shapes, the first or the second?",
            (f"The {more} picture.", more), "contains", (), ()),
        parted("comparison", "Compare the two pictures: how many shapes has each?",
               f"The first picture has {counts[0]} shapes, the second {counts[1]}.",
               [f"{counts[0]} shapes", f"second {counts[1]}"]),
    ][number % 2]  # fmt: skip
    return tasks(name, "two scenes", images, [ask])
