"""Pictures, moments of videos and copies among the documents: the program looked, and says where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...schema import Citation, Evidence, Provenance
from ...tools.documents.duplicates import FIND_DUPLICATES
from ...tools.documents.pictures import FIND_PICTURES
from ...tools.documents.search import SIMILAR
from ...tools.documents.videos import WATCH
from ..extraction.composing import Composed
from ..run import Run
from ..state import State, Verdict

_KNOWN: dict[str, Provenance] = {
    FIND_PICTURES: "counted",
    FIND_DUPLICATES: "measured",
    SIMILAR: "measured",
}
"""Tools that give a summary and then each place it names, and how these are known."""


def pictures_found(state: State, run: Run) -> tuple[Composed, Verdict] | None:
    """The pictures or copies that were found, each cited; None where none were looked for or found.

    What looks like a picture that came along is listed only for a model that cannot look itself.
    """
    tools = {*_KNOWN} - ({SIMILAR} if run.model.sees_images else set())
    calls = {r.call.id: r.call.tool for r in state["results"] if r.call.tool in tools}
    text, sure, hits, citations = "", 1.0, list[Evidence](), list[Citation]()
    for call, tool in calls.items():
        found = [item for item in state["evidence"] if item.call == call]
        if not found:
            continue
        text += "\n" if text else ""
        citations += _cited(found, _KNOWN[tool], len(text))
        text += found[0].text
        sure = min(sure, found[0].score)
        hits += found[1:]
    if not text:
        return None
    rows = tuple((hit.source.document or "",) for hit in hits)
    verdict = Verdict(outcome="accept", citations=tuple(citations), confidence=round(sure, 3))
    return Composed(text, tuple(citations), rows=rows), verdict


def watched(state: State) -> tuple[Composed, Verdict] | None:
    """What a video was found to show, its moments cited; None where none was watched."""
    calls = {r.call.id for r in state["results"] if r.call.tool == WATCH and not r.error}
    found = [item for item in state["evidence"] if item.call in calls]
    told = [item for item in found if item.source.seconds is None]
    moments = [item for item in found if item.source.seconds is not None]
    if not told:
        return None
    text = "\n".join(item.text for item in told)
    citations = tuple(
        Citation(
            evidence=item.id,
            source=item.source,
            boxes=item.boxes,
            quote=item.text if item.kind == "text" else "",
            start=0,
            end=len(text),
            known="read" if item.kind == "text" else "counted",
        )
        for item in moments
    )
    sure = min((item.score for item in moments), default=0.5)
    return Composed(text, citations), Verdict(
        outcome="accept", citations=citations, confidence=round(sure, 3)
    )


def no_such_picture(state: State, run: Run) -> bool:
    """Whether pictures were looked for and not found, and there is nothing else to look into."""
    looked = any(r.call.tool in (FIND_PICTURES, WATCH) and r.error for r in state["results"])
    entries = run.index.documents() if looked and run.index is not None else ()
    return bool(entries) and all(entry.type in ("picture", "video") for entry in entries)


def _cited(found: Sequence[Evidence], known: Provenance, begin: int) -> Iterator[Citation]:
    """Each place at its name in the summary, which comes first and begins at `begin` in the answer.

    A summary that names no place is cited itself.
    """
    summary, *hits = found
    if not hits:
        end = begin + len(summary.text)
        source = summary.source
        yield Citation(evidence=summary.id, source=source, start=begin, end=end, known=known)
    at = 0
    for hit in hits:
        name = hit.source.document or ""
        start = summary.text.find(name, at)
        end = at = start + len(name) if start >= 0 else len(summary.text)
        yield Citation(
            evidence=hit.id,
            source=hit.source,
            boxes=hit.boxes if known == "counted" else (),
            start=begin + max(0, start),
            end=begin + end,
            known=known,
        )
