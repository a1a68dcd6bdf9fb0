"""The sentences that say most of what the others say (LexRank, Erkan and Radev 2004)."""

from __future__ import annotations

from collections.abc import Sequence

from ..text.facts import content_words
from ..text.rarity import rarity

_DAMPING = 0.85
_ROUNDS = 30
_MOST = 1_500
"""Texts that are compared with one another; of more, that many spread evenly."""


def central(texts: Sequence[str]) -> list[int]:
    """Places of the texts, the most central first.

    The stationary distribution of a walk from text to text, by the cosine of their words' tf-idf.
    """
    if len(texts) < 2:
        return list(range(len(texts)))
    step = max(1, -(-len(texts) // _MOST))
    at = list(range(0, len(texts), step))
    scores = _walk([content_words(texts[n]) for n in at])
    return [at[n] for n in sorted(range(len(at)), key=lambda n: -scores[n])]


def _walk(words: Sequence[set[str]]) -> list[float]:
    import numpy as np

    known = {word: n for n, word in enumerate(sorted(set().union(*words)))}
    weights = rarity(known, words)
    rows = np.zeros((len(words), len(known)), dtype=np.float32)
    for row, said in zip(rows, words, strict=True):
        for word in said:
            row[known[word]] = weights[word]
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    alike = rows @ rows.T
    np.fill_diagonal(alike, 0.0)  # what is like nothing else keeps no weight of its own
    alike /= np.maximum(alike.sum(axis=1, keepdims=True), 1e-6)
    ranks = np.full(len(words), 1 / len(words))
    for _ in range(_ROUNDS):
        ranks = (1 - _DAMPING) / len(words) + _DAMPING * (alike.T @ ranks)
    scores: list[float] = ranks.tolist()
    return scores


def chosen(texts: Sequence[str], characters: int, lead: int = 0) -> list[int]:
    """Places of the texts to be read, in their order: the first ones and the most central.

    Args:
        characters: of all of them together; one at least is always chosen.
        lead: how many of the first come before the central ones.
    """
    left, taken = characters, set[int]()
    for n in [*range(min(lead, len(texts))), *central(texts)]:
        if n not in taken and (len(texts[n]) <= left or not taken):
            taken.add(n)
            left -= len(texts[n])
    return sorted(taken)
