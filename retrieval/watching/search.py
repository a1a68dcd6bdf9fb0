"""Asks the moments of a video: when a thing is shown, how many are, what is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ...media.names import last_part
from ...schema import Detection
from ..catalog.catalog import Catalog
from ..catalog.highlight import Highlighter
from ..catalog.rows import Document
from ..depicted.find import DepictionSearch
from ..embeddings.text import TextEmbedder
from ..pages import Page
from .questions import VideoQuestion, VideoQuestions
from .readings import Reading, readings_of, written_in
from .spans import Shown, Span, count_at, distinct, spans_of, window

__all__ = ["VideoSearch", "Watched"]

_A_VIDEO = "the video"
"""What a question calls one that it does not name."""


class Watched(NamedTuple):
    """What came of a question to a video.

    Attributes:
        document: the video's name.
        question: as it was understood.
        spans: of "when": the times at which it is shown.
        number, counted: of "count": how many, and the moment in which they were counted.
        readings: of "words": the texts.
        why: nothing was found; "" where something was.
    """

    document: str
    question: VideoQuestion
    spans: tuple[Span, ...] = ()
    number: int | None = None
    counted: Shown | None = None
    readings: tuple[Reading, ...] = ()
    why: str = ""


class VideoSearch:
    """Asks the catalog of an index; safe for threads."""

    def __init__(
        self, catalog: Catalog, embedder: TextEmbedder, depictions: DepictionSearch, least: float
    ) -> None:
        self._catalog, self._depictions, self._least = catalog, depictions, least
        self._questions = VideoQuestions(embedder)

    def understood(self, question: str) -> VideoQuestion:
        """What a question asks of a video; the name of a file is no thing that it shows."""
        names = {n for d in self._catalog.documents() for n in (d.name, last_part(d.name))}
        named = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        if named:
            question = re.sub(rf"(?<!\w)(?:{named})(?!\w)", _A_VIDEO, question, flags=re.I)
        return self._questions.understood(question)

    def watch(self, document: Document, question: VideoQuestion) -> Watched:
        """What a video says to a question of one of the three kinds."""
        if question.asks == "words":
            return self._words(document, question)
        kinds = self._depictions.kinds_of(question.things[0])
        thing = question.things[0] if kinds else " ".join(question.things)
        if question.asks == "count":
            return self._count(document, question, kinds)
        shown = self._detected(document, kinds) if kinds else []
        spans = _steady(spans_of(shown)) or spans_of(self._said(document, thing))
        why = "" if spans else self._depictions.why_none(thing, kinds, document)
        return Watched(document.name, question, tuple(spans), why=why)

    def _count(
        self, document: Document, question: VideoQuestion, kinds: tuple[str, ...]
    ) -> Watched:
        if not kinds:
            why = self._depictions.why_none(question.things[0], kinds, document)
            return Watched(document.name, question, why=why)
        seen = {one.number: one for one in self._detected(document, kinds)}
        moments = [
            seen.get(number, Shown(number, begin, until, 0.0))
            for number, begin, until in self._catalog.moments(document.id)
        ]
        end = moments[-1].until if moments else 0.0
        begin, until = window(question.at, question.seconds, end)
        if not question.at and question.seconds is None:
            moments = [one for one in moments if one.boxes] or moments
        found = count_at(moments, begin, until, lambda one: len(one.boxes))
        if found is None:
            return Watched(document.name, question, why="the video has no moment at that time")
        return Watched(document.name, question, number=found[0], counted=found[1])

    def _words(self, document: Document, question: VideoQuestion) -> Watched:
        pages = list(self._pages(document))
        end = max((page.until or 0.0 for page in pages), default=0.0)
        begin, until = window(question.at, question.seconds, end)
        there = [p for p in pages if (p.seconds or 0.0) <= until and (p.until or 0.0) > begin]
        if question.at == "end":  # what stands there last
            there = [p for p in reversed(there) if written_in(p)[0]][:1]
        readings = tuple(readings_of(there or pages[-1:]))
        why = "" if readings else f"no words were read in {document.name} at that time"
        return Watched(document.name, question, readings=readings, why=why)

    def _detected(self, document: Document, kinds: Sequence[str]) -> list[Shown]:
        times = {number: (begin, until) for number, begin, until in self._moments(document)}
        found = self._catalog.depictions([document.id], kinds, self._least)
        return [
            _shown(one.page, times[one.page], distinct(one.detections))
            for one in found
            if one.page in times
        ]

    def _said(self, document: Document, thing: str) -> Iterator[Shown]:
        """Moments in which all words of a thing are written or said."""
        marker = Highlighter(thing)
        try:
            for page in self._pages(document):
                marks = marker.found(page.text)
                if marks and {stem for _, _, stem in marks} == marker.wanted:
                    boxes = tuple(b for start, end, _ in marks for b in page.boxes_of(start, end))
                    yield Shown(page.number, page.seconds or 0, page.until or 0, boxes=boxes)
        finally:
            marker.close()

    def _moments(self, document: Document) -> list[tuple[int, float, float]]:
        return self._catalog.moments(document.id)

    def _pages(self, document: Document) -> Iterator[Page]:
        for number, _, _ in self._moments(document):
            page = self._catalog.page(document.id, number)
            if page is not None:
                yield page


def _shown(number: int, times: tuple[float, float], found: Sequence[Detection]) -> Shown:
    score = max(one.score for one in found)
    return Shown(number, *times, score, tuple(one.box for one in found))


def _steady(spans: list[Span]) -> list[Span]:
    """Without what a detector saw for a moment and unsurely, where it is surer of others."""
    sure = max((span.best.score for span in spans), default=0.0)
    return [s for s in spans if s.best.score >= sure / 2 or s.until - s.seconds > 1.0]
