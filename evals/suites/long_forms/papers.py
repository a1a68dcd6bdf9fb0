"""Papers written row by row, so that every word on them is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import names
from ..maker import Maker
from ..paper import Face, Sheet
from ..receipts import money

Row = Sequence[str]
_WIDTH, _LEFT, _STEP = 940, 60, 58
_COLUMNS = (_LEFT, 500, 740)
_DISHES = (
    "Tomato soup", "Onion tart", "Green salad", "Fried trout", "Lamb stew", "Mushroom risotto",
    "Lemon cake", "Plum crumble", "Roast chicken", "Potato gratin",
)  # fmt: skip
_PARTS = (
    ("wooden legs", 4), ("steel screws", 16), ("shelf boards", 3), ("rubber feet", 8),
    ("corner brackets", 6), ("wall plugs", 12),
)  # fmt: skip


@dataclass(frozen=True)
class Paper:
    """A paper: its title and what its rows say."""

    title: str
    rows: tuple[Row, ...]

    def draw(self, face: Face = "sans") -> Sheet:
        """Its picture: the title above, one row a line, its cells in columns."""
        sheet = Sheet(_WIDTH, 170 + _STEP * len(self.rows), "#fcfbf6")
        sheet.write(_LEFT, 40, self.title, 36, face="bold")
        for number, row in enumerate(self.rows):
            for x, cell in zip(_COLUMNS, row, strict=False):
                sheet.write(x, 130 + _STEP * number, cell, 26, face=face)
        return sheet

    @property
    def words(self) -> str:
        """All that stands on it, as parts that a copy must have."""
        return "<AND>".join([self.title, *(cell for row in self.rows for cell in row if cell)])

    def entries(self, *columns: int) -> str:
        """The rows as parts, of each row these columns."""
        return "<AND>".join("<WITH>".join(row[c] for c in columns) for row in self.rows)


def menu(make: Maker, title: str) -> Paper:
    """Six dishes and their prices."""
    dishes = make.rng.sample(_DISHES, 6)
    prices = make.rng.sample(range(32, 190), 6)
    rows = zip(dishes, (money(10 * price) for price in prices), strict=True)
    return Paper(title, tuple(rows))


def parcel(make: Maker) -> Paper:
    """What is in a parcel, and how often."""
    rows = [(name, str(number)) for name, number in make.rng.sample(_PARTS, 5)]
    return Paper("PACKING LIST", tuple(rows))


def departures(make: Maker) -> Paper:
    """Where trains go, when, and from which platform."""
    rng = make.rng
    hours = sorted(rng.sample(range(6, 23), 5))
    rows = [
        (town, f"{hour:02}:{rng.randrange(10, 60)}", f"Platform {rng.randrange(1, 9)}")
        for town, hour in zip(rng.sample(names.TOWNS, 5), hours, strict=True)
    ]
    return Paper("DEPARTURES", tuple(rows))


def hours(make: Maker, title: str) -> Paper:
    """When a place is open on five days."""
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    rng = make.rng
    rows = [(day, f"{rng.randrange(7, 11):02}:{rng.choice('03')}0 - {rng.randrange(15, 21)}:00")
            for day in days]  # fmt: skip
    return Paper(title, tuple(rows))


def bicycle(make: Maker, name: str, prices: range) -> Paper:
    """What a bicycle costs, weighs and has."""
    rng = make.rng
    return Paper(
        name,
        (
            ("Price", f"{rng.choice(prices)} euros"),
            ("Weight", f"{rng.randrange(11, 25)} kg"),
            ("Gears", str(rng.randrange(3, 28))),
            ("Warranty", f"{rng.randrange(2, 8)} years"),
        ),
    )


def plans(make: Maker) -> Paper:
    """Two contracts beside each other on one paper."""
    rng = make.rng
    cheap = rng.randrange(9, 20)
    return Paper(
        "MOBILE PLANS",
        (
            ("", "Basic", "Plus"),
            ("Monthly price", f"{cheap} euros", f"{cheap + rng.randrange(5, 15)} euros"),
            ("Data", f"{rng.randrange(2, 9)} GB", f"{rng.randrange(20, 90)} GB"),
            ("Minimum term", f"{rng.randrange(1, 6)} months", f"{rng.randrange(12, 25)} months"),
        ),
    )


def room(make: Maker, name: str) -> Paper:
    """A room to let."""
    rng = make.rng
    return Paper(
        name,
        (
            ("Size", f"{rng.randrange(11, 40)} square metres"),
            ("Rent", f"{rng.randrange(31, 99)}0 euros a month"),
            ("Floor", rng.choice(("ground floor", "second floor", "attic"))),
            ("Free from", f"{rng.randrange(2, 28)} {rng.choice(('March', 'June', 'October'))}"),
        ),
    )


def minutes(people: Sequence[str], town: str, price: str) -> Paper:
    """Minutes of a meeting: who was there and what was decided."""
    decided = (
        f"The summer trip goes to {town}.",
        f"The club buys a new boat for {price}.",
        f"{people[1]} becomes treasurer.",
    )
    lines = ("Present:", *people, "Decided:", *decided)
    return Paper("ROWING CLUB, MINUTES", tuple((line,) for line in lines))


def letter(title: str, lines: Sequence[str]) -> Paper:
    """A text, one sentence a row."""
    return Paper(title, tuple((line,) for line in lines))
