"""Searching a large picture piece by piece, and joining what the pieces show.

After SAHI (slicing aided inference), with one difference: the pass over the whole picture decides
about everything that is large in it, the tiles only add what is small. So an object that a tile
shows in part is never counted twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

Corners = tuple[float, float, float, float]

_LARGE = 2.0  # long side over model input from which tiles are worth their time
_MOST = 4  # tiles along one side
_OVERLAP = 0.25  # of a tile
_SMALL = 0.2  # of the picture's long side: what tiles may add
_MARGIN_OF_DOUBT = (
    0.5  # of the way from the usual least score to 1: many tiles, many chances to err
)
_SAME_IOU = 0.45
_SAME_PART = 0.7  # share of the smaller box inside the other


class TileDetection(NamedTuple):
    """One detection in the whole picture's own pixels."""

    label: str
    score: float
    xyxy: Corners


def tiles(width: int, height: int, side: int) -> list[tuple[int, int, int, int]]:
    """Overlapping tiles (left, top, right, bottom) that cover a picture.

    Args:
        width: the picture's, in pixels.
        height: the picture's, in pixels.
        side: the detector's input, in pixels.

    Returns:
        Nothing for a picture that is not much larger than the detector's input.
    """
    if max(width, height) <= _LARGE * side:
        return []
    return pieces(width, height, 2 * side / (2 - _OVERLAP))


def pieces(width: int, height: int, length: float) -> list[tuple[int, int, int, int]]:
    """Overlapping pieces (left, top, right, bottom) of about this side, or larger if they are many."""
    length = max(max(width, height) / _MOST, length)
    return [
        (left, top, right, bottom)
        for (top, bottom), (left, right) in product(_spans(height, length), _spans(width, length))
    ]


def _spans(total: int, length: float) -> list[tuple[int, int]]:
    """Equal pieces of about `length`, each reaching a part of itself into the next."""
    count = max(1, min(_MOST, round(total / length + 0.25)))
    piece = total / (count - (count - 1) * _OVERLAP)
    starts = [i * piece * (1 - _OVERLAP) for i in range(count)]
    return [(int(start), min(total, round(start + piece))) for start in starts]


def merge(
    whole: Sequence[TileDetection],
    parts: Sequence[Sequence[TileDetection]],
    size: tuple[int, int],
    side: int,
    least: float,
) -> list[TileDetection]:
    """The pass over the whole picture, and what is small and new in the tiles.

    Args:
        whole: found in the whole picture.
        parts: found in each tile, in the whole picture's pixels.
        size: the whole picture's width and height.
        side: the detector's input, in pixels.
        least: the score that was asked of the whole picture; more is asked of the tiles.
    """
    sure = least + _MARGIN_OF_DOUBT * (1 - least)
    kept = list(whole)
    borders = tiles(*size, side)
    small = _SMALL * max(size)
    candidates = [
        found
        for tile, part in zip(borders, parts, strict=True)
        for found in part
        if found.score >= sure
        and max(_sides(found.xyxy)) <= small
        and not _cut(found.xyxy, tile, size)
    ]
    for found in sorted(candidates, key=lambda item: -item.score):
        if not any(_same(found, other) for other in kept):
            kept.append(found)
    return kept


def _sides(box: Corners) -> tuple[float, float]:
    return box[2] - box[0], box[3] - box[1]


def _cut(box: Corners, tile: tuple[int, int, int, int], size: tuple[int, int]) -> bool:
    """Whether the box ends at a border of the tile that is inside the picture."""
    near = 0.01 * max(tile[2] - tile[0], tile[3] - tile[1])
    ends = (0, 0, size[0], size[1])
    return any(
        abs(at - border) < near and border != end
        for at, border, end in zip(box, tile, ends, strict=True)
    )


def _same(a: TileDetection, b: TileDetection) -> bool:
    """Two detections of one label that show the same object, or one a part of it."""
    if a.label != b.label:
        return False
    width = min(a.xyxy[2], b.xyxy[2]) - max(a.xyxy[0], b.xyxy[0])
    height = min(a.xyxy[3], b.xyxy[3]) - max(a.xyxy[1], b.xyxy[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = [w * h for w, h in (_sides(a.xyxy), _sides(b.xyxy))]
    return shared > _SAME_IOU * (sum(areas) - shared) or shared > _SAME_PART * min(areas)
