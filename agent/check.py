"""Checks of a draft that need no model: what it says must stand in the evidence."""

from __future__ import annotations

from collections.abc import Sequence

from ..schema import Evidence
from .facts import content_words, numbers, words

_YES = frozenset("yes yeah yep ja oui si sim да 是 有 はい".split())
_NO = frozenset("no nope none nein non nao нет 没有 不是 いいえ".split())
_STEM = 4
"""Letters two words must begin with alike to count as forms of one word."""


def faults(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """What a program can find wrong with a draft, as sentences for the next attempt."""
    if not draft.strip():
        return ["it is empty"]
    found = [
        f"{n} does not stand in the evidence"
        for n in unsupported_numbers(draft, question, evidence)
    ]
    return found + wrong_counts(draft, evidence) + wrong_yes(draft, evidence)


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


def wrong_counts(draft: str, evidence: Sequence[Evidence]) -> list[str]:
    """A single number that a draft gives for a kind of object, against the boxes of that kind."""
    said, spoken = numbers(draft), set(words(draft))
    if len(said) != 1:
        return []
    return [
        f"{len(item.detections)} {label} were counted, not {said[0]}"
        for item in evidence
        for label in {d.label for d in item.detections}
        if item.kind == "objects"
        and any(same_word(label, word) for word in spoken)
        and said[0] != str(len(item.detections))
    ]


def wrong_yes(draft: str, evidence: Sequence[Evidence]) -> list[str]:
    """A yes where all that was looked for was not found."""
    empty = [e for e in evidence if e.kind == "objects" and not e.detections]
    if (words(draft) or [""])[0] in _YES and empty and len(empty) == len(evidence):
        return [f"{e.text} was counted" for e in empty]
    return []


def ungrounded_words(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Words of a draft that stand neither in the evidence nor in the question, in no form."""
    known = set(words(question)).union(*(words(item.text) for item in evidence))
    return [
        word
        for word in sorted(content_words(draft) - _YES - _NO)
        if not word[0].isdigit() and not any(same_word(word, other) for other in known)
    ]


def grounded_share(draft: str, question: str, evidence: Sequence[Evidence]) -> float:
    """How many of a draft's words stand in the evidence or the question, 0..1."""
    said = {w for w in content_words(draft) - _YES - _NO if not w[0].isdigit()}
    return 1.0 - len(ungrounded_words(draft, question, evidence)) / len(said) if said else 1.0


def same_word(one: str, other: str) -> bool:
    """Whether two words are forms of one: "person" and "persons", "colour" and "coloured"."""
    irregular = {"people": "person", "men": "man", "women": "woman", "children": "child"}
    one, other = irregular.get(one, one), irregular.get(other, other)
    short, long = sorted((one, other), key=len)
    return one == other or (
        len(short) >= _STEM and long.startswith(short) and len(long) - len(short) <= 3
    )
