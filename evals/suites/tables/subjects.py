"""What the tables are about: names, groups and columns of figures, filled by chance."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product

__all__ = ["ROWS", "Column", "Data", "Subject", "filled", "subjects"]

ROWS = (5, 7, 9, 12, 15, 20, 26, 34, 46, 60)
"""Of the tables of a suite, one each."""


@dataclass(frozen=True)
class Column:
    """Figures from `low` to `high`, with so many places after the point."""

    title: str
    low: float
    high: float
    places: int


@dataclass(frozen=True)
class Subject:
    """A kind of table.

    Attributes:
        thing, things: what a row is about.
        key: title of the first column.
        first, second: the names of rows are made of one of each.
        group: title of a column with few values, and these.
        columns: of figures.
    """

    thing: str
    things: str
    key: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    group: tuple[str, tuple[str, ...]]
    columns: tuple[Column, ...]


@cache
def subjects() -> tuple[Subject, ...]:
    """Those of subjects.jsonl, one a line."""
    text = (files(__package__) / "subjects.jsonl").read_text(encoding="utf-8")
    return tuple(_subject(**json.loads(line)) for line in text.splitlines())


def _subject(
    thing: str, things: str, key: str, first: str, second: str, group: list[object],
    columns: list[list[object]],
) -> Subject:  # fmt: skip
    title, names = group
    return Subject(
        thing, things, key, tuple(first.split()), tuple(second.split("|")),
        (str(title), tuple(names)), tuple(Column(*column) for column in columns),  # type: ignore[arg-type]
    )  # fmt: skip


@dataclass(frozen=True)
class Data:
    """A filled table; `figures[r][c]` are in units of the last place."""

    subject: Subject
    names: tuple[str, ...]
    groups: tuple[str, ...]
    figures: tuple[tuple[int, ...], ...]

    def written(self, row: int, column: int) -> str:
        """A figure as the table shows it, thousands parted."""
        places = self.subject.columns[column].places
        return f"{self.figures[row][column] / 10**places:,.{places}f}"

    def rows(self) -> list[list[str]]:
        """The table with its head."""
        about = self.subject
        head = [about.key, about.group[0], *(column.title for column in about.columns)]
        return [head] + [
            [name, group, *(self.written(r, c) for c in range(len(about.columns)))]
            for r, (name, group) in enumerate(zip(self.names, self.groups, strict=True))
        ]


def filled(rng: random.Random, subject: Subject, rows: int) -> Data:
    """A table of a subject; no name comes twice, and no figure of a column where it can be so."""
    made = list(product(subject.first, subject.second))
    joint = "" if subject.second[0][0].islower() or subject.second[0][0] == " " else " "
    names = [f"{a}{joint}{b}" for a, b in rng.sample(made, rows)]
    columns = []
    for column in subject.columns:
        scale = 10**column.places
        span = range(int(column.low * scale), int(column.high * scale) + 1)
        few = len(span) < 2 * rows
        columns.append(rng.choices(span, k=rows) if few else rng.sample(span, rows))
    groups = [rng.choice(subject.group[1]) for _ in range(rows)]
    return Data(subject, tuple(names), tuple(groups), tuple(zip(*columns, strict=True)))
