"""Stretches of time, put together from the moments in which something holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ...schema import Box, Detection

__all__ = ["Shown", "Span", "count_at", "distinct", "spans_of", "window"]

FLICKER = 1.0
"""Seconds for which a detector may lose sight of a thing that is still there."""
_INSIDE = 0.7
"""Share of a box inside another one of the same kind from which both are one thing."""
_EDGE = 1.0
"""Seconds at either end that are its beginning and its end."""


class Shown(NamedTuple):
    """A moment (a page of a video) in which a thing is shown.

    Attributes:
        number: of the page, from 1.
        score: how sure that is, 0..1.
        boxes: where.
    """

    number: int
    seconds: float
    until: float
    score: float = 1.0
    boxes: tuple[Box, ...] = ()


class Span(NamedTuple):
    """A stretch of time in which a thing is shown, with its surest moment."""

    seconds: float
    until: float
    first: Shown
    best: Shown


def spans_of(shown: Iterable[Shown]) -> list[Span]:
    """Moments in order, those together that follow each other."""
    spans: list[Span] = []
    for moment in shown:
        if spans and moment.seconds - spans[-1].until <= FLICKER:
            last = spans[-1]
            best = max(last.best, moment, key=lambda one: one.score)
            spans[-1] = Span(last.seconds, max(last.until, moment.until), last.first, best)
        else:
            spans.append(Span(moment.seconds, moment.until, moment, moment))
    return spans


def distinct(found: Sequence[Detection]) -> list[Detection]:
    """Detections of one kind, the surest first, without those that lie in another one."""
    kept: list[Detection] = []
    for one in sorted(found, key=lambda d: -d.score):
        if not any(_inside(one.box, other.box) for other in kept):
            kept.append(one)
    return kept


def _inside(one: Box, other: Box) -> bool:
    smaller = min(one.area, other.area)
    return smaller > 0 and one.intersection(other) >= _INSIDE * smaller


def window(at: str, seconds: float | None, end: float) -> tuple[float, float]:
    """From when to when a question looks, in seconds of a video of that length."""
    if seconds is not None:
        return min(seconds, end), min(seconds, end)
    if at == "start":
        return 0.0, min(_EDGE, end)
    if at == "end":
        return max(0.0, end - _EDGE), end
    return 0.0, end


def count_at(
    moments: Sequence[Shown], begin: float, until: float, count: Callable[[Shown], int]
) -> tuple[int, Shown] | None:
    """The number that holds for most of a time, and a moment of it; None without a moment."""
    lasting: dict[int, float] = {}
    shown: dict[int, Shown] = {}
    for moment in moments:
        shared = min(until, moment.until) - max(begin, moment.seconds)
        if shared < 0 or (shared == 0 and begin < until):
            continue
        number = count(moment)
        lasting[number] = lasting.get(number, 0.0) + shared + 1e-6
        shown[number] = moment
    if not lasting:
        return None
    most = max(lasting, key=lambda number: (lasting[number], number))
    return most, shown[most]
