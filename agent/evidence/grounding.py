"""What of a text stands in the evidence: its numbers, dates and words. Judges nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from ...schema import Calculation, Evidence
from ..text.amounts import in_other_units
from ..text.facts import (
    content_words,
    dates,
    named_dates,
    normal_number,
    numbers,
    without_dates,
    words,
)
from ..text.polarity import POLAR
from .contents import lines_of, words_beside, words_read

_STEM, _ENDING = 4, 3
"""Letters two words must begin with alike to count as forms of one word; letters one may have more."""

_IRREGULAR = {"people": "person", "men": "man", "women": "woman", "children": "child"}


_PLACES = 5
"""A result may be rounded to fewer places than this."""


ROUNDED_BELOW = 10**15
"""Larger results of calculations are told in full."""


_SHORTEST = 3
"""Letters of a word that has a plural."""


def one_kind(evidence: Sequence[Evidence]) -> tuple[str, int] | None:
    """What was found and how many, where the whole evidence is one look that found one kind."""
    counts = Counter(d.label for e in evidence if e.kind == "objects" for d in e.detections)
    return next(iter(counts.items())) if len(counts) == len(evidence) == 1 else None


def unsupported_numbers(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Numbers and dates of a draft that neither the evidence nor the question holds.

    Evidence of objects supports the count of its boxes and nothing else. A sum may be written in
    another unit than the evidence's ("in millions").
    """
    known = set(numbers(question)) | set(dates(question))
    for item in evidence:
        known |= facts_in(item)
        known |= rounded(item.calculation) if item.calculation is not None else set()
    known |= set(in_other_units(draft, question, map(words_read, evidence)))
    said = [*dates(draft), *numbers(without_dates(draft))]
    return [n for n in dict.fromkeys(said) if n not in known and n.lstrip("-") not in known]


def facts_in(item: Evidence) -> set[str]:
    """The numbers and dates that evidence bears: those that were read, and how many boxes there are.

    Cells of a row count one by one: in a line, 171 167 214 reads like one number.
    """
    cells = (cell.text for line in lines_of(item) for cell in line.cells)
    inside = {number for text in cells for number in numbers(text)}
    return facts_of(words_read(item)) | inside | (counted(item) if _has_boxes(item) else set())


def _has_boxes(item: Evidence) -> bool:
    return item.kind == "objects" or bool(item.detections)


def counted(item: Evidence) -> set[str]:
    """The numbers that boxes support: of each kind, and of all together."""
    counts = Counter(d.label for d in item.detections)
    return {str(n) for n in (*counts.values(), len(item.detections))}


def rounded(made: Calculation) -> set[str]:
    """The result of a calculation with fewer places, also as percent."""
    told = [Decimal(n) for n in numbers(made.result)]
    result = [value for value in told if abs(value) < ROUNDED_BELOW]
    return {
        normal_number(f"{round(value * unit, places):f}")
        for value in result
        for unit in (1, 100)
        for places in range(_PLACES)
    }


def facts_of(text: str) -> set[str]:
    """Every number and date of a text."""
    return {*numbers(text), *dates(text), *named_dates(text)}


def ungrounded_words(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Words of a draft that stand neither in the evidence nor in the question, in no form."""
    told = (f"{item.text} {words_beside(item)}" for item in evidence)
    known = set(words(question)).union(*map(words, told))
    return [
        word
        for word in sorted(content_words(draft) - POLAR)
        if not word[0].isdigit() and not stands_among(word, known)
    ]


def grounded_share(draft: str, question: str, evidence: Sequence[Evidence]) -> float:
    """How many of a draft's words stand in the evidence or the question, 0..1."""
    said = {w for w in content_words(draft) - POLAR if not w[0].isdigit()}
    return 1.0 - len(ungrounded_words(draft, question, evidence)) / len(said) if said else 1.0


def stands_among(word: str, known: set[str]) -> bool:
    """Whether a word is among others, in any form."""
    return word in known or any(same_word(word, other) for other in known)


def same_word(one: str, other: str) -> bool:
    """Whether two words are forms of one: "cup" and "cups", "colour" and "coloured"."""
    one, other = _IRREGULAR.get(one, one), _IRREGULAR.get(other, other)
    short, long = sorted((one, other), key=len)
    if not long.startswith(short):
        return False
    ending = long[len(short) :]
    return (
        not ending
        or (len(short) >= _STEM and len(ending) <= _ENDING)
        or (len(short) >= _SHORTEST and ending in ("s", "es"))
    )
