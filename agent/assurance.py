"""What an answer is worth, at a glance: sure and checked, probable, or not known; and why.

The page, the command line and the servers show the same grade. Green is for answers that tools bear out
*and* that the model is sure of; whatever one of the two is missing for says so in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..retrieval.text.sentences import sentence_ends
from ..schema import Answer, Citation

Grade = Literal["checked", "probable", "plain", "declined", "stopped", "failed"]

SURE = 0.8
"""Confidence from which an answer may be called checked."""
_MOST = 0.99
"""Nothing is shown as certain."""


@dataclass(frozen=True)
class Assurance:
    """A grade and what it rests on.

    Attributes:
        grade: "plain" is talk: nothing in it claims anything about pictures or documents.
        label: for people, such as "Checked" or "Probably".
        detail: in a few words why; may be empty.
    """

    grade: Grade
    label: str
    detail: str = ""


def assess(answer: Answer) -> Assurance:
    """Grade an answer by its status, its citations and its confidence."""
    if answer.stop_reason == "cancelled":
        return Assurance("stopped", "Stopped")
    if answer.status == "failed":
        return Assurance("failed", "No answer")
    if answer.status == "declined":
        return Assurance("declined", "Cannot tell")
    if answer.status == "partial":
        return Assurance("probable", "Partly answered", "; ".join(_reservations(answer)))
    if not answer.evidence and not answer.citations:
        return Assurance("plain", "Answered", "nothing was looked at for this")
    reservations = list(_reservations(answer))
    if reservations:
        return Assurance("probable", "Probably", "; ".join(reservations))
    return Assurance("checked", "Checked", f"{percent(answer.confidence)} sure")


def percent(confidence: float) -> str:
    """A confidence for people: "92 %", never "100 %"."""
    return f"{min(confidence, _MOST):.0%}".replace("%", " %")


def _reservations(answer: Answer) -> Iterator[str]:
    """What keeps an answer from being called checked, one phrase each."""
    by_tools = [c for c in answer.citations if c.known != "seen"]
    if not answer.citations:
        yield "no place was found that bears it out"
    elif not by_tools:
        yield "seen by the model, checked by no tool"
    else:
        total, open_ones = _sentences(answer.text, by_tools)
        if open_ones:
            yield f"{open_ones} of {total} sentences checked by no tool"
    if answer.confidence < SURE:
        yield f"only {percent(answer.confidence)} sure"


def _sentences(text: str, citations: list[Citation]) -> tuple[int, int]:
    """How many statements a text has, and how many no citation reaches; a line of prose is cut into
    sentences, and what introduces a list ("Items:") states nothing.
    """
    spans = [
        (start, end)
        for start, end in _spans(text)
        if any(map(str.isalnum, text[start:end])) and not text[start:end].rstrip().endswith(":")
    ]
    reached = [
        any(not c.end or (c.start < end and c.end > start) for c in citations)
        for start, end in spans
    ]
    return len(spans), reached.count(False)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.splitlines(keepends=True):
        start = at
        for end in (*(at + e for e in sentence_ends(line)), at + len(line)):
            yield start, end
            start = end
        at += len(line)
