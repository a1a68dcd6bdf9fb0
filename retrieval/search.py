"""One search: by words, by meaning, by look; joined, document before passage, one hit a page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..control import Control
from ..errors import BadInput
from ..schema import Box, Passage
from .catalog.catalog import Catalog
from .catalog.highlight import Highlighter
from .catalog.rows import Filters, StoredPassage
from .embeddings.picture import PictureEmbedder
from .embeddings.runtime import unit
from .embeddings.text import TextEmbedder
from .page_order import PageOrderer
from .page_vectors import PageVectors
from .pages import Page
from .ranking.document_names import without_names
from .ranking.figures import FigureIntent
from .ranking.fusion import (
    Reranker,
    best_group,
    best_of_each,
    by_document,
    by_page,
    fuse,
    rank_fusion,
    reranked,
)
from .table_rows import between
from .text.row_figures import share_of_figures
from .text.sentences import count_words
from .text.terms import query_terms
from .vectors.vectors import Vectors

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Search", "matching_boxes"]

Row = NDArray[np.float32]
"""The vector of a question, [dimensions]."""
KEYWORD_WEIGHT = 0.15
"""Of keywords, against a cosine of 1; set on 33 questions about 12 reports (.1 to .2 do as well)."""
FEW_WORDS_WEIGHT = 0.8
"""The same, shared out among the words of a short query: of one word a vector knows little."""
SECOND_WEIGHT = 0.15
"""Of the second best passage of a page, against the best."""
FIGURES_WEIGHT = 0.2
"""Of the share of a page's words that are figures, against a cosine of 1, where a figure is asked for."""
NAMELESS_WEIGHT = 0.4
"""Of the question without the document's name, among the passages of the best document."""
DOCUMENT_BONUS = 0.1
PICTURE_WEIGHT = 1.0
PAGE_WEIGHT = 1.0
CANDIDATES = 100
RERANKED = 15
SHORT_PAGE = 200
"""Words up to which a page is given whole: no more than a passage."""


