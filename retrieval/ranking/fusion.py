"""Joining what several ways of searching found, and putting the joined list in a better order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np

__all__ = [
    "Reranker",
    "best_group",
    "best_of_each",
    "by_document",
    "by_page",
    "fuse",
    "rank_fusion",
    "reranked",
]

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")

RANK_CONSTANT = 60
"""Of reciprocal rank fusion (Cormack, Clarke and Buettcher 2009)."""
_NO_SPREAD = 1e-9
TOP_PASSAGES = 3
"""Passages by which a document as a whole is judged."""


class Reranker(Protocol):
    """Anything that reads a question and a passage together and says how well they fit."""

    @property
    def name(self) -> str: ...

    @property
    def weight(self) -> float:
        """How much its opinion counts, 0..1; the first ranking counts what is left."""
        ...

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """How probable it is that each passage answers the query, 0..1, in the order given."""
        ...


def rank_fusion(rankings: Sequence[tuple[Sequence[Key], float]]) -> dict[Key, float]:
    """Weighted reciprocal rank fusion; for ways of searching whose scores cannot be compared.

    Args:
        rankings: keys best first, each list with its weight.

    Returns:
        A score for each key, 1.0 at most: first in every list.
    """
    scores: dict[Key, float] = {}
    for keys, weight in rankings:
        for rank, key in enumerate(keys, 1):
            scores[key] = scores.get(key, 0.0) + weight / (RANK_CONSTANT + rank)
    most = sum(weight for _, weight in rankings) / (RANK_CONSTANT + 1)
    return {key: score / most for key, score in scores.items()} if most else scores


def fuse(
    similar: Mapping[Key, float], keyword: Mapping[Key, float], weight: float
) -> dict[Key, float]:
    """Similarity plus the weighted keyword score (convex fusion, Bruch et al. 2023).

    Both are on scales of their own that do not depend on what else was found: ranks, or shares of the
    best hit, would make much of the best of many poor ones.

    Args:
        similar: cosines; have to be known of every key that matters.
        keyword: how much of the query's words each holds, 0..1.
        weight: of the keyword score; a cosine weighs 1.
    """
    keys = similar.keys() | keyword.keys()
    return {key: max(0.0, similar.get(key, 0.0)) + weight * keyword.get(key, 0.0) for key in keys}


def by_page(
    scores: Mapping[Key, float], page_of: Mapping[Key, Hashable], weight: float
) -> dict[Key, float]:
    """The best passage of each page, judged together with the page's second best.

    What a page is about stands in more than one of its passages; a chance likeness does not. A page
    of which one passage was found is judged by that.

    Args:
        weight: of the second best; the best weighs 1.
    """
    best: dict[Hashable, list[Key]] = {}
    for key in sorted(scores, key=lambda key: -scores[key]):
        best.setdefault(page_of[key], []).append(key)
    return {
        keys[0]: (scores[keys[0]] + weight * scores[keys[:2][-1]]) / (1 + weight)
        for keys in best.values()
    }


def by_document(
    scores: Mapping[Key, float], document_of: Mapping[Key, int], bonus: float
) -> dict[Key, float]:
    """First the document, then the passage in it (after Wiki-LLaVA and UDKAG).

    Those of the best document gain `bonus`.
    """
    top = best_group(scores, document_of)
    return {k: s + bonus * (document_of[k] == top) for k, s in scores.items()}


def best_group(scores: Mapping[Key, float], group_of: Mapping[Key, int]) -> int | None:
    """The group whose few best members are best on average; None where there are none."""
    best: dict[int, list[float]] = {}
    for key, score in scores.items():
        best.setdefault(group_of[key], []).append(score)
    worth = {
        group: sum(sorted(found, reverse=True)[:TOP_PASSAGES]) / TOP_PASSAGES
        for group, found in best.items()
    }
    return max(worth, key=worth.__getitem__, default=None)


def best_of_each(items: Sequence[Item], group: Callable[[Item], Hashable]) -> list[Item]:
    """The first of each group, in order: one hit a page, so that others find room."""
    seen: set[Hashable] = set()
    kept = []
    for item in items:
        if (key := group(item)) not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def reranked(scores: Sequence[float], opinions: Sequence[float], weight: float) -> list[float]:
    """A first ranking's scores and a reranker's, brought to the mean and spread of the first's."""
    if not scores:
        return []
    first, second = np.asarray(scores, float), np.asarray(opinions, float)
    spread = float(second.std())
    alike = (second - second.mean()) / spread if spread > _NO_SPREAD else np.zeros(len(second))
    joined = (1 - weight) * first + weight * (first.mean() + first.std() * alike)
    return [float(value) for value in joined]
