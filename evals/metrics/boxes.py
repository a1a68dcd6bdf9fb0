"""Boxes that were found against boxes that are there."""

from __future__ import annotations

from collections.abc import Sequence

from ...schema import Box, Detection

Found = tuple[Sequence[Detection], Sequence[Box]]
"""What was found in one picture, and what is there."""


COCO = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


def average_precision(pictures: Sequence[Found], iou: float = 0.5) -> float | None:
    """Area under the interpolated precision-recall curve of one class (PASCAL VOC 2010, all points).

    Detections of all pictures are taken by falling score; each true box can be found once.
    None where nothing is to be found.
    """
    total = sum(len(truths) for _, truths in pictures)
    if not total:
        return None
    ranked = sorted(
        ((d, at) for at, (found, _) in enumerate(pictures) for d in found),
        key=lambda item: -item[0].score,
    )
    taken: set[tuple[int, int]] = set()
    hits, points = 0, []
    for count, (detection, at) in enumerate(ranked, start=1):
        overlaps = [(detection.box.iou(truth), n) for n, truth in enumerate(pictures[at][1])]
        overlap, best = max(overlaps, default=(0.0, -1))
        if overlap >= iou and (at, best) not in taken:
            taken.add((at, best))
            hits += 1
        points.append((hits / total, hits / count))
    return _area(points)


def _area(points: Sequence[tuple[float, float]]) -> float:
    """Under recall-precision points, precision made to fall only."""
    area, recall = 0.0, 0.0
    for at, (reached, _) in enumerate(points):
        if reached > recall:
            area += (reached - recall) * max(precision for _, precision in points[at:])
            recall = reached
    return area


def mean_average_precision(
    pictures: Sequence[Found],
    thresholds: Sequence[float] = COCO,
) -> float | None:
    """The mean of `average_precision` over COCO's thresholds .50 to .95 (or those given)."""
    values = [average_precision(pictures, iou) for iou in thresholds]
    known = [v for v in values if v is not None]
    return sum(known) / len(known) if known else None


def covers(box: Box, truth: Box) -> bool:
    """Whether one lies in the other by at least half of the smaller: a pointer at the right place."""
    smaller = min(box.area, truth.area)
    return smaller > 0 and box.intersection(truth) / smaller >= 0.5
