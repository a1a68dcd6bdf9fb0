"""Watching the user's videos: when something is shown, how many at a time, what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from ...errors import ToolError
from ...media.clock import clock
from ...schema import Evidence, EvidenceKind, Picture, Source
from ..base import Tool, tool

if TYPE_CHECKING:
    from ...retrieval.watching import VideoQuestion, Watched
    from ...retrieval.watching.spans import Shown
    from .search import DocumentSearch

WATCH = "watch_video"

_MOST = 12
"""Times, or texts, that are told."""
_SHOWN = 4
"""Frames that a model that sees is shown."""


@runtime_checkable
class Watchable(Protocol):
    """What is asked of an index that holds videos."""

    def video_question(self, question: str) -> VideoQuestion:
        """What a question asks of a video."""
        ...

    def watch(self, document: str, question: VideoQuestion) -> Watched:
        """What a video says to it; BadInput naming what is unknown."""
        ...


def video_tool(index: Watchable, documents: DocumentSearch) -> list[Tool]:
    """The tool `watch_video`, where there is a video."""
    if not any(entry.type == "video" for entry in documents.index.documents()):
        return []

    @tool(name=WATCH, title="Watching the video", done="watched the video")
    def watch_video(question: str, document: str = "") -> list[Evidence]:
        """Tell when something appears in a video, how many there are at a time, or what is written.

        Args:
            question: "When does the bus appear?", "How many cups are there at the end?", "What does
                the sign say?"
            document: Name of the video; all of them, where none is given.
        """
        names = [e.name for e in documents.index.documents() if e.type == "video"]
        chosen = [documents.named(document)] if document else names
        asked = index.video_question(question)
        if not asked.asks:
            raise ToolError("watch_video: ask when, how many, or what is written", "bad_arguments")
        found = [index.watch(name, asked) for name in chosen]
        told = [one for one in found if not one.why]
        if not told:
            raise ToolError(found[0].why, "not_found")
        return [item for one in told for item in _evidence(one, documents, len(chosen) > 1)]

    return [watch_video]


def _evidence(watched: Watched, documents: DocumentSearch, several: bool) -> list[Evidence]:
    """The answer in words first, then each moment that it rests on."""
    kind: EvidenceKind = "text" if watched.readings else "objects"
    parts = _parts(watched)
    name = f"{watched.document}: " if several else ""
    whole = Evidence(
        kind="value",
        text=f"{name}{_in_words(watched)}",
        score=min(1.0, sum(shown.score for _, shown in parts) / max(1, len(parts))),
        source=Source(document=watched.document, name=watched.document),
    )
    moments = [
        Evidence(
            kind=kind,
            text=text,
            source=Source(
                document=watched.document,
                page=shown.number,
                name=watched.document,
                seconds=shown.seconds,
            ),
            boxes=shown.boxes,
            score=min(1.0, shown.score) or 0.7,
            picture=_frame(watched, shown, documents) if at < _SHOWN else None,
        )
        for at, (text, shown) in enumerate(parts)
    ]
    return [whole, *moments]


def _frame(watched: Watched, shown: Shown, documents: DocumentSearch) -> Picture | None:
    page = documents.page(watched.document, shown.number)
    return documents.picture(watched.document, shown.number, page)


def _parts(watched: Watched) -> list[tuple[str, Shown]]:
    """The moments that an answer rests on, each with what is known of it."""
    thing = " ".join(watched.question.things)
    if watched.readings:
        return [(r.text, r.shown) for r in watched.readings[:_MOST]]
    if watched.counted is not None:
        at = clock(watched.counted.seconds)
        return [(f"{watched.number} {thing} at {at}", watched.counted)]
    return [(f"{thing} at {clock(span.seconds)}", span.first) for span in watched.spans[:_MOST]]


def _in_words(watched: Watched) -> str:
    thing = " ".join(watched.question.things)
    if watched.readings:
        texts = [" ".join(r.text.split()) for r in watched.readings[:_MOST]]
        if len(texts) == 1:
            return texts[0]
        times = [f"{clock(r.seconds)} to {clock(r.until)}" for r in watched.readings[:_MOST]]
        return "\n".join(f"{time}: {text}" for time, text in zip(times, texts, strict=True))
    if watched.counted is not None:
        return f"{watched.number} {thing} (at {clock(watched.counted.seconds)})"
    times = [f"at {clock(s.seconds)} (until {clock(s.until)})" for s in watched.spans[:_MOST]]
    return f"{thing}: {'; again '.join(times)}"
