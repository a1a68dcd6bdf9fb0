"""Titles of slides that are only pictures: what stands at the top, apart from the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..pages import RawLine

__all__ = ["titled"]

_TOP = 0.25
"""Share of a slide's height that a title stands in."""
_MOST_WORDS = 14
_FEWEST_LETTERS = 3
_APART = 0.6
"""Of a title's height, between it and what follows."""
_LEVEL = 1


def titled(lines: Sequence[RawLine], width: float, height: float) -> list[RawLine]:
    """The lines of a scan, the title of a slide marked as a heading; as they are where it is no slide.

    Args:
        lines: in reading order, boxes in the page's frame.
        width, height: of the page; slides are wider than high.
    """
    if width <= height:
        return list(lines)
    count = _title_lines(lines, height)
    marked = [
        replace(line, kind="heading", level=_LEVEL, begins=at == 0)
        for at, line in enumerate(lines[:count])
    ]
    return [*marked, *lines[count:]]


def _title_lines(lines: Sequence[RawLine], height: float) -> int:
    """How many of the first lines are the title: those that follow closely; 0 for none."""
    count = 0
    for line, below in zip(lines, [*lines[1:], None], strict=True):
        if line.kind != "text" or _span(line)[1] > _TOP * height:
            return 0
        count += 1
        if below is None or _gap(line, below) >= _APART * _size(line):
            break
    words = [word.text for line in lines[:count] for word in line.words]
    letters = sum(map(str.isalpha, "".join(words)))
    return count if len(words) <= _MOST_WORDS and letters >= _FEWEST_LETTERS else 0


def _gap(line: RawLine, below: RawLine) -> float:
    return _span(below)[0] - _span(line)[1]


def _size(line: RawLine) -> float:
    top, bottom = _span(line)
    return bottom - top


def _span(line: RawLine) -> tuple[float, float]:
    """Where a line begins and ends, from the top."""
    boxes = [word.box for word in line.words if word.box is not None]
    return min((b[1] for b in boxes), default=0.0), max((b[3] for b in boxes), default=0.0)
