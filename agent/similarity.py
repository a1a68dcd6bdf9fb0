"""Which of some texts a question is most like: by meaning, or by words where no embedder is installed."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from ..retrieval.embeddings.text import Embedder, Vectors
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
            self._vectors = self._load()
        scores: list[float] = (self._vectors @ self._embedder.embed([question])[0]).tolist()
        return scores

    def _load(self) -> Vectors:
        if self._cache is None:
            return self._embedder.embed(self._texts)
        import numpy as np

        # Another embedder gives other vectors, and is known by what it makes of one word.
        probe = np.round(self._embedder.embed(["looktwice"])[0], 2).tobytes()
        key = hashlib.sha256("\n".join(self._texts).encode() + probe).hexdigest()[:16]
        path = self._cache / f"plan-{key}.npy"
        try:
            vectors: Vectors = np.load(path, allow_pickle=False)
            if vectors.shape[0] == len(self._texts):
                return vectors
        except Exception:
            pass  # not there yet, or damaged (numpy raises many things): made again below
        vectors = self._embedder.embed(self._texts)
        with suppress(OSError):  # a folder that cannot be written only costs time at the next start
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{id(vectors)}.tmp")
            with partial.open("wb") as file:
                np.save(file, vectors, allow_pickle=False)
            partial.replace(path)
        return vectors


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
