"""Pictures of an index that show a thing, as a detector saw it, or else that have its name written in them.

What a detector saw and what is written are kept apart: a sign that says "dog" shows no dog (Lin et al.,
"Parrot Captions Teach CLIP to Spot Text", ECCV 2024).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from ...schema import Box, Depicted, Detection, Passage, SoughtThing
from ..catalog.catalog import Catalog
from ..catalog.highlight import Highlighter
from ..catalog.rows import Document
from ..embeddings.text import TextEmbedder
from ..pages import Page
from ..phrasing import Phrasings
from .kinds import KindNames

__all__ = ["KINDS", "PICTURES", "DepictionSearch"]

KINDS = "kinds"
"""What the catalog remembers the detector's names under, as JSON."""
PICTURES = frozenset({"picture", "video"})
"""Kinds of documents whose pages are pictures."""
_EXAMPLES = "picture_search.jsonl"
_ASKED = "pictures"
"""What an example asks for that looks for pictures; others ask for copies of files."""
_WRITTEN = 100
"""Passages looked at for words written in pictures."""
_NAMED = 8
"""Kinds that are named where nothing was found."""


class _Hit(NamedTuple):
    """A page that shows or says a thing: how surely, where, and what led to it."""

    score: float
    boxes: tuple[Box, ...]
    way: str


_Hits = dict[tuple[int, int], _Hit]


