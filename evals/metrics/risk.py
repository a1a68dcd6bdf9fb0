"""Answering, declining and being wrong: selective prediction."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]


def risk_coverage(
    confidences: Sequence[float], wrong: Sequence[float], asked: int | None = None
) -> list[Point]:
    """The risk-coverage curve (El-Yaniv and Wiener 2010): answers taken by falling confidence.

    Args:
        confidences: of the answers given.
        wrong: 1 (or a share) where the answer is wrong.
        asked: all questions, the declined ones too; by default those answered.

    Returns:
        (coverage, mean risk of what is covered), one point for each confidence that occurs; answers
        of equal confidence are covered together.
    """
    total = len(confidences) if asked is None else asked
    ranked = sorted(zip(confidences, wrong, strict=True), key=lambda pair: -pair[0])
    points, risk = [], 0.0
    for count, (confidence, fault) in enumerate(ranked, start=1):
        risk += fault
        if count == len(ranked) or ranked[count][0] != confidence:
            points.append((count / total, risk / count))
    return points


def aurc(confidences: Sequence[float], wrong: Sequence[float]) -> float | None:
    """Area under the risk-coverage curve (Geifman et al. 2019): the mean risk over all coverages.

    Answers of equal confidence count with the mean of their group, so that order does not matter.
    None without answers; lower is better.
    """
    if not confidences:
        return None
    total, begin, risk, area = len(confidences), 0, 0.0, 0.0
    for coverage, mean in risk_coverage(confidences, wrong):
        end = round(coverage * total)
        step = (mean * end - risk) / (end - begin)
        area += sum((risk + step * n) / (begin + n) for n in range(1, end - begin + 1))
        begin, risk = end, mean * end
    return area / total
