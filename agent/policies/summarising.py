"""Summaries of documents: the sentences that were written part by part, each cited."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ...schema import Citation, Evidence
from ...tools.documents.summaries import SUMMARISE
from ..evidence.grounding import grounded_share
from ..extraction.composing import Composed
from ..state import State, Verdict


def summed_up(state: State) -> tuple[Composed, Verdict] | None:
    """The whole, then a line a part or a document; None where nothing was summed up."""
    calls = {r.call.id for r in state["results"] if r.call.tool == SUMMARISE and not r.error}
    brought = [item for item in state["evidence"] if item.call in calls]
    found = [item for item in brought if item.said]
    if not found:
        return None
    text, citations = "", list[Citation]()
    for heading, under in groupby(found, key=lambda item: item.heading):
        text += "\n\n" if text else ""
        start = len(text)
        text += _opened(heading)
        for said, resting in groupby(under, key=lambda item: item.said):
            text += said
            citations += [_cited(item, start, len(text)) for item in resting]
            text += " "
            start = len(text)
        text = text.rstrip()
    verdict = Verdict(
        outcome="accept",
        citations=tuple(citations),
        confidence=_sure(found),
        open=tuple(item.text for item in brought if not item.said),
    )
    return Composed(text, tuple(citations)), verdict


def _opened(heading: Sequence[str]) -> str:
    """What stands before the sentences under a heading: nothing before those of the whole."""
    title, place = [*heading, "", ""][:2]
    if not (title or place):
        return ""
    return f"- **{title}** ({place}): " if title and place else f"- **{title or place}**: "


def _cited(item: Evidence, start: int, end: int) -> Citation:
    return Citation(
        evidence=item.id,
        source=item.source,
        boxes=item.boxes,
        quote="" if item.seen is not None else item.text,
        start=start,
        end=end,
        known="seen" if item.seen is not None else "cited",
    )


def _sure(found: Sequence[Evidence]) -> float:
    """How much of what is said stands in what it rests on."""
    shares = [grounded_share(item.said, "", [item]) for item in found]
    return round(sum(shares) / len(shares), 3)
