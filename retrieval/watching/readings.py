"""The words that are written in a video, each text once, with the time for which it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...extensions.extras import needs
from ...schema import Box
from ..pages import Page
from .spans import Shown

__all__ = ["Reading", "readings_of", "written_in"]

_ALIKE = 80.0
"""Likeness of two texts, 0 to 100, from which one is the other misread (rapidfuzz's ratio)."""
_LEAST = 2
"""Letters and digits of a text; less is a speck."""


class Reading(NamedTuple):
    """A text, from when to when it is shown, and where."""

    text: str
    seconds: float
    until: float
    shown: Shown


def written_in(page: Page) -> tuple[str, tuple[Box, ...]]:
    """The words that were read in a moment, and where they stand; what is only known has no place."""
    lines = [(line, page.boxes_of(line.start, line.end)) for line in page.lines]
    read = [(page.text[line.start : line.end], boxes) for line, boxes in lines if boxes]
    return "\n".join(text for text, _ in read), tuple(box for _, boxes in read for box in boxes)


def readings_of(pages: Iterable[Page]) -> list[Reading]:
    """The texts in the order in which they appear; of several ways one was read, the longest shown."""
    with needs("index"):
        from rapidfuzz.fuzz import ratio

    groups: list[list[Reading]] = []
    for page in pages:
        text, boxes = written_in(page)
        if sum(map(str.isalnum, text)) < _LEAST or page.seconds is None:
            continue
        until = page.until or page.seconds
        shown = Shown(page.number, page.seconds, until, boxes=boxes)
        reading = Reading(text, page.seconds, until, shown)
        same = next((g for g in groups if ratio(_plain(g[-1].text), _plain(text)) >= _ALIKE), None)
        if same is None:
            groups.append([reading])
        else:
            same.append(reading)
    return [_joined(group) for group in groups]


def _joined(group: list[Reading]) -> Reading:
    lasting: dict[str, float] = {}
    for one in group:
        lasting[one.text] = lasting.get(one.text, 0.0) + one.until - one.seconds
    text = max(lasting, key=lambda words: lasting[words])
    first = next(one for one in group if one.text == text)
    return Reading(text, group[0].seconds, group[-1].until, first.shown)


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
