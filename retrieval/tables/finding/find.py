"""The tables of a page, out of its words and rules."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from .grid import Grid, grid_of_cells
from .lattice import joined_rules, ruled_cells
from .layout import HRule, Layout, PlacedWord, VRule
from .lines import Line, prose, text_lines
from .refine import refined
from .regions import is_table, regions
from .unruled import unruled_grid

_FEWEST_FILLED = 0.3
_FEWEST_FILLED_OPEN = 0.4
"""Shares of a table's cells that hold words; without rules, figures strewn over a chart may align."""
_FEWEST_BARS = 6


def find_grids(layout: Layout) -> list[Grid]:
    """The tables of a page from top to bottom."""
    unit = _unit(layout)
    across, down = joined_rules(layout, unit)
    found = _ruled(layout, across, down, unit)
    rest = [mark for mark in layout.marks if not any(_inside(mark, grid) for grid in found)]
    walls = [rule for rule in down if rule.y2 - rule.y1 > 6 * unit]
    lines = text_lines(rest, walls)
    running = prose(lines)
    free = [
        Line(kept)
        for line in lines
        if (kept := tuple(s for s in line.segments if s not in running))
    ]
    for part, gaps in regions(free, across):
        own = rules_of(part, across)
        if is_table(part, gaps, len(own)) and not _is_drawing(part, down):
            grid = unruled_grid(part, gaps, own, across)
            if len(grid.filled) >= _FEWEST_FILLED_OPEN * len(grid.areas):
                found.append(grid)
    return sorted(found, key=lambda grid: (grid.ys[0], grid.xs[0]))


def _ruled(
    layout: Layout, across: Sequence[HRule], down: Sequence[VRule], unit: float
) -> list[Grid]:
    grids = []
    for cells in ruled_cells(across, down, unit):
        grid = grid_of_cells(cells, 3.0 * unit)
        grid.put(mark for mark in layout.marks if _inside(mark, grid))
        if _is_ruled_table(grid):
            grids.append(grid)
    outside = [mark for mark in layout.marks if not any(_inside(mark, grid) for grid in grids)]
    around = text_lines(outside)
    return [refined(grid, around) for grid in grids]


def _is_drawing(lines: Sequence[Line], down: Sequence[VRule]) -> bool:
    """Whether many upright strokes stand among the lines, as the bars of a chart do."""
    x1 = min(line.segments[0].x1 for line in lines)
    x2 = max(line.segments[-1].x2 for line in lines)
    y1, y2 = lines[0].y1, lines[-1].y2
    size = lines[0].size
    bars = [
        rule
        for rule in down
        if x1 + size < rule.x < x2 - size
        and y1 <= rule.y1
        and rule.y2 <= y2
        and rule.y2 - rule.y1 < 0.9 * (y2 - y1)
    ]
    return len(bars) > max(_FEWEST_BARS, len(lines))


def rules_of(lines: Sequence[Line], across: Sequence[HRule]) -> list[HRule]:
    """Horizontal rules that belong to a region: between its lines or next to them, and wide."""
    x1 = min(line.segments[0].x1 for line in lines)
    x2 = max(line.segments[-1].x2 for line in lines)
    size = median(line.size for line in lines)
    y1, y2 = lines[0].y1 - 1.5 * size, lines[-1].y2 + 1.5 * size
    return [
        rule
        for rule in across
        if y1 <= rule.y <= y2 and min(rule.x2, x2) - max(rule.x1, x1) > 0.7 * (x2 - x1)
    ]


def _unit(layout: Layout) -> float:
    """Lengths of the layout in one point; a picture's are taken from the size of its print."""
    if layout.frame == "page" or not layout.marks:
        return 1.0
    return median(mark.size for mark in layout.marks) / 10


def _inside(mark: PlacedWord, grid: Grid) -> bool:
    x1, y1, x2, y2 = grid.box
    return x1 <= (mark.x1 + mark.x2) / 2 <= x2 and y1 <= mark.middle <= y2


def _is_ruled_table(grid: Grid) -> bool:
    """Several rows and columns with words in enough of them; a box or a chart's lines are none."""
    if grid.rows < 2 or grid.columns < 2:
        return False
    filled = grid.filled
    rows = {area.row for area in filled}
    columns = {area.column for area in filled}
    return len(filled) >= _FEWEST_FILLED * len(grid.areas) and len(rows) > 1 and len(columns) > 1
