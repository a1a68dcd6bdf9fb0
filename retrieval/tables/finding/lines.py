"""Words to lines, and lines to segments: stretches of text that may be cells. Prose is told apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ..figures import is_figure
from .layout import PlacedWord, VRule

__all__ = ["Line", "Segment", "belongs", "prose", "text_lines"]

_GAP = 0.9
"""A space this many font sizes wide parts cells; those of justified text are narrower nearly always."""
_FIGURE_GAP, _GROUP_GAP = 0.32, 0.5
"""The same between two figures, and between what may be groups of one."""
_THOUSANDS = re.compile(r"[-−(]?\d{1,3} \d{3}(?:[.,]\d+)?\)?")
_SIGN_BEFORE, _SIGN_AFTER = 8.0, 2.5
"""Font sizes that a sign may stand apart from its figure, as in accounts."""
_NEXT_AMOUNT = 0.15
_SIGNS_AFTER = frozenset({"%", ")", "%)", ")%", "‰"})
_SAME_LINE = 0.45
"""Of the smaller word's height: how far the middles of words on one line may be apart."""
_PROSE_LINES = 3
_PROSE_WORDS = 4
_PROSE_FILL = 0.7


@dataclass(frozen=True, slots=True)
class Segment:
    """Words that stand together on one line."""

    marks: tuple[PlacedWord, ...]

    @property
    def x1(self) -> float:
        return self.marks[0].x1

    @property
    def x2(self) -> float:
        return max(mark.x2 for mark in self.marks)

    @property
    def y1(self) -> float:
        return min(mark.y1 for mark in self.marks)

    @property
    def y2(self) -> float:
        return max(mark.y2 for mark in self.marks)

    @property
    def size(self) -> float:
        return median(mark.size for mark in self.marks)

    @property
    def text(self) -> str:
        return " ".join(mark.text for mark in self.marks)

    @property
    def is_figure(self) -> bool:
        return is_figure(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """Segments on one baseline, from left to right."""

    segments: tuple[Segment, ...]

    @property
    def y1(self) -> float:
        return min(segment.y1 for segment in self.segments)

    @property
    def y2(self) -> float:
        return max(segment.y2 for segment in self.segments)

    @property
    def middle(self) -> float:
        return median(mark.middle for segment in self.segments for mark in segment.marks)

    @property
    def size(self) -> float:
        return median(segment.size for segment in self.segments)

    @property
    def marks(self) -> list[PlacedWord]:
        return [mark for segment in self.segments for mark in segment.marks]


def text_lines(marks: Iterable[PlacedWord], walls: Sequence[VRule] = ()) -> list[Line]:
    """Lines from top to bottom, their segments parted by wide spaces and by vertical rules."""
    return [Line(tuple(_segments(row, walls))) for row in _rows(marks)]


def _rows(marks: Iterable[PlacedWord]) -> list[list[PlacedWord]]:
    """Words on one baseline, left to right; baselines from top to bottom."""
    rows: list[list[PlacedWord]] = []
    for mark in sorted(marks, key=lambda mark: (mark.middle, mark.x1)):
        for row in reversed(rows[-4:]):
            last = row[-1]
            near = _SAME_LINE * min(mark.y2 - mark.y1, last.y2 - last.y1)
            if abs(mark.middle - median(one.middle for one in row)) <= near and not any(
                min(mark.x2, one.x2) - max(mark.x1, one.x1) > 0.5 * (mark.x2 - mark.x1)
                for one in row
            ):
                row.append(mark)
                break
        else:
            rows.append([mark])
    return sorted((sorted(row, key=lambda mark: mark.x1) for row in rows), key=_height)


def _height(row: Sequence[PlacedWord]) -> float:
    return median(mark.middle for mark in row)


def _segments(row: Sequence[PlacedWord], walls: Sequence[VRule]) -> Iterator[Segment]:
    part = [row[0]]
    for before, mark in pairwise(row):
        apart = _apart(before, mark) or _walled(before, mark, walls)
        if apart and not belongs(before, mark):
            yield Segment(tuple(part))
            part = []
        part.append(mark)
    yield Segment(tuple(part))


def _apart(before: PlacedWord, mark: PlacedWord) -> bool:
    space, size = mark.x1 - before.x2, max(before.size, mark.size)
    figures = is_figure(before.text) and is_figure(mark.text)
    if _is_currency(mark.text) and (is_figure(before.text) or before.text in _SIGNS_AFTER):
        return space > _NEXT_AMOUNT * size  # the next amount begins with its sign
    if figures and not _THOUSANDS.fullmatch(f"{before.text} {mark.text}"):
        return space > size * _FIGURE_GAP
    return space > size * (_GROUP_GAP if figures else _GAP)


def belongs(before: PlacedWord, mark: PlacedWord) -> bool:
    """Whether one is the sign of the other's figure: a currency before it, a percent or bracket after."""
    space, size = mark.x1 - before.x2, max(before.size, mark.size)
    if _is_currency(before.text.rstrip("(")) or before.text == "(":
        return is_figure(mark.text) and space < _SIGN_BEFORE * size
    return mark.text in _SIGNS_AFTER and is_figure(before.text) and space < _SIGN_AFTER * size


def _is_currency(text: str) -> bool:
    return bool(text) and all(unicodedata.category(character) == "Sc" for character in text)


def _walled(before: PlacedWord, mark: PlacedWord, walls: Sequence[VRule]) -> bool:
    left, right = (before.x1 + before.x2) / 2, (mark.x1 + mark.x2) / 2
    y = (before.middle + mark.middle) / 2
    return any(left < wall.x < right and wall.y1 <= y <= wall.y2 for wall in walls)


def prose(lines: Sequence[Line]) -> set[Segment]:
    """Segments of running text: lines under each other that fill a common width with many words."""
    blocks: list[list[Segment]] = []
    open_blocks: list[list[Segment]] = []
    for line in lines:
        still: list[list[Segment]] = []
        for segment in line.segments:
            block = next((b for b in open_blocks if _continues(b[-1], segment)), None)
            if block is None:
                block = []
                blocks.append(block)
            block.append(segment)
            still.append(block)
        still += [
            b
            for b in open_blocks
            if not any(b is s for s in still) and line.y1 - b[-1].y2 < 1.2 * b[-1].size
        ]
        open_blocks = still
    return {segment for block in blocks if _is_prose(block) for segment in block}


def _continues(above: Segment, segment: Segment) -> bool:
    gap = segment.y1 - above.y2
    shared = min(above.x2, segment.x2) - max(above.x1, segment.x1)
    narrow = min(above.x2 - above.x1, segment.x2 - segment.x1)
    return (
        -0.5 * above.size < gap < 0.9 * above.size
        and abs(above.size - segment.size) < 0.2 * above.size
        and shared > 0.6 * narrow
        and abs(above.x1 - segment.x1) < 3 * above.size
    )


def _is_prose(block: Sequence[Segment]) -> bool:
    if len(block) < _PROSE_LINES:
        return False
    widths = [segment.x2 - segment.x1 for segment in block]
    most = max(widths)
    words = [len(segment.marks) for segment in block]
    full = sum(width > _PROSE_FILL * most for width in widths)
    figures = sum(
        mark_is for segment in block for mark_is in (is_figure(m.text) for m in segment.marks)
    )
    return (
        median(words) >= _PROSE_WORDS
        and most > 12 * block[0].size
        and full >= 0.6 * len(block)
        and figures < 0.35 * sum(words)
    )
