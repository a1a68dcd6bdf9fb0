"""Which rows of a page are written larger than the rest: titles, and what a writer wants to be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .....retrieval.pages import Page

if TYPE_CHECKING:
    from .rows import RowCell

_LARGER, _LARGER_INK = 1.25, 1.3
"""Times the height of most letters from which a row is written large; ink is counted in whole pixels."""
_CAPITALS = 0.8
"""Share of a row's letters that are no higher than its capitals and figures."""
_MOST = 0.25
"""Share of the rows of a page; where more are large, none stands out."""
_SHORTEST = 3
"""Letters of a word whose box says how large it is: a bullet's or a dash's does not."""

Sized = list[tuple[float, int]]
"""Heights of words, and of how many letters each."""


def large_rows(page: Page, cells: Sequence[Sequence[RowCell]]) -> frozenset[int]:
    """The numbers of the rows that are written large, from 0."""
    spans = [(row[0].start, row[-1].end) for row in cells if row]
    sized: list[Sized] = [[] for _ in spans]
    for (start, end), (_, top, _, bottom) in zip(
        page.spans.tolist(), page.boxes.tolist(), strict=True
    ):
        if end - start < _SHORTEST:
            continue
        at = next((n for n, (first, last) in enumerate(spans) if first <= start < last), None)
        if at is not None:
            sized[at].append((bottom - top, end - start))
    return _larger(sized, _LARGER)


def large_rows_of_ink(rows: Sequence[Sequence[int]]) -> frozenset[int]:
    """The same of a scan, by the heights of each row's letters."""
    return _larger([_capitals(row) for row in rows], _LARGER_INK)


def _capitals(heights: Sequence[int]) -> Sized:
    """How high the capitals of a row are, and how many letters it has."""
    ordered = sorted(heights)
    return [(ordered[int(_CAPITALS * (len(ordered) - 1))], len(ordered))] if ordered else []


def _larger(sized: Sequence[Sized], times: float) -> frozenset[int]:
    usual = _median(one for row in sized for one in row)
    large = frozenset(n for n, row in enumerate(sized) if row and _median(row) >= times * usual)
    return large if len(large) <= max(1, _MOST * len(sized)) else frozenset()


def _median(sized: Iterable[tuple[float, int]]) -> float:
    """The height that half of the letters have at most."""
    ordered = sorted(sized)
    half = sum(letters for _, letters in ordered) / 2
    for height, letters in ordered:
        half -= letters
        if half <= 0:
            return height
    return 0.0
