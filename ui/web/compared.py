"""What an answer compared: two pictures or two versions of a document, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...schema import Answer, Evidence, FoundDifference


@dataclass(frozen=True)
class Compared:
    """Two sides that an answer compared.

    Attributes:
        sides: the evidence of the first and of the second.
        differences: between them.
        first: number of the first of these differences among those of the answer, from 0.
    """

    sides: tuple[Evidence, Evidence]
    differences: tuple[FoundDifference, ...]
    first: int


def compared_in(answer: Answer) -> Iterator[Compared]:
    """Everything an answer compared, in the order of its evidence."""
    count = 0
    for at, item in enumerate(answer.evidence[:-1]):
        other = answer.evidence[at + 1]
        if item.differences and other.call == item.call:
            yield Compared((item, other), item.differences, count)
            count += len(item.differences)


def compared_at(answer: Answer, number: int) -> tuple[Compared, FoundDifference] | None:
    """The difference of a number, from 0, and what it is one of; None where there is none."""
    for one in compared_in(answer):
        if one.first <= number < one.first + len(one.differences):
            return one, one.differences[number - one.first]
    return None
