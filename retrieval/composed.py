"""Pictures like one picture, but as words say (composed retrieval): likeness and words put together."""

from __future__ import annotations

from collections.abc import Sequence

from ..schema import Passage
from .ranking.fusion import rank_fusion

__all__ = ["composed"]

_ALIKE = 0.8
"""Weight of likeness beside the words, which are what was asked for."""


def composed(alike: Sequence[Passage], said: Sequence[Passage]) -> list[Passage]:
    """What looks alike, that of which the words are true first.

    Args:
        alike: pictures by likeness, best first.
        said: pages on which the words were seen or read, best first; what led to those is kept.
    """
    by_page = {(hit.document, hit.page): hit for hit in alike}
    words = {p: hit.found_by for hit in said if (p := (hit.document, hit.page)) in by_page}
    scores = rank_fusion([(list(by_page), _ALIKE), (list(words), 1.0)])
    ranked = sorted(by_page, key=lambda place: -scores[place])
    return [
        by_page[place].model_copy(
            update={
                "score": scores[place],
                "found_by": (*by_page[place].found_by, *words.get(place, ())),
            }
        )
        for place in ranked
    ]
