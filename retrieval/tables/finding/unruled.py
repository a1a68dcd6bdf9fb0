"""An unruled table's grid: its columns from the gutters, its rows from lines and the rules between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from .columns import Gutter
from .grid import Area, Grid
from .layout import HRule, PlacedWord, bounds
from .lines import Line, Segment, belongs
from .rows import body_rows, head_length, head_rows

__all__ = ["unruled_grid"]

_WHOLE = 0.8
"""Share of the table's width from which a rule is the table's rather than a name's."""
_LEANS = 0.3
"""Font sizes that words may reach into the next column without standing in it."""


def unruled_grid(
    lines: Sequence[Line],
    found: Sequence[Gutter],
    rules: Sequence[HRule],
    across: Sequence[HRule],
) -> Grid:
    """The grid of a region.

    Args:
        lines: of the table, from top to bottom.
        found: its gutters.
        rules: horizontal rules as wide as the table.
        across: all horizontal rules of the page.
    """
    found = _used(list(found), lines)
    cells = [_areas(line, found) for line in lines]
    x1 = min(line.segments[0].x1 for line in lines)
    x2 = max(line.segments[-1].x2 for line in lines)
    head = head_length(lines, cells, rules)
    for at in range(head):
        below = lines[at + 1].middle if at + 1 < len(lines) else lines[at].y2 + lines[at].size
        under = [rule for rule in across if lines[at].middle < rule.y < below]
        _span_rules(cells[at], under, found, lines[at].segments, (x1, x2))
    rows = head_rows(lines[:head], cells[:head], across)
    levels = len(rows)
    rows += [[head + at for at in row] for row in body_rows(lines[head:], cells[head:], rules)]
    xs = [x1, *((left + right) / 2 for left, right in found), x2]
    tops = [min(lines[at].y1 for at in row) for row in rows]
    ends = [max(lines[at].y2 for at in row) for row in rows]
    ys = [tops[0], *((a + b) / 2 for a, b in zip(ends, tops[1:], strict=False)), ends[-1]]
    areas: list[Area] = []
    for number, row in enumerate(rows):
        areas += _joined(number, (area for at in row for area in cells[at]), len(found) + 1)
    return Grid(xs, ys, areas, head_rows=levels)


def _span_rules(
    cells: Sequence[Area],
    under: Sequence[HRule],
    found: Sequence[Gutter],
    segments: Sequence[Segment],
    width: tuple[float, float],
) -> None:
    """A name with a rule of its own under it goes over all columns that the rule goes over."""
    left, right = width
    middles = [(segment.x1 + segment.x2) / 2 for segment in segments]
    for area in cells:
        x1, _, x2, _ = bounds(area.marks)
        own = [rule for rule in under if rule.x1 - 1 <= x1 and x2 <= rule.x2 + 1]
        own = [rule for rule in own if rule.x2 - rule.x1 < _WHOLE * (right - left)]
        for rule in own:
            if sum(rule.x1 < middle < rule.x2 for middle in middles) != 1:
                continue  # it stands under several names, so it is the table's
            columns = [
                column
                for column, (start, end) in enumerate(_extents(found, rule))
                if min(end, rule.x2) - max(start, rule.x1) > 0.5 * (end - start)
            ]
            if columns and columns[0] <= area.column <= columns[-1]:
                area.column, area.column_span = columns[0], columns[-1] - columns[0] + 1


def _extents(found: Sequence[Gutter], rule: HRule) -> list[tuple[float, float]]:
    """Where the words of each column may stand; the outermost go as far as the rule."""
    starts = [min(rule.x1, found[0][0]) if found else rule.x1, *(right for _, right in found)]
    ends = [*(left for left, _ in found), max(rule.x2, found[-1][1]) if found else rule.x2]
    return list(zip(starts, ends, strict=True))


