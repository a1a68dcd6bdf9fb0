"""Parts of pictures worth a closer look: where they come from, how they are split and told apart.

Geometry only; every box is in the frame of the picture's original.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...schema import Box, Detection, Picture, TextLine
from ..places import whole

OVERLAP = 0.2
"""How far the parts of a split reach into each other, as a share of the side that was split."""

_LONG = 2.0  # a picture this much longer than wide is split along its length only
_WINDOWS = (0.2, 0.32, 0.5)  # sides of windows laid on a heat map, as shares of the picture's
_STEPS = 24  # places a window is tried at, along each side
_MARGIN = 0.25  # kept around what a detector or a reader found
_COMMON = frozenset("a an and are at by does for from how in is it of on or the there this to "
                    "was were what when where which who with".split())  # fmt: skip


@dataclass(frozen=True)
class Region:
    """A part of a picture, what it was called, and how sure it is that it is wanted, 0..1."""

    name: str
    box: Box
    score: float = 1.0


@dataclass(frozen=True, eq=False)
class HeatMap:
    """How much attention each cell of a grid over a picture drew.

    Attributes:
        box: what the grid covers (not all of the picture where a processor cuts its borders off).
        cells: array `[rows, columns]`, not negative, summing to 1.
    """

    box: Box
    cells: Any

    def mass(self, box: Box) -> float:
        """The share of the attention that lies in a box, cells cut by its border in part."""
        rows, columns = self.cells.shape
        high = _shares(self.box.y1, self.box.y2, rows, box.y1, box.y2)
        wide = _shares(self.box.x1, self.box.x2, columns, box.x1, box.x2)
        return float(high @ self.cells @ wide)

    def windows(self, sizes: Sequence[float] = _WINDOWS) -> list[Region]:
        """For each size the window that holds most, densest first; scores are its mass.

        Several scales, since what is looked for may be of any (after Mini-Monkey and "MLLMs Know
        Where to Look").
        """
        found = [self._window(size) for size in sizes]
        return sorted(found, key=lambda r: -r.score / r.box.area)

    def _window(self, size: float) -> Region:
        wide, high = self.box.width * size, self.box.height * size
        places = (
            Box(x1=x, y1=y, x2=x + wide, y2=y + high, frame=self.box.frame)
            for y in _starts(self.box.y1, self.box.height - high)
            for x in _starts(self.box.x1, self.box.width - wide)
        )
        best = max(places, key=self.mass)
        return Region("where the model looked", best, min(1.0, self.mass(best)))


def _shares(start: float, end: float, count: int, low: float, high: float) -> Any:
    """For each of `count` equal cells from start to end, how much of it lies between low and high."""
    import numpy as np

    edges = np.linspace(start, end, count + 1)
    inside = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
    return np.clip(inside / (edges[1:] - edges[:-1]), 0.0, 1.0)


def _starts(start: float, room: float) -> list[float]:
    return [start + room * n / _STEPS for n in range(_STEPS + 1)]


def split(region: Region, overlap: float = OVERLAP) -> list[Region]:
    """Parts that reach into each other, so that nothing small is cut in all of them.

    Four, or two where the region is long (after Divide, Conquer and Combine, with the overlap that
    Mini-Monkey found tiles to need). Each part has the score of the whole until it is looked at.
    """
    box = region.box
    columns = 1 if box.height >= _LONG * box.width else 2
    rows = 1 if box.width >= _LONG * box.height else 2
    wide = box.width * (0.5 + overlap / 2) if columns == 2 else box.width
    high = box.height * (0.5 + overlap / 2) if rows == 2 else box.height
    return [
        Region("part", Box(x1=x, y1=y, x2=x + wide, y2=y + high, frame=box.frame), region.score)
        for y in (box.y1, box.y2 - high)[:rows]
        for x in (box.x1, box.x2 - wide)[:columns]
    ]


def from_detections(question: str, found: Iterable[Detection], picture: Picture) -> list[Region]:
    """Objects whose names the question holds, a margin around them, best first."""
    wanted = words_of(question)
    named = [d for d in found if words_of(d.label) and words_of(d.label) <= wanted]
    return [
        Region(d.label, _roomy(d.box, picture), d.score)
        for d in sorted(named, key=lambda d: -d.score)
    ]


def from_lines(question: str, lines: Iterable[TextLine], picture: Picture) -> list[Region]:
    """Lines of text that share words with the question, most shared first; scores are shares."""
    wanted = words_of(question)
    scored = [(len(words_of(line.text) & wanted) / max(1, len(wanted)), line) for line in lines]
    return [
        Region(f"text {line.text!r}", _roomy(line.box, picture), shared)
        for shared, line in sorted(scored, key=lambda item: -item[0])
        if shared > 0
    ]


def _roomy(box: Box, picture: Picture) -> Box:
    """The box with some surroundings, never smaller than its margin allows, inside the picture."""
    margin = _MARGIN * max(box.width, box.height)
    area = whole(picture)
    return Box(
        x1=max(area.x1, box.x1 - margin),
        y1=max(area.y1, box.y1 - margin),
        x2=min(area.x2, box.x2 + margin),
        y2=min(area.y2, box.y2 + margin),
        frame=box.frame,
    )


def words_of(text: str) -> frozenset[str]:
    """A text's words that carry meaning, without plural s, in lower case."""
    words = re.findall(r"\w+", text.casefold())
    return frozenset(w.removesuffix("s") if len(w) > 3 else w for w in words) - _COMMON


def distinct(regions: Iterable[Region], most: int, iou: float = 0.4) -> list[Region]:
    """The first regions that do not show nearly the same as one before them."""
    kept: list[Region] = []
    for region in regions:
        if len(kept) == most:
            break
        if all(region.box.iou(other.box) < iou for other in kept):
            kept.append(region)
    return kept
