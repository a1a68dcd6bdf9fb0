"""Whether a confidence of .8 is right eight times in ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


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
