"""Numbers and dates of a draft: whether they stand in what was read, and what stands there instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ...schema import Evidence, TextLine
from ..evidence.contents import words_read
from ..evidence.grounding import unsupported_numbers
from ..text.facts import date_parts, dates, numbers, written_as, written_dates
from .base import PASS, Case, Disagreement, Doubt, Finding

_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d.,])")
"""A number of thousands with a point between them, or one with three places."""
_FEWEST_DIGITS = 2
"""Of a number that may be a slip for another one: single digits are too many on any page."""


def unsupported(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Numbers that neither evidence nor question hold."""
    missing = unsupported_numbers(draft, question, evidence)
    return [f"{fact} does not stand in the evidence" for fact in missing]


def misread(case: Case) -> Finding:
    """Numbers and dates one digit apart from what was read: one of the two is a slip of the eye.

    A number nothing like which was read is no slip: a model that sees may have counted, computed or seen
    what no tool reads.
    """
    bare = case.draft
    for written in written_dates(bare):
        bare = bare.replace(written, " ")
    missing = unsupported_numbers(bare, case.question, case.evidence)
    places = [place for said in missing for place in _near(said, case)]
    places += [place for said in written_dates(case.draft) for place in _near_date(said, case)]
    reasons = (f"the text reader has {place.instead} for {place.said}" for place in places)
    return Doubt("; ".join(reasons), tuple(places)) if places else PASS


def right_dates(draft: str, evidence: Sequence[Evidence]) -> str:
    """Dates whose day and month changed places, as the evidence writes them, where only one fits."""
    written = {date for item in evidence for date in written_dates(words_read(item))}
    known = {form for date in written for form in dates(date)}
    for said in written_dates(draft):
        fitting = {d for d in written if sorted(date_parts(d)) == sorted(date_parts(said))}
        if dates(said)[0] not in known and len({dates(d)[0] for d in fitting}) == 1:
            draft = draft.replace(said, min(fitting))
    return draft


def right_separators(draft: str, question: str, evidence: Sequence[Evidence]) -> str:
    """Thousands whose separator became a decimal point, as the evidence writes them, where one fits.

    A small model copies 8,438 as 8.438; what is so many of a larger unit stays.
    """
    read = {n: words_read(item) for item in evidence for n in numbers(words_read(item))}
    missing = unsupported_numbers(draft, question, evidence)
    for said in _THOUSANDS.findall(draft):
        meant = said.replace(".", "")
        if meant in read and numbers(said)[0] in missing:
            draft = draft.replace(said, written_as(read[meant], meant))
    return draft


def _near(said: str, case: Case) -> Iterator[Disagreement]:
    """What was read that differs from a number by a digit, with its line."""
    digits, stated = _digits(said), set(numbers(case.draft))
    if len(digits) < _FEWEST_DIGITS:
        return
    found = {
        read: Disagreement(
            written_as(case.draft, said),
            written_as(line.text, read),
            item.source,
            (line.box,),
            value=said,
        )
        for item, line in _lines(case)
        for read in numbers(line.text)
        if read not in stated and _one_apart(digits, _digits(read))
    }
    yield from _only(found)


def _near_date(said: str, case: Case) -> Iterator[Disagreement]:
    """The same for a date that was not read."""
    known = {form for item in case.evidence for form in dates(words_read(item))}
    stated = set(written_dates(case.draft))
    if set(dates(said)) & known:
        return
    found = {
        read: Disagreement(said, read, item.source, (line.box,))
        for item, line in _lines(case)
        for read in written_dates(line.text)
        if read not in stated and _one_apart(said, read)
    }
    yield from _only(found)


def _lines(case: Case) -> Iterator[tuple[Evidence, TextLine]]:
    return ((item, line) for item in case.evidence for line in item.lines)


def _only(found: Mapping[str, Disagreement]) -> Iterator[Disagreement]:
    """The one that was found; where there are several, which was meant cannot be told."""
    if len(found) == 1:
        yield from found.values()


def _digits(number: str) -> str:
    """The digits of a number as facts write it, to two places where it has any."""
    whole, point, places = number.lstrip("-").partition(".")
    return whole + (places.ljust(2, "0") if point else "")


def _one_apart(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1
