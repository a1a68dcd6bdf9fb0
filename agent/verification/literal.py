"""Checks of a draft that need no model: what it says must stand in the evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...schema import Evidence
from ..evidence.grounding import one_kind, same_word, unsupported_numbers
from ..text.facts import (
    content_words,
    date_parts,
    dates,
    numbers,
    replace_number,
    words,
    written_dates,
)
from ..text.polarity import _NO_FOR

_OR = re.compile(r"\s+(?:or|oder|ou)\s+")
_OFFER = re.compile(rf",\s*(?:or\s+)?|{_OR.pattern}")
_OFFERS = 2


def faults(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """What a program can find wrong with a draft, as sentences for the next attempt."""
    if not draft.strip():
        return ["it is empty"]
    missing = unsupported_numbers(draft, question, evidence)
    return [f"{fact} does not stand in the evidence" for fact in missing]


def echoes(draft: str, question: str) -> list[str]:
    """A draft that only says words of the question again, which offered no answers to choose from."""
    said = content_words(draft)
    repeats = bool(said) and said <= content_words(question) and not _OR.search(question)
    return ["it only repeats the question"] if repeats else []


_GIVING_UP = re.compile(
    r"\b(?:i'?m sorry|i do(?:n't| not) (?:have|know)|not enough information"
    r"|can(?:not|'t) (?:tell|determine|say)"
    r"|(?:is|are|was|were) not (?:mentioned|stated|provided|given|specified|shown)"
    r"|(?:does|do) not (?:mention|state|provide|say|specify|contain)|no information)\b",
    re.IGNORECASE,
)


def gives_up(draft: str) -> bool:
    """Whether a draft says, in English, that it has no answer; models seldom do it by themselves."""
    return bool(_GIVING_UP.search(draft.replace("’", "'")))


def corrected(draft: str, evidence: Sequence[Evidence]) -> str:
    """The draft with what needs no model put right: counts, a yes to what was not found, dates.

    Counting is the program's work, never the model's (after MuMath-Code).
    """
    return _right_dates(_right_count(_right_answer(draft, evidence), evidence), evidence)


def offered(question: str) -> frozenset[str]:
    """The answers a question ends with, if it does: "... on the left, in the middle or on the right?"."""
    tail = question.rpartition(":")[2].strip().rstrip("?").strip()
    parts = [part.split() for part in _OFFER.split(tail)]
    if len(parts) < _OFFERS or not tail or not _OR.search(tail) or not all(parts):
        return frozenset()
    return frozenset(word for part in parts for word in words(part[-1]))


def _right_answer(draft: str, evidence: Sequence[Evidence]) -> str:
    """No instead of yes where all that was looked for was not found."""
    none = evidence and all(e.kind == "objects" and not e.detections for e in evidence)
    first = (words(draft) or [""])[0]
    return _NO_FOR[first] if none and first in _NO_FOR else draft


def _right_count(draft: str, evidence: Sequence[Evidence]) -> str:
    """The number of boxes instead of another single number said of their kind."""
    said, found = numbers(draft), one_kind(evidence)
    if len(said) != 1 or found is None:
        return draft
    label, count = found
    alone = len(words(draft)) == 1
    if said[0] == str(count) or not (alone or any(same_word(label, w) for w in words(draft))):
        return draft
    return replace_number(draft, said[0], str(count))


def _right_dates(draft: str, evidence: Sequence[Evidence]) -> str:
    """Dates whose day and month changed places, as the evidence writes them, where only one fits."""
    written = {date for item in evidence for date in written_dates(item.text)}
    known = {form for date in written for form in dates(date)}
    for said in written_dates(draft):
        fitting = {d for d in written if sorted(date_parts(d)) == sorted(date_parts(said))}
        if dates(said)[0] not in known and len({dates(d)[0] for d in fitting}) == 1:
            draft = draft.replace(said, min(fitting))
    return draft
