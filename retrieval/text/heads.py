"""Which head of a table's column a number stands under, by where both stand on the page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

__all__ = ["Head", "column_heads", "heads_over"]

Place: TypeAlias = tuple[float, float]
"""Left and right edge, in the page's frame."""


class Head(NamedTuple):
    """Words that stand together over a column, and how far the column reaches to both sides."""

    words: range
    left: float
    right: float


def column_heads(places: Sequence[Place], named: Sequence[range]) -> list[Head]:
    """The heads in a line of heads.

    Words that stand closer than half as far as the narrowest gap between two names belong together.

    Args:
        places: of each word of the line, from left to right.
        named: the words of each name that is known to be a head of its own, such as a year; two or more.

    Returns:
        All heads from the first that is known on; [] where two names stand together.
    """
    gaps = [after[0] - before[1] for before, after in pairwise(places)]
    between = [max(gaps[a.stop - 1 : b.start], default=0.0) for a, b in pairwise(named)]
    least = min(between, default=0.0) / 2
    if least <= 0:
        return []
    ends = [n + 1 for n, gap in enumerate(gaps) if gap >= least]
    groups = [range(a, b) for a, b in pairwise([0, *ends, len(places)])]
    groups = [group for group in groups if group.stop > named[0].start]
    if sum(any(name.start in group for name in named) for group in groups) != len(named):
        return []
    return _with_reach(groups, [(places[g.start][0], places[g.stop - 1][1]) for g in groups])


def heads_over(heads: Sequence[Head], cells: Sequence[Place]) -> list[int]:
    """The head that each cell of a row stands under; [] where one stands under none."""
    over = [
        next((n for n, h in enumerate(heads) if h.left <= (left + right) / 2 <= h.right), -1)
        for left, right in cells
    ]
    return [] if -1 in over else over


def _with_reach(groups: Sequence[range], places: Sequence[Place]) -> list[Head]:
    """A column reaches halfway to its neighbours; the outer ones as far to their other side."""
    middles = [(a[1] + b[0]) / 2 for a, b in pairwise(places)]
    centres = [(left + right) / 2 for left, right in places]
    edges = [2 * centres[0] - middles[0], *middles, 2 * centres[-1] - middles[-1]]
    return [Head(g, a, b) for g, (a, b) in zip(groups, pairwise(edges), strict=True)]
