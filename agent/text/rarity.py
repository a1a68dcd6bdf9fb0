"""Rare words tell more than common ones."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence


def rarity(words: Collection[str], texts: Sequence[Collection[str]]) -> dict[str, float]:
    """What each word weighs: more, the fewer of the texts hold it (inverse document frequency).

    Args:
        texts: the words of each text, each once.
    """
    known = Counter(word for text in texts for word in text)
    return {word: math.log(1 + len(texts) / (1 + known[word])) for word in words}
