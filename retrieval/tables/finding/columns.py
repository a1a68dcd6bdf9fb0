"""Columns by the white between them: gutters that hardly any line crosses."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from ..figures import is_figure
from .lines import Line, Segment

__all__ = ["gutters"]

_CROSSED = 0.12
"""Share of lines that may cross a gutter: heads over several columns, long labels."""
_NARROWEST = 0.4
"""Of a gutter, in font sizes."""

_FIGURE_ROWS = 4
"""From so many rows of figures on, they alone say where the columns are."""

Gutter = tuple[float, float]


def gutters(lines: Sequence[Line], crossed: float = _CROSSED) -> list[Gutter]:
    """The white between columns, from left to right.

    Args:
        lines: of a table; those of one segment say nothing of its columns.
        crossed: share of lines that may cross a gutter.
    """
    rows = [line.segments for line in lines if len(line.segments) > 1]
    figures = [row for row in rows if _of_figures(row)]
    rows = figures if len(figures) >= _FIGURE_ROWS and 2 * len(figures) > len(rows) else rows
    if not rows:
        return []
    size = median(segment.size for row in rows for segment in row)
    allowed = round(crossed * len(rows))
    found = []
    for left, right in _quiet(rows, allowed):
        if right - left >= _NARROWEST * size and _parts(rows, (left + right) / 2):
            found.append((left, right))
    return found


def _of_figures(row: Sequence[Segment]) -> bool:
    """Whether most of what stands right of the first segment is figures; heads are not."""
    return 2 * sum(is_figure(s.text) for s in row[1:]) >= len(row) - 1


def _quiet(rows: Sequence[Sequence[Segment]], allowed: int) -> list[Gutter]:
    """Stretches that at most `allowed` segments cover, inside of the table."""
    events: list[tuple[float, int]] = []
    for row in rows:
        for segment in row:
            events += [(segment.x1, 1), (segment.x2, -1)]
    events.sort(key=lambda event: (event[0], -event[1]))
    quiet: list[Gutter] = []
    covered, since, busy = 0, None, False
    for x, change in events:
        before = covered
        covered += change
        if before > allowed >= covered:
            since, busy = x, True
        elif before <= allowed < covered:
            if busy and since is not None:
                quiet.append((since, x))
            since = None
    return quiet


def _parts(rows: Sequence[Sequence[Segment]], x: float) -> bool:
    """Whether enough lines have something on both sides."""
    both = sum(
        any(segment.x2 <= x for segment in row) and any(segment.x1 >= x for segment in row)
        for row in rows
    )
    return both >= max(2, 0.2 * len(rows))