def _used(found: list[Gutter], lines: Sequence[Line]) -> list[Gutter]:
    """Gutters that part what stands side by side in some line; others only follow ragged edges."""
    kept = list(found)
    while kept:
        cells = [_areas(line, kept) for line in lines]
        idle = next((at for at in range(len(kept)) if not _side_by_side(cells, at)), None)
        if idle is None:
            break
        del kept[idle]
    return kept


def _side_by_side(cells: Sequence[Sequence[Area]], at: int) -> bool:
    return any(
        any(a.column + a.column_span - 1 == at for a in row)
        and any(a.column == at + 1 for a in row)
        for row in cells
    )


def _joined(row: int, pieces: Iterable[Area], columns: int) -> list[Area]:
    """Cells of the lines of one row as cells of the row; those that overlap become one."""
    cells: list[Area] = []
    for piece in (p for p in pieces if p.marks):
        first, end = piece.column, piece.column + piece.column_span
        marks = list(piece.marks)
        for other in [c for c in cells if c.column < end and first < c.column + c.column_span]:
            cells.remove(other)
            first, end = min(first, other.column), max(end, other.column + other.column_span)
            marks = other.marks + marks
        cells.append(Area(row, first, 1, end - first, marks))
    taken = {c for cell in cells for c in range(cell.column, cell.column + cell.column_span)}
    cells += [Area(row, c) for c in range(columns) if c not in taken]
    return sorted(cells, key=lambda cell: cell.column)


def _areas(line: Line, found: Sequence[Gutter]) -> list[Area]:
    """The cells of one line; words that cross gutters make a cell over several columns."""
    pieces = [piece for segment in line.segments for piece in _pieces(segment, found)]
    cells: list[Area] = []
    for at, piece in enumerate(pieces):
        first, last = _columns_of(piece, found)
        if cells and _end(cells[-1]) > first:
            if not _stands_in(piece, first, found) and _is_free(first + 1, pieces[at + 1 :], found):
                cells.append(Area(0, first + 1, marks=list(piece)))
                continue
            cells[-1].marks += piece
            cells[-1].column_span = max(cells[-1].column_span, last - cells[-1].column + 1)
        else:
            cells.append(Area(0, first, 1, last - first + 1, list(piece)))
    return cells


def _end(area: Area) -> int:
    return area.column + area.column_span


def _stands_in(piece: Sequence[PlacedWord], column: int, found: Sequence[Gutter]) -> bool:
    """Whether words reach into a column, rather than stand in the white beside it."""
    x1, _, x2, _ = bounds(piece)
    start = found[column - 1][1] if column else float("-inf")
    end = found[column][0] if column < len(found) else float("inf")
    return x1 < end and x2 > start


def _is_free(column: int, rest: Sequence[Sequence[PlacedWord]], found: Sequence[Gutter]) -> bool:
    """Whether a column is there that none of the next words stands in."""
    return column <= len(found) and not any(_stands_in(piece, column, found) for piece in rest[:1])


def _pieces(segment: Segment, found: Sequence[Gutter]) -> list[list[PlacedWord]]:
    """A segment parted where a space between its words lies in a gutter."""
    pieces = [[segment.marks[0]]]
    for before, mark in pairwise(segment.marks):
        space = mark.x1 - before.x2
        parted = space > 0.4 * segment.size and not belongs(before, mark)
        if parted and any(
            min(mark.x1, right) - max(before.x2, left) > 0.2 * segment.size for left, right in found
        ):
            pieces.append([])
        pieces[-1].append(mark)
    return pieces


def _columns_of(piece: Sequence[PlacedWord], found: Sequence[Gutter]) -> tuple[int, int]:
    """The first and the last column that words stand in; what only leans into a gutter stays in its own."""
    x1, _, x2, _ = bounds(piece)
    starts = [float("-inf"), *(right for _, right in found)]
    ends = [*(left for left, _ in found), float("inf")]
    shared = [min(x2, end) - max(x1, start) for start, end in zip(starts, ends, strict=True)]
    least = min(_LEANS * piece[0].size, 0.5 * (x2 - x1), max(shared))
    met = [column for column, width in enumerate(shared) if width >= least]
    return met[0], met[-1]
