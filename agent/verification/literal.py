"""Checks of a draft that need no model: what it says must stand in the evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from ...schema import Evidence
from ..text.amounts import in_other_units
from ..text.facts import (
    content_words,
    date_parts,
    dates,
    named_dates,
    normal_number,
    numbers,
    replace_number,
    without_dates,
    words,
    written_dates,
)

_NO_FOR = {
    "yes": "No",
    "ja": "Nein",
    "oui": "Non",
    "si": "No",
    "sim": "Não",
    "да": "Нет",
    "是": "不是",
    "有": "没有",
    "はい": "いいえ",
}
POLAR = frozenset(_NO_FOR) | {word.lower() for word in _NO_FOR.values()} | {"none", "nao"}
_IRREGULAR = {"people": "person", "men": "man", "women": "woman", "children": "child"}
_OR = re.compile(r"\s+(?:or|oder|ou)\s+")
_OFFER = re.compile(rf",\s*(?:or\s+)?|{_OR.pattern}")
_OFFERS = 2
_PLACES = 5
"""A result may be rounded to fewer places than this."""
ROUNDED_BELOW = 10**15
"""Larger results of calculations are told in full."""
_STEM, _ENDING = 4, 3
"""Letters two words must begin with alike to count as forms of one word; letters one may have more."""
_SHORTEST = 3
"""Letters of a word that has a plural."""


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


def opposite(draft: str) -> str:
    """No for a draft that begins with yes, yes for one that begins with no, in its language; "" else."""
    said = words(bare(draft))
    if len(said) != 1:  # "Non-U.S. firms" is no "non"
        return ""
    (first,) = said
    if first in _NO_FOR:
        return _NO_FOR[first]
    return next((yes.capitalize() for yes, no in _NO_FOR.items() if no.lower() == first), "")


def offered(question: str) -> frozenset[str]:
    """The answers a question ends with, if it does: "... on the left, in the middle or on the right?"."""
    tail = question.rpartition(":")[2].strip().rstrip("?").strip()
    parts = [part.split() for part in _OFFER.split(tail)]
    if len(parts) < _OFFERS or not tail or not _OR.search(tail) or not all(parts):
        return frozenset()
    return frozenset(word for part in parts for word in words(part[-1]))


def bare(draft: str) -> str:
    """The first word of a draft: its yes or no."""
    return re.split(r"[\s,.;:!]", draft.strip(), maxsplit=1)[0]


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


def one_kind(evidence: Sequence[Evidence]) -> tuple[str, int] | None:
    """What was found and how many, where the whole evidence is one look that found one kind."""
    counts = Counter(d.label for e in evidence if e.kind == "objects" for d in e.detections)
    return next(iter(counts.items())) if len(counts) == len(evidence) == 1 else None


def _right_dates(draft: str, evidence: Sequence[Evidence]) -> str:
    """Dates whose day and month changed places, as the evidence writes them, where only one fits."""
    written = {date for item in evidence for date in written_dates(item.text)}
    known = {form for date in written for form in dates(date)}
    for said in written_dates(draft):
        fitting = {d for d in written if sorted(date_parts(d)) == sorted(date_parts(said))}
        if dates(said)[0] not in known and len({dates(d)[0] for d in fitting}) == 1:
            draft = draft.replace(said, min(fitting))
    return draft


def unsupported_numbers(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Numbers and dates of a draft that neither the evidence nor the question holds.

    Evidence of objects supports the count of its boxes and nothing else. A sum may be written in
    another unit than the evidence's ("in millions").
    """
    known = set(numbers(question)) | set(dates(question))
    for item in evidence:
        known |= counted(item) if item.kind == "objects" else facts_of(item.text)
        known |= rounded(item) if item.kind == "calculation" else set()
    read = [item.text for item in evidence if item.kind != "objects"]
    known |= set(in_other_units(draft, question, read))
    said = [*dates(draft), *numbers(without_dates(draft))]
    return [n for n in dict.fromkeys(said) if n not in known and n.lstrip("-") not in known]


def counted(item: Evidence) -> set[str]:
    """The numbers that boxes support: of each kind, and of all together."""
    counts = Counter(d.label for d in item.detections)
    return {str(n) for n in (*counts.values(), len(item.detections))}


def rounded(item: Evidence) -> set[str]:
    """The result of a calculation with fewer places, also as percent."""
    told = [Decimal(n) for n in numbers(item.text.rpartition("=")[2])]
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
    known = set(words(question)).union(*(words(item.text) for item in evidence))
    return [
        word
        for word in sorted(content_words(draft) - POLAR)
        if not word[0].isdigit()
        and word not in known
        and not any(same_word(word, other) for other in known)
    ]


def grounded_share(draft: str, question: str, evidence: Sequence[Evidence]) -> float:
    """How many of a draft's words stand in the evidence or the question, 0..1."""
    said = {w for w in content_words(draft) - POLAR if not w[0].isdigit()}
    return 1.0 - len(ungrounded_words(draft, question, evidence)) / len(said) if said else 1.0


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
