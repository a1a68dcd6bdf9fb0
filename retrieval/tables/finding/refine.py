"""What rules leave open in a ruled table: cells without a line between them, a first column outside."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from .grid import Area, Grid
from .layout import PlacedWord
from .lines import Line, text_lines

__all__ = ["refined"]

_NOTE_WORDS = 10
_LABELLED = 0.6
"""Share of the rows that need a label outside."""


def refined(grid: Grid, around: Sequence[Line]) -> Grid:
    """The grid with its open cells parted, a first column that stands outside, and no title or note.

    Args:
        grid: of a ruled table, its words in it.
        around: lines of the page outside of it.
    """
    grid = _with_first_column(_without_frame_text(grid), around)
    areas: list[Area] = []
    for area in grid.areas:
        areas += _by_columns(area, grid.xs)
    grid.areas = areas
    return grid


def _without_frame_text(grid: Grid) -> Grid:
    """Without rows at the top and the bottom whose one cell is as wide as the table: titles, notes."""
    first, last = 0, grid.rows
    while (
        last - first > 2 and (area := _whole_row(grid, first)) is not None and not _has_gaps(area)
    ):
        grid.caption = " ".join(filter(None, (grid.caption, area.text)))
        first += 1
    while last - first > 2 and (area := _whole_row(grid, last - 1)) is not None:
        if len(area.marks) < _NOTE_WORDS or _has_gaps(area):
            break
        last -= 1
    if (first, last) == (0, grid.rows):
        return grid
    areas = [a for a in grid.areas if first <= a.row and a.row + a.row_span <= last]
    for area in areas:
        area.row -= first
    return Grid(grid.xs, grid.ys[first : last + 1], areas, grid.ruled, grid.caption)


def _whole_row(grid: Grid, row: int) -> Area | None:
    areas = [area for area in grid.areas if area.row == row]
    return areas[0] if len(areas) == 1 and areas[0].column_span == grid.columns > 1 else None


def _has_gaps(area: Area) -> bool:
    return any(len(line.segments) > 1 for line in area.lines)


def _with_first_column(grid: Grid, around: Sequence[Line]) -> Grid:
    """Labels that stand left of the rules, in most rows, are the table's first column."""
    x1 = grid.xs[0]
    labels: dict[int, list[PlacedWord]] = {}
    for line in around:
        left = [segment for segment in line.segments if segment.x2 <= x1 + 2]
        row = bisect_right(grid.ys, line.middle) - 1
        if left and 0 <= row < grid.rows:
            labels.setdefault(row, []).extend(left[-1].marks)
    filled = {area.row for area in grid.filled}
    if len(labels) < max(3, _LABELLED * len(filled)) or not labels.keys() <= filled | {0}:
        return grid
    start = min(mark.x1 for marks in labels.values() for mark in marks)
    if any(m.x1 < start - 1 or m.x2 > x1 + 2 for marks in labels.values() for m in marks):
        return grid
    for area in grid.areas:
        area.column += 1
    first = [Area(row, 0, marks=labels.get(row, [])) for row in range(grid.rows)]
    return Grid([start, *grid.xs], grid.ys, [*grid.areas, *first], True, grid.caption)


def _by_columns(area: Area, xs: Sequence[float]) -> list[Area]:
    if area.column_span == 1 or not area.marks:
        return [area]
    lines = text_lines(area.marks)
    inner = range(area.column + 1, area.column + area.column_span)
    cuts = [c for c in inner if _parts(lines, xs[c])]
    if not cuts:
        return [area]
    edges = [area.column, *cuts, area.column + area.column_span]
    parts = [Area(area.row, a, area.row_span, b - a) for a, b in pairwise(edges)]
    for mark in area.marks:
        middle = (mark.x1 + mark.x2) / 2
        parts[sum(middle > xs[c] for c in cuts)].marks.append(mark)
    return parts


def _parts(lines: Sequence[Line], x: float) -> bool:
    """Whether an edge goes between segments: nothing crosses it, something stands on both sides."""
    crossed = any(
        segment.x1 < x - 1 and segment.x2 > x + 1 for line in lines for segment in line.segments
    )
    both = any(line.segments[0].x1 < x < line.segments[-1].x2 for line in lines)
    return not crossed and both