class Search:
    """Asks catalog and vectors.

    Args:
        catalog: has the words.
        vectors: gives the vectors as they are now.
        text, picture: the index's embedders.
        figure_intent: tells which questions ask for a figure.
        looks: gives what finds pages by their look; None where the index has no such vectors.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: Callable[[], Vectors],
        text: TextEmbedder,
        picture: PictureEmbedder | None,
        figure_intent: FigureIntent,
        looks: Callable[[], PageVectors | None] = lambda: None,
    ) -> None:
        self._catalog, self._vectors, self._looks = catalog, vectors, looks
        self._text, self._picture, self._figure_intent = text, picture, figure_intent

    def run(
        self,
        query: str,
        image: Image.Image | None,
        limit: int,
        filters: Filters | None,
        reranker: Reranker | None,
        control: Control,
        page_orderer: PageOrderer | None = None,
    ) -> list[Passage]:
        """The best pages, each by its best passage."""
        within = self._within(filters)
        wide = max(CANDIDATES, 5 * limit)
        found_by: dict[int, set[str]] = {}
        vector = self._text.embed_queries([query])[0] if query.strip() else None
        by_words = {}
        if vector is not None:
            by_words = self._by_words(query, vector, wide, within, found_by)
        control.check()
        by_look = self._by_look(query, image, wide, within, found_by)
        by_page_look = self._by_page_look(query, wide, within, found_by)
        scores = _joined(by_words, by_look, by_page_look)
        stored = {p.id: p for p in self._catalog.passages(scores)}
        kept = {key: score for key, score in scores.items() if key in stored}
        if vector is not None:
            kept = self._without_names(query, vector, kept, stored, wide, within, found_by)
            pages = {key: (stored[key].document_id, stored[key].page) for key in kept}
            kept = by_page(kept, pages, SECOND_WEIGHT)
            kept = self._by_figures(vector, kept, pages)
            documents = {key: stored[key].document_id for key in kept}
            kept = by_document(kept, documents, DOCUMENT_BONUS)
        ranked = sorted(kept, key=lambda key: (-kept[key], key))
        best = best_of_each(
            [stored[key] for key in ranked], lambda passage: (passage.document_id, passage.page)
        )
        control.check()
        most = 1 + DOCUMENT_BONUS + (_keyword_weight(query) if vector is not None else 0.0)
        values = [min(1.0, max(0.0, kept[passage.id] / most)) for passage in best]
        if reranker is not None and query.strip():
            best, values = _reread(query, best, values, reranker, found_by)
        control.check()
        if page_orderer is not None and query.strip():
            best, values = page_orderer.ordered(query, best, values)
        return [
            self._passage(passage, value, found_by)
            for passage, value in list(zip(best, values, strict=True))[:limit]
        ]

    def _within(self, filters: Filters | None) -> set[int] | None:
        """The documents to look into, None for all; BadInput names one that is not there."""
        if filters is None or filters == Filters():
            return None
        for name in filters.documents:
            if self._catalog.document(name) is None:
                raise BadInput(name, "is not in the index; `looktwice index list` names what is")
        return self._catalog.ids(filters)

    def _by_words(
        self,
        query: str,
        vector: Row,
        wide: int,
        within: Collection[int] | None,
        found_by: dict[int, set[str]],
    ) -> dict[int, float]:
        similar = dict(self._vectors().query("passages", vector, wide, within))
        keyword = dict(self._catalog.keyword(query, wide, within))
        for way, hits in (("text", similar), ("words", keyword)):
            for key in hits:
                found_by.setdefault(key, set()).add(way)
        # What only the keywords found has a cosine as well.
        similar = self._completed(similar, keyword, vector)
        return fuse(similar, keyword, _keyword_weight(query))

    def _completed(
        self, near: Mapping[int, float], keys: Iterable[int], vector: Row
    ) -> dict[int, float]:
        """Cosines of these passages too, beside those a search by meaning gave."""
        rows = self._vectors().get("passages", sorted(set(keys) - near.keys()))
        return {**near, **{key: float(np.dot(row, vector)) for key, row in rows.items()}}

    def _without_names(
        self,
        query: str,
        vector: Row,
        scores: dict[int, float],
        stored: dict[int, StoredPassage],
        wide: int,
        within: Collection[int] | None,
        found_by: dict[int, set[str]],
    ) -> dict[int, float]:
        """The best document's passages ranked anew, by the question without the document's name too.

        What they gain or lose against other documents is undone. New ones are added to `stored`.
        """
        top = best_group(scores, {key: stored[key].document_id for key in scores})
        own = {key for key in scores if stored[key].document_id == top}
        nameless = without_names(query, {stored[key].document for key in own})
        if top is None or nameless == query:
            return scores
        other = self._text.embed_queries([nameless])[0]
        both = unit((1 - NAMELESS_WEIGHT) * vector + NAMELESS_WEIGHT * other)
        # Not asked within the document: that takes Chroma longer than a search of everything.
        near = dict(self._vectors().query("passages", both, wide, within))
        keyword = dict(self._catalog.keyword(nameless, wide, {top}))
        near = self._completed(near, own | keyword.keys(), both)
        near = fuse(near, keyword, _keyword_weight(nameless))
        stored |= {p.id: p for p in self._catalog.passages(near.keys() - stored.keys())}
        again = {k: s for k, s in near.items() if k in stored and stored[k].document_id == top}
        if not again:
            return scores
        for key in again:
            found_by.setdefault(key, set()).add("words" if key in keyword else "text")
        level = max(scores[key] for key in own) - max(again.values())
        rest = {key: score for key, score in scores.items() if key not in own}
        return rest | {key: score + level for key, score in again.items()}

    def _by_figures(
        self, question: Row, scores: Mapping[int, float], page_of: Mapping[int, tuple[int, int]]
    ) -> dict[int, float]:
        """Pages of figures lifted, as far as one is asked for."""
        weight = FIGURES_WEIGHT * self._figure_intent.for_figures(question)
        if not weight:
            return dict(scores)
        texts = self._catalog.page_texts(page_of[key] for key in scores)
        share = {page: share_of_figures(text) for page, text in texts.items()}
        return {k: score + weight * share.get(page_of[k], 0.0) for k, score in scores.items()}

    def _by_look(
        self,
        query: str,
        image: Image.Image | None,
        wide: int,
        within: Collection[int] | None,
        found_by: dict[int, set[str]],
    ) -> list[tuple[int, float]]:
        if self._picture is None:
            return []
        if image is not None:
            vector = self._picture.embed([image])[0]
            if query.strip() and self._picture.words:  # like this, but as the words say
                vector = unit(vector + self._picture.embed_words([query])[0])
        elif self._picture.words:
            vector = self._picture.embed_words([query])[0]
        else:
            return []
        hits = self._vectors().query("pictures", vector, wide, within)
        for key, _ in hits:
            found_by.setdefault(key, set()).add("picture")
        return hits

    def _by_page_look(
        self,
        query: str,
        wide: int,
        within: Collection[int] | None,
        found_by: dict[int, set[str]],
    ) -> list[tuple[int, float]]:
        looks = self._looks()
        if looks is None or not query.strip():
            return []
        hits = looks.nearest(query, wide, within)
        for key, _ in hits:
            found_by.setdefault(key, set()).add("page")
        return hits

    def _passage(
        self, stored: StoredPassage, score: float, found_by: dict[int, set[str]]
    ) -> Passage:
        page = self._catalog.page(stored.document_id, stored.page)
        start, end, text = stored.start, stored.end, stored.text
        if page is not None and count_words(page.text) <= SHORT_PAGE:
            # What stands beside it may hold the answer, as the words in a picture of something.
            start, end, text = 0, len(page.text), page.text
        return Passage(
            document=stored.document,
            page=stored.page,
            text=text,
            heading=tuple(filter(None, stored.heading)),
            boxes=page.boxes_of(start, end) if page is not None else (),
            tables=between(page.tables, page.text, start, end) if page is not None else (),
            score=score,
            found_by=tuple(sorted(found_by[stored.id])),
            id=stored.id,
        )


def _keyword_weight(query: str) -> float:
    return max(KEYWORD_WEIGHT, FEW_WORDS_WEIGHT / max(1, len(query_terms(query))))


def _joined(
    by_words: Mapping[int, float],
    by_look: list[tuple[int, float]],
    by_page_look: list[tuple[int, float]],
) -> dict[int, float]:
    """One way alone keeps its scores; several whose scores cannot be compared are joined by rank."""
    words = sorted(by_words.items(), key=lambda hit: -hit[1])
    ways = [(words, 1.0), (by_look, PICTURE_WEIGHT), (by_page_look, PAGE_WEIGHT)]
    used = [(hits, weight) for hits, weight in ways if hits]
    if len(used) == 1:
        return dict(used[0][0])
    return rank_fusion([([key for key, _ in hits], weight) for hits, weight in used])


def _reread(
    query: str,
    best: list[StoredPassage],
    values: list[float],
    reranker: Reranker,
    found_by: dict[int, set[str]],
) -> tuple[list[StoredPassage], list[float]]:
    """The first few in the order of both rankings; what was not read again follows."""
    few = best[:RERANKED]
    opinions = reranker.score(query, [f"{p.document}\n{p.text}" for p in few])
    both = reranked(values[: len(few)], opinions, reranker.weight)
    joined = [min(1.0, max(0.0, value)) for value in both]
    order = sorted(range(len(few)), key=lambda at: -both[at])
    for passage in few:
        found_by[passage.id].add("reranker")
    floor = min(joined, default=0.0)
    rest = [min(value, floor) for value in values[len(few) :]]
    return [few[at] for at in order] + best[len(few) :], [joined[at] for at in order] + rest


def matching_boxes(page: Page, query: str) -> tuple[Box, ...]:
    """Where the words of a query stand on a page, in any of their forms."""
    spans = matching_spans(page.text, query)
    return tuple(box for start, end in spans for box in page.boxes_of(start, end))


def matching_spans(text: str, query: str) -> list[tuple[int, int]]:
    """Start and end of the words of a query in a text, in any of their forms."""
    highlighter = Highlighter(query)
    try:
        return highlighter.spans(text)
    finally:
        highlighter.close()
