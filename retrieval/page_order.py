"""The first few pages of a search put in the order that a look at them suggests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..errors import BadInput
from .catalog.rows import StoredPassage
from .ranking.fusion import reranked
from .ranking.page_rerank import PageReranker

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["PageOrderer"]

_FEW = 8
"""Pages looked at: each takes a model that sees a moment."""


class PageOrderer:
    """Reads question and pages together, as pictures.

    Args:
        reranker: does so.
        draw: gives the picture of a document's page; BadInput where there is none.
    """

    def __init__(self, reranker: PageReranker, draw: Callable[[str, int], Image.Image]) -> None:
        self._reranker, self._draw = reranker, draw

    def ordered(
        self, query: str, best: list[StoredPassage], values: list[float]
    ) -> tuple[list[StoredPassage], list[float]]:
        """The same passages and scores, the first few in a better order.

        Pages without a look keep their place among those that were not looked at.
        """
        seen, pictures = list[int](), list["Image.Image"]()
        for at, passage in enumerate(best[:_FEW]):
            try:
                pictures.append(self._draw(passage.document, passage.page))
                seen.append(at)
            except BadInput:
                continue
        if len(seen) < 2:
            return best, values
        opinions = self._reranker.score(query, pictures)
        both = reranked([values[at] for at in seen], opinions, self._reranker.weight)
        ranked = sorted(zip(both, seen, strict=True), key=lambda pair: (-pair[0], pair[1]))
        passages, scores = list(best), list(values)
        for place, (score, at) in zip(seen, ranked, strict=True):
            passages[place], scores[place] = best[at], min(1.0, max(0.0, score))
        for place in range(1, len(scores)):  # what follows is no better
            scores[place] = min(scores[place - 1 : place + 1])
        return passages, scores
