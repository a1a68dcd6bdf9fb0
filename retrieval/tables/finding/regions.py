"""Where unruled tables lie: stretches of lines whose segments stand in columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from ..figures import is_figure
from .columns import Gutter, gutters
from .layout import HRule
from .lines import Line

__all__ = ["Region", "is_table", "regions"]

_FAR = 2.4
"""White between two lines, in their size, that ends a table."""
_SINGLES = 3
"""Lines of one segment in a row that a table may hold."""
_FEWEST_FILLED = 0.45
_BULLET = re.compile(
    r"[•●▪◦‣∙·*\-–—\uf0b7\uf0a7]|\(?[0-9]{1,3}[.)]|\(?[a-zA-Z]{1,2}[.)]|\([ivx]+\)|o"
)

Region = tuple[list[Line], list[Gutter]]


def regions(lines: Sequence[Line], across: Sequence[HRule]) -> Iterator[Region]:
    """Lines of each table with its gutters.

    Args:
        lines: of a page, without prose and without what ruled tables hold.
        across: joined horizontal rules.
    """
    for block in _blocks(lines, across):
        yield from _within(block, across)


def _blocks(lines: Sequence[Line], across: Sequence[HRule]) -> Iterator[list[Line]]:
    """Lines without much white between them, from the first to the last with several segments."""
    block: list[Line] = []
    for line in lines:
        if block and line.y1 - block[-1].y2 > _far(block, line, across):
            yield from _trimmed(block)
            block = []
        block.append(line)
    yield from _trimmed(block)


def _far(block: Sequence[Line], line: Line, across: Sequence[HRule]) -> float:
    """How much white may stand between a block and the next line; more in widely spaced tables."""
    usual = [b.y1 - a.y2 for a, b in pairwise(block) if len(b.segments) > 1]
    return max(_FAR * max(line.size, block[-1].size), 2.0 * median(usual) if usual else 0.0)


def _trimmed(block: Sequence[Line]) -> Iterator[list[Line]]:
    """Parts of a block that begin and end with lines of several segments; few single ones inside."""
    part: list[Line] = []
    singles: list[Line] = []
    for line in block:
        if len(line.segments) > 1:
            if len(singles) > _SINGLES:
                if len(part) > 1:
                    yield part
                part, singles = [], []
            part += [*singles, line] if part else [line]
            singles = []
        else:
            singles.append(line)
    if len(part) > 1:
        yield part


def _within(block: list[Line], across: Sequence[HRule]) -> Iterator[Region]:
    """A block as one table, or parted where its columns change."""
    whole = gutters(block)
    if whole and _agrees(block, whole):
        yield block, whole
        return
    if len(block) < 4:
        if whole:
            yield block, whole
        return
    at = _break(block, across)
    for part in (block[:at], block[at:]):
        for trimmed in _trimmed(part):
            yield from _within(trimmed, across)


def _agrees(block: Sequence[Line], found: Sequence[Gutter]) -> bool:
    """Whether most lines have about as many segments as there are columns."""
    columns = len(found) + 1
    counts = [len(line.segments) for line in block if len(line.segments) > 1]
    most = sorted(counts)[int(0.8 * (len(counts) - 1))]
    return columns >= 0.6 * most


def _break(block: Sequence[Line], across: Sequence[HRule]) -> int:
    """Where to part a block: at the widest white, counted in sizes, rather at single lines."""

    def weight(at: int) -> float:
        above, below = block[at - 1], block[at]
        white = (below.y1 - above.y2) / max(below.size, 1.0)
        change = abs(len(above.segments) - len(below.segments))
        return white + 0.25 * change + (0.5 if len(below.segments) == 1 else 0.0)

    return max(range(2, len(block) - 1), key=weight)


def is_table(lines: Sequence[Line], found: Sequence[Gutter], ruled: int) -> bool:
    """Whether a region is a table rather than a list, an index, or lines that happen to align.

    Args:
        lines: its lines.
        found: its gutters.
        ruled: horizontal rules as wide as it that belong to it.
    """
    columns = len(found) + 1
    rows = [line for line in lines if len(line.segments) > 1]
    if len(rows) < (2 if ruled >= 2 else 3):
        return False
    cells = [_cells(line, found) for line in rows]
    filled = sum(sum(map(bool, row)) for row in cells) / (columns * len(rows))
    if filled < _FEWEST_FILLED:
        return False
    if _is_list(cells) or _is_index(cells):
        return False
    words = [len(text.split()) for row in cells for text in row if text]
    figures = [
        sum(is_figure(row[c]) for row in cells if row[c])
        / max(1, sum(1 for row in cells if row[c]))
        for c in range(columns)
    ]
    if columns == 2:
        return figures[1] >= 0.6 or (ruled >= 2 and median(words) <= 8)
    return ruled >= 2 or max(figures[1:]) >= 0.5 or (median(words) <= 4 and len(rows) >= 3)


def _cells(line: Line, found: Sequence[Gutter]) -> list[str]:
    cuts = [(left + right) / 2 for left, right in found]
    texts = [""] * (len(found) + 1)
    for segment in line.segments:
        at = sum((segment.x1 + segment.x2) / 2 > cut for cut in cuts)
        texts[at] = f"{texts[at]} {segment.text}".strip()
    return texts


def _is_list(cells: Sequence[Sequence[str]]) -> bool:
    first = [row[0] for row in cells if row[0]]
    marked = sum(_BULLET.fullmatch(text) is not None for text in first)
    return len(cells[0]) == 2 and marked >= 0.7 * len(cells)


def _is_index(cells: Sequence[Sequence[str]]) -> bool:
    """A table of contents: names, and page numbers that never fall."""
    if len(cells) < 4 or len(cells[0]) > 3:
        return False
    numbers = [row[-1] for row in cells if row[-1]]
    if len(numbers) < 4 or not all(text.isdecimal() and len(text) < 5 for text in numbers):
        return False
    values = [int(text) for text in numbers]
    return values == sorted(values) and len(set(values)) > 0.6 * len(values)
