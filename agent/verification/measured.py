"""Answers that a tool measured, so that no model has to write them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...schema import Evidence
from ..evidence.grounding import one_kind, same_word
from ..evidence.prompting import calculated
from ..text.facts import content_words, words
from .calculation import told
from .support import retrieved
from .wording import offered

_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)


def measured(question: str, evidence: Sequence[Evidence]) -> str:
    """The whole answer, if it is a calculation's result, a count, or where or what one thing is."""
    if (made := calculated(evidence)) is not None:
        return told(made) if retrieved(evidence) else made.result
    kinds = {found.label for item in evidence for found in item.detections}
    one_thing = len(evidence) == 1 and len(kinds) <= 1
    return count(question, evidence) or (choice(question, evidence) if one_thing else "")


def choice(question: str, evidence: Sequence[Evidence]) -> str:
    """The one answer of those a question offers that was measured in the picture, if just one was."""
    there = [item for item in evidence if item.kind == "region" or item.detections]
    seen = [set(words(item.text)) for item in there]  # "0 cat" is no cat
    found = offered(question) & set().union(*seen)
    return "".join(found) if len(found) == 1 else ""


def count(question: str, evidence: Sequence[Evidence]) -> str:
    """How many there are of what a question asks how many there are of, if just that was found."""
    found, about = one_kind(evidence), content_words(question)
    if found is None or len(about) != 1 or not _HOW_MANY.search(question):
        return ""
    (kind, number), (thing,) = found, about
    return f"{number} {kind if number == 1 else thing}" if same_word(kind, thing) else ""
