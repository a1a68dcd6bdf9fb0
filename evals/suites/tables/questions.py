"""Questions that need a whole table, with answers worked out from its figures."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from ...task import Match
from .subjects import Data

__all__ = ["Asked", "questions"]


@dataclass(frozen=True)
class Asked:
    """A question, its kind, and what is right."""

    kind: str
    question: str
    answer: str
    match: Match


def questions(rng: random.Random, data: Data) -> list[Asked]:
    """One question of each kind that has only one answer in this table."""
    made = (kind(rng, data) for kind in _KINDS)
    return [asked for asked in made if asked is not None]


def _shown(value: float, places: int) -> str:
    return f"{value:.{places}f}"


def _values(data: Data, column: int) -> list[float]:
    scale = 10 ** data.subject.columns[column].places
    return [row[column] / scale for row in data.figures]


def _column(rng: random.Random, data: Data) -> tuple[int, str, int]:
    at = rng.randrange(len(data.subject.columns))
    column = data.subject.columns[at]
    return at, column.title, column.places


def _highest(rng: random.Random, data: Data) -> Asked | None:
    at, title, _ = _column(rng, data)
    values = _values(data, at)
    best = max(values)
    if values.count(best) > 1:
        return None
    name = data.names[values.index(best)]
    return Asked(
        "highest", f"Which {data.subject.thing} has the highest {title}?", name, "contains"
    )


def _lowest(rng: random.Random, data: Data) -> Asked | None:
    at, title, _ = _column(rng, data)
    values = _values(data, at)
    least = min(values)
    if values.count(least) > 1:
        return None
    name = data.names[values.index(least)]
    return Asked("lowest", f"Which {data.subject.thing} has the lowest {title}?", name, "contains")


def _sum(rng: random.Random, data: Data) -> Asked:
    at, title, places = _column(rng, data)
    total = sum(_values(data, at))
    question = f"What is the total {title} of all {data.subject.things}?"
    return Asked("sum", question, _shown(total, places), "number")


def _mean(rng: random.Random, data: Data) -> Asked:
    at, title, _ = _column(rng, data)
    values = _values(data, at)
    question = f"What is the average {title} of the {data.subject.things}?"
    return Asked("average", question, _shown(sum(values) / len(values), 2), "relaxed")


def _difference(rng: random.Random, data: Data) -> Asked:
    at, title, places = _column(rng, data)
    values = _values(data, at)
    one, other = rng.sample(range(len(values)), 2)
    if values[one] < values[other]:
        one, other = other, one
    question = (
        f"What is the difference in {title} between {data.names[one]} and {data.names[other]}?"
    )
    return Asked("difference", question, _shown(values[one] - values[other], places), "number")


def _filtered(rng: random.Random, data: Data) -> Asked:
    at, title, places = _column(rng, data)
    values = sorted(_values(data, at))
    line = values[len(values) // 2]
    count = sum(value > line for value in values)
    asked = f"How many {data.subject.things} have a {title} of more than {_shown(line, places)}?"
    return Asked("filter", asked, str(count), "number")


def _group_sum(rng: random.Random, data: Data) -> Asked:
    at, title, places = _column(rng, data)
    name, count = Counter(data.groups).most_common(1)[0]
    pairs = zip(data.groups, _values(data, at), strict=True)
    total = sum(value for group, value in pairs if group == name)
    about = data.subject.group[0]
    question = f"What is the total {title} of the {data.subject.things} with {about} {name}?"
    return Asked("group", question, _shown(total, places), "number") if count else _sum(rng, data)


def _group_best(rng: random.Random, data: Data) -> Asked | None:
    at, title, _ = _column(rng, data)
    totals: dict[str, float] = defaultdict(float)
    for group, value in zip(data.groups, _values(data, at), strict=True):
        totals[group] += value
    ranked = sorted(totals.values(), reverse=True)
    if len(ranked) < 2 or ranked[0] == ranked[1]:
        return None
    best = max(totals, key=totals.__getitem__)
    question = f"Which {data.subject.group[0]} has the highest total {title}?"
    return Asked("group", question, best, "contains")


def _lookup(rng: random.Random, data: Data) -> Asked:
    at, title, _ = _column(rng, data)
    row = rng.randrange(len(data.names))
    question = f"What is the {title} of {data.names[row]}?"
    return Asked("lookup", question, data.written(row, at), "number")


_KINDS: tuple[Callable[[random.Random, Data], Asked | None], ...] = (
    _highest,
    _lowest,
    _sum,
    _mean,
    _difference,
    _filtered,
    _group_sum,
    _group_best,
    _lookup,
)
