"""How sure a mean or a paired difference is: the percentile bootstrap (Efron 1979)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

RESAMPLES = 5_000


class Interval(NamedTuple):
    """An estimate and its 95 % interval."""

    mean: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def mean_interval(
    values: Sequence[float], groups: Sequence[str] | None = None, seed: int = 0
) -> Interval:
    """The mean of the values with a 95 % interval; the same seed gives the same interval.

    Args:
        values: one a task; differences of two runs for a paired comparison.
        groups: tasks of the same group (one conversation, one picture) are drawn together, since
            they are not independent.
        seed: of the resampling.

    Raises:
        ValueError: there are no values.
    """
    import numpy as np

    if not values:
        raise ValueError("expected one or more values")
    names = list(groups) if groups is not None else [str(n) for n in range(len(values))]
    order = {name: at for at, name in enumerate(dict.fromkeys(names))}
    sums, counts = np.zeros(len(order)), np.zeros(len(order))
    for name, value in zip(names, values, strict=True):
        sums[order[name]] += value
        counts[order[name]] += 1
    drawn = np.random.default_rng(seed).integers(0, len(order), (RESAMPLES, len(order)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float(np.mean(values)), float(low), float(high))
