"""Whether a confidence of .8 is right eight times in ten."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ...agent.calibration import tempered

BINS = 10
FEWEST = 30
"""Answers that a temperature is fitted to."""
_COLDEST, _HOTTEST, _STEPS = -1.5, 1.5, 40  # powers of ten, and how often they are halved
_LEAST = 1e-6


@dataclass(frozen=True)
class ReliabilityBin:
    """Answers whose confidence lies between two bounds.

    Attributes:
        low, high: the bounds; the upper one is of the next bin, but for the last.
        count: answers in it; bins without any are left out.
        confidence, right: their means, 0..1.
    """

    low: float
    high: float
    count: int
    confidence: float
    right: float


def reliability(
    confidences: Sequence[float], right: Sequence[float], bins: int = BINS
) -> list[ReliabilityBin]:
    """The reliability diagram (DeGroot and Fienberg 1983) in bins of equal width.

    Args:
        confidences: of the answers given, 0..1.
        right: 1 (or a share) where the answer is right.
    """
    groups: dict[int, list[tuple[float, float]]] = {}
    for confidence, share in zip(confidences, right, strict=True):
        groups.setdefault(min(bins - 1, int(confidence * bins)), []).append((confidence, share))
    return [
        ReliabilityBin(
            low=at / bins,
            high=(at + 1) / bins,
            count=len(group),
            confidence=sum(c for c, _ in group) / len(group),
            right=sum(r for _, r in group) / len(group),
        )
        for at, group in sorted(groups.items())
    ]


def expected_calibration_error(found: Sequence[ReliabilityBin]) -> float | None:
    """The mean distance of confidence from being right, bins weighted by their answers (Naeini 2015).

    None without answers; lower is better.
    """
    total = sum(one.count for one in found)
    if not total:
        return None
    return sum(one.count * abs(one.confidence - one.right) for one in found) / total


def fitted_temperature(confidences: Sequence[float], right: Sequence[float]) -> float | None:
    """The temperature under which the answers are likeliest, by golden section (Guo et al. 2017).

    None for fewer than `FEWEST` answers, or where all or none are right: nothing can be fitted to them.
    """
    if len(right) < FEWEST or len({share >= 0.5 for share in right}) < 2:
        return None
    pairs = list(zip(confidences, right, strict=True))
    ratio = (math.sqrt(5) - 1) / 2
    low, high = _COLDEST, _HOTTEST
    for _ in range(_STEPS):
        one, other = high - ratio * (high - low), low + ratio * (high - low)
        if _loss(pairs, 10**one) < _loss(pairs, 10**other):
            high = other
        else:
            low = one
    return round(float(10 ** ((low + high) / 2)), 2)


def _loss(pairs: Sequence[tuple[float, float]], temperature: float) -> float:
    """The negative log-likelihood of answers being right as often as they are sure."""

    def of_one(confidence: float, share: float) -> float:
        sure = min(max(tempered(confidence, temperature), _LEAST), 1 - _LEAST)
        return -share * math.log(sure) - (1 - share) * math.log(1 - sure)

    return sum(of_one(confidence, share) for confidence, share in pairs)
