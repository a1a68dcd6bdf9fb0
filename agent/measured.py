"""Answers that a tool measured, so that no model has to write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..schema import Evidence
from .check import offered, same_word
from .compute import told
from .facts import content_words, words
from .prompting import calculated
from .support import retrieved

_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)


def measured(question: str, evidence: Sequence[Evidence]) -> str:
    """The whole answer, if it is a calculation's result, a count, or where or what one thing is."""
    if calculated(evidence):
        last = evidence[-1]
        return told(last) if retrieved(evidence) else last.text.rpartition("=")[2].strip()
    return count(question, evidence) or (choice(question, evidence) if _one(evidence) else "")


def choice(question: str, evidence: Sequence[Evidence]) -> str:
    """The one answer of those a question offers that was measured in the picture, if just one was."""
    seen = [set(words(item.text)) for item in evidence if item.kind in ("objects", "region")]
    found = offered(question) & set().union(*seen)
    return "".join(found) if len(found) == 1 else ""


def count(question: str, evidence: Sequence[Evidence]) -> str:
    """How many there are of what a question asks how many there are of, if just that was found."""
    about = content_words(question)
    kinds = _kinds(evidence)
    if not _one(evidence) or not kinds or len(about) != 1 or not _HOW_MANY.search(question):
        return ""
    (kind,), (thing,) = kinds, about
    found = sum(len(item.detections) for item in evidence)
    return f"{found} {kind if found == 1 else thing}" if same_word(kind, thing) else ""


def _one(evidence: Sequence[Evidence]) -> bool:
    """Whether all that was seen is of one kind, in one look."""
    return len(evidence) == 1 and len(_kinds(evidence)) <= 1


def _kinds(evidence: Sequence[Evidence]) -> set[str]:
    return {found.label for item in evidence for found in item.detections}
