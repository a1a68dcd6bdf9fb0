"""Ranked results against the relevant ones."""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Sequence


def recall_at(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """Share of the relevant ones among the first k."""
    return len(set(ranked[:k]) & set(relevant)) / len(set(relevant)) if relevant else 0.0


def ndcg_at(ranked: Sequence[Hashable], relevant: Collection[Hashable], k: int) -> float:
    """Normalised discounted cumulative gain with gains of 0 and 1 (Järvelin and Kekäläinen 2002)."""
    wanted = set(relevant)
    seen: set[Hashable] = set()
    gain = 0.0
    for rank, item in enumerate(ranked[:k]):
        if item in wanted and item not in seen:
            gain += 1 / math.log2(rank + 2)
            seen.add(item)
    best = sum(1 / math.log2(rank + 2) for rank in range(min(k, len(wanted))))
    return gain / best if best else 0.0


def precision_recall(
    given: Sequence[Hashable], right: Collection[Hashable]
) -> tuple[float | None, float]:
    """Share of the given ones that are right (None when none are given), share of the right ones given."""
    wanted = set(right)
    precision = sum(item in wanted for item in given) / len(given) if given else None
    return precision, (len(wanted & set(given)) / len(wanted) if wanted else 0.0)
