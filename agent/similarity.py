"""Which of some texts a question is most like: by meaning, or by words where no embedder is installed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ..retrieval.embeddings.text import Embedder, Vectors
from .example_vectors import kept_vectors
from .text.facts import words


class Similarity(Protocol):
    """Tells how like a question each of the known texts is."""

    def to(self, question: str) -> Sequence[float]:
        """A cosine for each text, -1..1, in their order."""
        ...


class ByMeaning:
    """Compares vectors of an embedder.

    Args:
        embedder: for the texts and the question.
        texts: what questions are compared with.
        cache: folder that keeps the vectors of the texts; None keeps nothing.
    """

    def __init__(self, embedder: Embedder, texts: Sequence[str], cache: Path | None = None) -> None:
        self._embedder, self._texts, self._cache = embedder, texts, cache
        self._vectors: Vectors | None = None

    def to(self, question: str) -> Sequence[float]:
        if self._vectors is None:
            self._vectors = kept_vectors(self._texts, self._embedder, self._cache, "plan")
        scores: list[float] = (self._vectors @ self._embedder.embed([question])[0]).tolist()
        return scores


class ByWords:
    """Compares words, rare ones of the texts more than common ones (cosine of tf-idf)."""

    def __init__(self, texts: Sequence[str]) -> None:
        counted = [Counter(words(text)) for text in texts]
        known = Counter(word for each in counted for word in each)
        self._rarity = {word: math.log(1 + len(texts) / count) for word, count in known.items()}
        self._new = math.log(1 + len(texts))
        self._texts = [self._weighed(each) for each in counted]

    def to(self, question: str) -> Sequence[float]:
        asked = self._weighed(Counter(words(question)))
        return [
            sum(weight * text[word] for word, weight in asked.items() if word in text)
            for text in self._texts
        ]

    def _weighed(self, counts: Counter[str]) -> dict[str, float]:
        """The words of a text as a vector of length one."""
        weights = {word: n * self._rarity.get(word, self._new) for word, n in counts.items()}
        length = math.hypot(*weights.values()) or 1.0
        return {word: weight / length for word, weight in weights.items()}
