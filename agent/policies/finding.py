"""Pictures and moments of videos found by what they show: the program looked, and says where."""

from __future__ import annotations

from ...schema import Citation, Evidence
from ...tools.documents.pictures import FIND_PICTURES
from ...tools.documents.videos import WATCH
from ..extraction.composing import Composed
from ..run import Run
from ..state import State, Verdict


def pictures_found(state: State) -> tuple[Composed, Verdict] | None:
    """The pictures that were found, each cited; None where none were looked for, or there is none."""
    calls = {r.call.id for r in state["results"] if r.call.tool == FIND_PICTURES and not r.error}
    found = [item for item in state["evidence"] if item.call in calls]
    if not found:
        return None
    summary, *hits = found
    citations = tuple(_cited(hit, summary.text) for hit in hits)
    rows = tuple((hit.source.document or "",) for hit in hits)
    verdict = Verdict(outcome="accept", citations=citations, confidence=round(summary.score, 3))
    return Composed(summary.text, citations, rows=rows), verdict


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


def _cited(hit: Evidence, text: str) -> Citation:
    name = hit.source.document or ""
    start = max(0, text.find(name))
    return Citation(
        evidence=hit.id,
        source=hit.source,
        boxes=hit.boxes,
        start=start,
        end=start + len(name) if text.startswith(name, start) else len(text),
        known="counted",
    )
