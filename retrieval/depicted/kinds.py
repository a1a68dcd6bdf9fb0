"""What somebody calls a thing, and the names that a detector has for it: by words, else by meaning.

A name fits that is nearer to the words than nearly all pairs of different names are to each other. So the
line is drawn by the detector's own names in the space of the embedder at hand, whichever those are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..catalog.keywords import Stemmer
from ..embeddings.runtime import Once, Vectors
from ..embeddings.text import TextEmbedder
from ..text.terms import query_terms

__all__ = ["KindNames"]

_PROMPT = "a photo of {}"
"""Radford et al., "Learning Transferable Visual Models" (CLIP), 2021: a bare word may mean much else."""
_NEAR = 0.999
"""Share of the pairs of different names that are less alike than a name and the words it fits: of 41
words for other things none was then taken for one of COCO's 80, of 41 other words for those 34 were."""
_AS_GOOD = 0.08
"""Cosine by which further names may be less alike than the nearest: "vehicles" are cars and trucks."""
_FEWEST = 20
"""Names from which their likeness says something."""


class KindNames:
    """The names of the things that a detector finds; safe for threads.

    Args:
        names: of the detector.
        embedder: compares words by meaning.
    """

    def __init__(self, names: Sequence[str], embedder: TextEmbedder) -> None:
        self.names = tuple(names)
        self._embedder = embedder
        self._rows = Once[Vectors](lambda: self._embedded(self.names))
        self._line = Once[float](lambda: _line(self._rows()))

    def fitting(self, thing: str) -> tuple[str, ...]:
        """The names that mean a thing, the nearest first; none where the detector knows no such thing."""
        wanted, *own = _stems([thing, *self.names])
        same = [name for name, stems in zip(self.names, own, strict=True) if stems == wanted]
        if same or not wanted or len(self.names) < _FEWEST:
            return tuple(same)
        near = self._rows() @ self._embedded([thing])[0]
        least = max(self._line(), float(near.max()) - _AS_GOOD)
        return tuple(self.names[at] for at in np.argsort(-near) if near[at] > least)

    def _embedded(self, words: Sequence[str]) -> Vectors:
        return self._embedder.embed([_PROMPT.format(word) for word in words])


def _line(rows: Vectors) -> float:
    """How alike words and a name have to be, as a cosine."""
    pairs = (rows @ rows.T)[np.triu_indices(len(rows), 1)]
    return float(np.quantile(pairs, _NEAR))


def _stems(words: Sequence[str]) -> list[str]:
    """The stems of each phrase, as the keyword index makes them; "pottedplant" is two words, too."""
    stemmer = Stemmer()
    try:
        terms = [query_terms(word) for word in words]
        known = stemmer.stems(sorted({term for part in terms for term in part}))
    finally:
        stemmer.close()
    return ["".join(stem for term in part for stem in known.get(term, ())) for part in terms]
