"""Checks of a draft that need no model: what it says must stand in the evidence."""

from __future__ import annotations

from collections.abc import Sequence

from ..schema import Evidence
from .facts import content_words, dates, normal_number, numbers, words

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
_POLAR = frozenset(_NO_FOR) | {word.lower() for word in _NO_FOR.values()} | {"none", "nao"}
_STEM = 4
"""Letters two words must begin with alike to count as forms of one word."""


def faults(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """What a program can find wrong with a draft, as sentences for the next attempt."""
    if not draft.strip():
        return ["it is empty"]
    missing = unsupported_numbers(draft, question, evidence) or unsupported_dates(draft, evidence)
    return [f"{number} does not stand in the evidence" for number in missing]


def unsupported_dates(draft: str, evidence: Sequence[Evidence]) -> list[str]:
    """Dates of a draft whose numbers stand in the evidence, but not together."""
    known = {date for item in evidence for date in dates(item.text)}
    return [f"the date {d}" for d in dates(draft) if known and d not in known]


def corrected(draft: str, evidence: Sequence[Evidence]) -> str:
    """The draft with what boxes decide put right: counts, and a yes to what was not found.

    Counting is the program's work, never the model's (after MuMath-Code).
    """
    return _right_count(_right_answer(draft, evidence), evidence)


def _right_answer(draft: str, evidence: Sequence[Evidence]) -> str:
    """No instead of yes where all that was looked for was not found."""
    none = evidence and all(e.kind == "objects" and not e.detections for e in evidence)
    first = (words(draft) or [""])[0]
    return _NO_FOR[first] if none and first in _NO_FOR else draft


def _right_count(draft: str, evidence: Sequence[Evidence]) -> str:
    """The number of boxes instead of another single number said of their kind."""
    said = numbers(draft)
    counted = [e for e in evidence if e.kind == "objects"]
    if len(said) != 1 or len(counted) != 1 or len(evidence) != 1:
        return draft
    labels = {d.label for d in counted[0].detections}
    alone = normal_number(draft.strip(" .")) == said[0]
    of_kind = any(same_word(label, word) for label in labels for word in words(draft))
    count = str(len(counted[0].detections))
    return draft.replace(said[0], count) if (alone or of_kind) and said[0] != count else draft


def unsupported_numbers(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Numbers and dates of a draft that neither the evidence nor the question holds.

    Evidence of objects supports the count of its boxes and nothing else.
    """
    known = set(numbers(question))
    for item in evidence:
        known |= {str(len(item.detections))} if item.kind == "objects" else set(numbers(item.text))
    return [
        n for n in dict.fromkeys(numbers(draft)) if n not in known and n.lstrip("-") not in known
    ]


def ungrounded_words(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Words of a draft that stand neither in the evidence nor in the question, in no form."""
    known = set(words(question)).union(*(words(item.text) for item in evidence))
    return [
        word
        for word in sorted(content_words(draft) - _POLAR)
        if not word[0].isdigit() and not any(same_word(word, other) for other in known)
    ]


def grounded_share(draft: str, question: str, evidence: Sequence[Evidence]) -> float:
    """How many of a draft's words stand in the evidence or the question, 0..1."""
    said = {w for w in content_words(draft) - _POLAR if not w[0].isdigit()}
    return 1.0 - len(ungrounded_words(draft, question, evidence)) / len(said) if said else 1.0


def same_word(one: str, other: str) -> bool:
    """Whether two words are forms of one: "person" and "persons", "colour" and "coloured"."""
    irregular = {"people": "person", "men": "man", "women": "woman", "children": "child"}
    one, other = irregular.get(one, one), irregular.get(other, other)
    short, long = sorted((one, other), key=len)
    return one == other or (
        len(short) >= _STEM and long.startswith(short) and len(long) - len(short) <= 3
    )
