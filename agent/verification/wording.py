"""What the words of a draft show by themselves: that it gives up, says nothing, or only repeats."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...schema import Evidence
from ..evidence.grounding import grounded_share, ungrounded_words
from ..text.facts import content_words, words

_OR = re.compile(r"(?<!\s)\s+(?:or|oder|ou)\s+")
_OFFER = re.compile(rf",\s*(?:or\s+)?|{_OR.pattern}")
_OFFERS = 2
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


def offered(question: str) -> frozenset[str]:
    """The answers a question ends with, if it does: "... on the left, in the middle or on the right?"."""
    tail = question.rpartition(":")[2].strip().rstrip("?").strip()
    parts = [part.split() for part in _OFFER.split(tail)]
    if len(parts) < _OFFERS or not tail or not _OR.search(tail) or not all(parts):
        return frozenset()
    return frozenset(word for part in parts for word in words(part[-1]))


def empty(draft: str) -> list[str]:
    """A draft without a word."""
    return [] if draft.strip() else ["it is empty"]


def echoes(draft: str, question: str) -> list[str]:
    """A draft that only says words of the question again, which offered no answers to choose from."""
    said = content_words(draft)
    repeats = bool(said) and said <= content_words(question) and not _OR.search(question)
    return ["it only repeats the question"] if repeats and not _chosen(said, question) else []


def _chosen(said: set[str], question: str) -> bool:
    """Whether words are some of a list that a question ends with: "Which of these: tea, milk, honey?"."""
    _, colon, tail = question.rpartition(":")
    return bool(colon) and "," in tail and said < content_words(tail)


def leaked(
    draft: str, question: str, evidence: Sequence[Evidence], example_words: frozenset[str]
) -> list[str]:
    """Words of the prompt's example, of a draft none of whose words stand in the evidence.

    A small model that finds no answer may give the example's.
    """
    if grounded_share(draft, question, evidence) > 0:
        return []
    stray = ungrounded_words(draft, question, evidence)
    return [f"“{word}” does not stand in the evidence" for word in stray if word in example_words]
