"""Running heads, feet and page numbers: lines at a page's edges that its neighbours have as well."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .words import TextRun

REACH = 4
"""Pages before and after one that are compared with it; chapters may change their running heads."""

_EDGE_LINES = 3
_MARGIN = 0.16
"""The share of the page's height, at its top and at its foot, in which furniture stands."""
_DRIFT = 4.0
"""Points by which a repeated line may stand higher or lower."""
_NUMBER = re.compile(
    r"[-–—|\s]*(?:(?:page|seite|p\.|pg\.?)\s*)?(?:\d{1,5}|[ivxlc]{1,7})"
    r"(?:\s*(?:of|/|von|de)\s*\d{1,5})?[-–—|\s]*",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PAGE_NUMBER = "#"

Edge = tuple[tuple[float | None, str, int], ...]
"""Candidates, outermost first: height (None outside the margins), text without digits, index."""
Edges = tuple[Edge, Edge]
"""Those at the top and at the foot of a page."""


def edges_of(runs: Sequence[TextRun], height: float) -> Edges:
    """The lines of a page that may be furniture."""
    order = sorted(range(len(runs)), key=lambda at: runs[at].base)
    margin = _MARGIN * height
    return (
        _candidates(runs, order, [at for at in order if runs[at].base < margin]),
        _candidates(
            runs, order[::-1], [at for at in order[::-1] if runs[at].base > height - margin]
        ),
    )


def _candidates(runs: Sequence[TextRun], order: Sequence[int], near: Sequence[int]) -> Edge:
    """The outermost lines of a margin; without any, the outermost of all if it is a page number.

    The foot of a page printed from the web stands right below its text, wherever that ends.
    """
    if not near and order and _is_page_number(runs, order[0]):
        return ((None, _PAGE_NUMBER, order[0]),)
    return tuple((runs[at].base, _pattern(runs, at), at) for at in near[:_EDGE_LINES])


def _pattern(runs: Sequence[TextRun], at: int) -> str:
    if _is_page_number(runs, at):
        return _PAGE_NUMBER
    return re.sub(r"\d+", "#", runs[at].text).casefold()


def _is_page_number(runs: Sequence[TextRun], at: int) -> bool:
    """A number with nothing beside it: two years side by side are the head of a table."""
    text, base = runs[at].text, runs[at].base
    if not _NUMBER.fullmatch(text):
        return False
    return not any(
        other is not runs[at] and abs(other.base - base) <= _DRIFT and _NUMBER.fullmatch(other.text)
        for other in runs
    )


def furniture_of(runs: Sequence[TextRun], edges: Edges, neighbours: Sequence[Edges]) -> set[int]:
    """Indices of the runs that are furniture.

    Args:
        runs: of one page.
        edges: `edges_of` the same page.
        neighbours: those of the pages around it, at most `REACH` on either side.

    A line is furniture if half of the neighbours (and at least two) have it at the same height with
    any other numbers in it, or if it is a bare page number in the margin; and if so is all that
    stands outside it, so that the heads of a table that goes on are kept below a running head.
    """
    enough = max(2, (len(neighbours) + 1) // 2)
    found: set[int] = set()
    for side in (0, 1):
        for base, pattern, at in edges[side]:
            alike = sum(_has(other[side], base, pattern) for other in neighbours)
            bare = (
                pattern == _PAGE_NUMBER and base is not None and not _YEAR.fullmatch(runs[at].text)
            )
            if alike < enough and not bare:
                break
            found.add(at)
    return found


def _has(edge: Edge, base: float | None, pattern: str) -> bool:
    """Page numbers may stand at any height, whatever else only at the same."""
    return any(
        pattern == text
        and (
            pattern == _PAGE_NUMBER
            or (base is not None and height is not None and abs(base - height) <= _DRIFT)
        )
        for height, text, _ in edge
    )
