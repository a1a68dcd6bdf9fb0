"""What changed between two pictures or two versions of a document: the program found it and says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...schema import Citation, Evidence, FoundDifference
from ...tools.comparing import COMPARE
from ...tools.documents.versions import COMPARE_DOCUMENTS
from ..extraction.composing import Composed
from ..run import Run
from ..state import State, Verdict

_BETWEEN = "\n\n"
"""Of the answers about several pairs."""
_HEAD = ("page", "before", "after")


def compared(
    state: State, evidence: Sequence[Evidence], run: Run
) -> tuple[Composed, Verdict] | None:
    """The differences as they were found, each cited where it stands in both.

    None where anything else was asked too, or pictures are compared by a model that looks itself. A small
    model that is to put them into its own words adds some that nobody found.
    """
    done = {r.call.id: r.call.tool for r in state["results"] if not r.error}
    tools = {done.get(item.call, "") for item in evidence}
    if not tools or not tools <= {COMPARE, COMPARE_DOCUMENTS}:
        return None
    if run.model.sees_images and COMPARE in tools:
        return None
    calls = dict.fromkeys(item.call for item in evidence)
    pairs = [[item for item in state["evidence"] if item.call == call] for call in calls]
    text, citations = "", list[Citation]()
    for pair in pairs:
        text += _BETWEEN if text else ""
        citations += _cited(pair, len(text))
        text += pair[0].text
    changed = [d for pair in pairs for d in pair[0].differences if d.before or d.after]
    rows = tuple((_pages(d), d.before, d.after) for d in changed)
    sure = min(pair[0].score for pair in pairs)
    verdict = Verdict(outcome="accept", citations=tuple(citations), confidence=round(sure, 3))
    return Composed(text, tuple(citations), rows=(_HEAD, *rows) if rows else ()), verdict


def _cited(pair: Sequence[Evidence], start: int) -> Iterator[Citation]:
    """The places of each difference in the first and in the second, for the line that tells it."""
    told = pair[0]
    if not told.differences:
        end = start + len(told.text)
        yield from (
            Citation(evidence=item.id, source=item.source, start=start, end=end, known="measured")
            for item in pair
        )
    at = 0
    for one in told.differences:
        found = told.text.find(one.text, at)
        if found < 0:
            continue  # cut off, with so many
        at = found + len(one.text)
        span = (start + found, start + at)
        sides = ((one.first, one.before), (one.second, one.after))
        for item, (boxes, words), page in zip(pair, sides, one.pages, strict=False):
            if boxes or page is not None:
                yield Citation(
                    evidence=item.id,
                    source=item.source.model_copy(update={"page": page}),
                    boxes=boxes,
                    quote=words,
                    start=span[0],
                    end=span[1],
                    known="read" if words else "measured",
                )


def _pages(one: FoundDifference) -> str:
    return " / ".join(str(page) for page in dict.fromkeys(one.pages) if page is not None)