class DepictionSearch:
    """Asks the catalog of an index; safe for threads.

    Args:
        catalog: has what was detected and read.
        embedder: compares words by meaning.
        least: score below which a detection does not count.
    """

    def __init__(self, catalog: Catalog, embedder: TextEmbedder, least: float) -> None:
        self._catalog, self._embedder, self._least = catalog, embedder, least
        self._phrasings = Phrasings(embedder, _EXAMPLES)
        self._kinds: KindNames | None = None

    def find(
        self, query: str, limit: int, documents: Sequence[Document], always: bool = False
    ) -> Depicted | None:
        """The pictures that a query looks for; None where it looks for no pictures.

        Args:
            query: "find pictures of dogs".
            limit: pictures at most.
            documents: those to look into.
            always: it is known to look for pictures: "dogs".
        """
        pictured = [d for d in documents if d.type in PICTURES]
        if not pictured or not query.strip():
            return None
        phrase = self._phrasings.understood(query)
        if not phrase.things or not (phrase.asks == _ASKED or always):
            return None
        return self.showing(phrase.things, limit, pictured)

    def saying(self, words: str, limit: int, documents: Sequence[Document]) -> Sequence[Passage]:
        """The pages of which words are true, the surest first: they show what is said, or have it written.

        One word of them is not enough: "at" is written in pictures that were not taken at night.

        Args:
            words: "at night", "with a dog".
            limit: pages at most.
            documents: those to look into, of any kind.
        """
        things = self._phrasings.understood(words).things or (words,)
        return self.showing(things, limit, documents).passages

    def showing(self, things: Sequence[str], limit: int, documents: Sequence[Document]) -> Depicted:
        """The pictures that show all of the things that any shows, the surest first."""
        names = {document.id: document.name for document in documents}
        sought = [self._sought(thing, names) for thing in things]
        found = [hits for _, hits in sought if hits]
        places = set.intersection(*map(set, found)) if found else set()
        ranked = sorted(places, key=lambda at: (-math.prod(h[at].score for h in found), at))
        passages = [self._passage(at, names, [hits[at] for hits in found]) for at in ranked]
        why = "" if passages else self._why([one for one, _ in sought], documents, bool(found))
        return Depicted(
            things=tuple(one for one, _ in sought),
            passages=tuple(p for p in passages[:limit] if p is not None),
            found=len(passages),
            why=why,
        )

    def _sought(self, thing: str, documents: Collection[int]) -> tuple[SoughtThing, _Hits]:
        """What the detector calls a thing, and the pages that show it, or else have it written."""
        kinds = self.kinds_of(thing)
        shown = self._catalog.depictions(documents, kinds, self._least) if kinds else []
        hits = {
            (one.document, one.page): _Hit(
                _sure(one.detections), tuple(d.box for d in one.detections), "label"
            )
            for one in shown
        }
        return SoughtThing(thing=thing, kinds=kinds), hits or self._written(thing, documents)

    def _written(self, thing: str, documents: Collection[int]) -> _Hits:
        """Pages of pictures in which all words of a thing are written."""
        found: _Hits = {}
        marker = Highlighter(thing)
        try:
            ranked = self._catalog.keyword(thing, _WRITTEN, documents)
            scores = dict(ranked)
            for passage in self._catalog.passages(scores):
                at = (passage.document_id, passage.page)
                page = self._catalog.page(*at)
                boxes = _where_written(page, marker) if page is not None else ()
                if boxes and at not in found:
                    found[at] = _Hit(min(1.0, max(0.0, scores[passage.id])), boxes, "written")
        finally:
            marker.close()
        return found

    def kinds_of(self, thing: str) -> tuple[str, ...]:
        """The detector's names for a thing, the nearest first."""
        return self._names().fitting(thing)

    def _names(self) -> KindNames:
        names = json.loads(self._catalog.meta(KINDS) or "[]")
        if self._kinds is None or self._kinds.names != tuple(names):
            self._kinds = KindNames(names, self._embedder)
        return self._kinds

    def _passage(
        self, at: tuple[int, int], names: dict[int, str], hits: Sequence[_Hit]
    ) -> Passage | None:
        page = self._catalog.page(*at)
        first = self._catalog.passages_on(*at)[:1]
        if page is None or not first:
            return None
        return Passage(
            document=names[at[0]],
            page=page.number,
            text=page.text,
            boxes=tuple(box for hit in hits for box in hit.boxes),
            score=math.prod(hit.score for hit in hits),
            found_by=tuple(sorted({hit.way for hit in hits})),
            id=first[0].id,
            seconds=page.seconds,
            until=page.until,
        )

    def why_none(self, thing: str, kinds: tuple[str, ...], document: Document) -> str:
        """Why a video or a picture does not show a thing."""
        return self._why([SoughtThing(thing=thing, kinds=kinds)], [document], False)

    def _why(self, things: Sequence[SoughtThing], documents: Sequence[Document], each: bool) -> str:
        """Why nothing was found, and among what it was looked for."""
        names = self._names().names
        if not names:
            return (
                "what these pictures show was not looked at when they were added; remove them and "
                "add them again"
            )
        count = sum(document.pages for document in documents)
        wanted = " and ".join(f"“{one.thing}”" for one in things)
        if each:
            return f"no picture shows {wanted} together; looked at {_of(count, 'picture')}"
        ids = [document.id for document in documents]
        seen = Counter(
            label
            for one in self._catalog.depictions(ids, least=self._least)
            for label in {d.label for d in one.detections}
        )
        most = ", ".join(f"{label} ({n})" for label, n in seen.most_common(_NAMED)) or "nothing"
        known = any(one.kinds for one in things)
        detector = f"the {len(names)} kinds of things that the detector knows"
        among = (
            f"looked for among {detector} and the words written in {_of(count, 'picture')}; it saw "
            f"{most}"
        )
        if known:
            return f"no picture shows {wanted}: {among}"
        return f"{wanted} is none of {detector} and is written in no picture: {among}"


def _sure(detections: Sequence[Detection]) -> float:
    """That at least one of them is right, if each errs for itself."""
    return 1 - math.prod(1 - d.score for d in detections)


def _where_written(page: Page, marker: Highlighter) -> tuple[Box, ...]:
    """Where all the words stand in a picture; nowhere if one is missing.

    Only words that were read have a place: what a detector saw is said beside them without one.
    """
    marks = [(a, b, stem) for a, b, stem in marker.found(page.text) if page.boxes_of(a, b)]
    if {stem for _, _, stem in marks} != marker.wanted:
        return ()
    return tuple(box for a, b, _ in marks for box in page.boxes_of(a, b))


def _of(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
