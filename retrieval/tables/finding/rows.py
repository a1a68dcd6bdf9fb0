"""Lines to rows: what was wrapped is put together, heads of several lines become levels.

A row is a list of its lines' numbers. The white between lines, rules, and what stands in the cells say
where a row ends; words say little, so that every language is read alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from ..figures import is_figure, is_year
from .grid import Area
from .layout import HRule
from .lines import Line

__all__ = ["body_rows", "head_length", "head_rows"]

_TIGHT = 0.75
"""White between lines of one cell, in font sizes, at most."""
_LOOSER = 1.2
"""How much farther apart rows stand than lines of one cell."""

Cells = Sequence[Area]


def head_length(lines: Sequence[Line], cells: Sequence[Cells], rules: Sequence[HRule]) -> int:
    """How many lines the head has: those over the first rule that figures stand under, or those over
    the first line of figures.
    """
    first = next((at for at, row in enumerate(cells) if _has_figures(row)), None)
    below = [at for at in range(1, len(lines)) if _rule_between(lines[at - 1], lines[at], rules)]
    limit = first if first is not None else len(lines) // 2
    under = [at for at in below if at <= max(limit, 1) + 1]
    if under:
        at = under[-1] if first is not None and under[-1] <= first else under[0]
        if not any(_has_figures(row) for row in cells[:at]) or at == 1:
            return at
    if first is None:
        return 1
    while first > 1 and _is_section(cells[first - 1]):  # a heading within the table's first column
        first -= 1
    return first


def _has_figures(row: Cells) -> bool:
    """Whether most of what stands right of the first column is figures, years not counted."""
    texts = [area.text for area in row if area.marks and area.column > 0]
    figures = [text for text in texts if is_figure(text) and not is_year(text)]
    return bool(figures) and 2 * len(figures) >= len(texts)


def _is_section(row: Cells) -> bool:
    filled = [area for area in row if area.marks]
    return len(filled) == 1 and filled[0].column == 0


def _rule_between(above: Line, below: Line, rules: Sequence[HRule]) -> bool:
    return any(above.middle < rule.y < below.middle for rule in rules)


def head_rows(
    lines: Sequence[Line], cells: Sequence[Cells], across: Sequence[HRule]
) -> list[list[int]]:
    """Lines of a head as rows: one a level, so that a name over several columns has a row of its own.

    Args:
        lines, cells: of the head.
        across: all rules nearby, short ones too: under a name of several columns one often stands.
    """
    rows: list[list[int]] = []
    for at in range(len(lines)):
        if (
            rows
            and _same_level([cells[n] for n in rows[-1]], cells[at])
            and not _parted(lines[rows[-1][-1]], lines[at], cells[at], across)
        ):
            rows[-1].append(at)
        else:
            rows.append([at])
    return rows


def _same_level(above: Sequence[Cells], below: Cells) -> bool:
    """Whether no cell stands over several others, or under several."""
    for area in (a for a in below if a.marks):
        for row in above:
            for other in (o for o in row if o.marks):
                meets = (
                    other.column < area.column + area.column_span
                    and area.column < other.column + other.column_span
                )
                if meets and (other.column, other.column_span) != (area.column, area.column_span):
                    return False
    return True


def _parted(above: Line, below: Line, cells: Cells, across: Sequence[HRule]) -> bool:
    if below.y1 - above.y2 > _TIGHT * below.size:
        return True
    x1, x2 = below.segments[0].x1, below.segments[-1].x2
    return any(
        above.middle < rule.y < below.middle and min(rule.x2, x2) - max(rule.x1, x1) > 0
        for rule in across
    )


def body_rows(
    lines: Sequence[Line], cells: Sequence[Cells], rules: Sequence[HRule]
) -> list[list[int]]:
    """Lines of a body as rows."""
    ruled = _by_rules(lines, rules)
    if len(ruled) > 1 and _agree(ruled, cells):
        return ruled
    spaced = _by_white(lines)
    if spaced is not None and _agree(spaced, cells):
        return spaced
    return _by_content(lines, cells, rules)


def _by_rules(lines: Sequence[Line], rules: Sequence[HRule]) -> list[list[int]]:
    rows = [[0]] if lines else []
    for at in range(1, len(lines)):
        if _rule_between(lines[at - 1], lines[at], rules):
            rows.append([at])
        else:
            rows[-1].append(at)
    return rows


def _agree(rows: Sequence[Sequence[int]], cells: Sequence[Cells]) -> bool:
    """Whether no row would have two figures in one cell, or two full lines."""
    if all(len(row) == 1 for row in rows):
        return False
    for row in rows:
        seen: set[int] = set()
        for at in row:
            for area in cells[at]:
                if area.marks and is_figure(area.text):
                    if area.column in seen and area.column > 0:
                        return False
                    seen.add(area.column)
    return True


def _by_white(lines: Sequence[Line]) -> list[list[int]] | None:
    """Rows where lines stand in two distances: close within a cell, farther between rows."""
    if len(lines) < 3:
        return None
    steps = [b.middle - a.middle for a, b in pairwise(lines)]
    ordered = sorted(steps)
    jumps = [(b / a, (a + b) / 2) for a, b in pairwise(ordered) if a > 0]
    if not jumps:
        return None
    jump, between = max(jumps)
    size = median(line.size for line in lines)
    close = [step for step in steps if step < between]
    if jump < _LOOSER or median(close) > 1.6 * size:
        return None
    rows = [[0]]
    for at, step in enumerate(steps, 1):
        if step < between:
            rows[-1].append(at)
        else:
            rows.append([at])
    return rows


def _by_content(
    lines: Sequence[Line], cells: Sequence[Cells], rules: Sequence[HRule]
) -> list[list[int]]:
    """Rows by what stands in the cells: a line that goes on in small letters under a fuller one."""
    rows: list[list[int]] = []
    for at in range(len(lines)):
        joins = (
            bool(rows)
            and lines[at].y1 - lines[at - 1].y2 < _TIGHT * lines[at].size
            and not _rule_between(lines[at - 1], lines[at], rules)
            and _goes_on(cells[at - 1], cells[at])
        )
        if joins:
            rows[-1].append(at)
        else:
            rows.append([at])
    return rows


def _goes_on(above: Cells, below: Cells) -> bool:
    upper = {area.column: area for area in above if area.marks}
    lower = {area.column: area for area in below if area.marks}
    shared = upper.keys() & lower.keys()
    if not shared:
        return False
    wrapped = [_continues(upper[c].text, lower[c].text) for c in shared]
    if not any(wrapped):
        return False
    fewer = len(lower) < len(upper) and lower.keys() <= upper.keys()
    label_first = len(upper) == 1 and 0 in upper and len(lower) > 1
    all_words = all(wrapped)
    return (fewer or label_first or len(lower) == 1) and all_words


def _continues(above: str, below: str) -> bool:
    if is_figure(below) or is_figure(above):
        return False
    return below[:1].islower() or above.endswith(("-", ",", "/", "(", "&")) or below[:1] in "(&/"
