"""What a table is found from, whatever the page came from: words with boxes, and straight rules.

A PDF gives both from its content, a picture from OCR and from its pixels; the finders see no difference.
Lengths are points of 1/72 inch, or pixels where the layout's frame is "picture".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ....schema import Box, Frame
from ...pages import XYXY

__all__ = ["HRule", "Layout", "PlacedWord", "VRule", "bounds"]


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word on a page.

    Attributes:
        x1, y1, x2, y2: its box.
        size: of its font, or the height of its line.
        bold: where that is known.
    """

    text: str
    x1: float
    y1: float
    x2: float
    y2: float
    size: float
    bold: bool = False

    @property
    def middle(self) -> float:
        """Half way down, from the top of the page."""
        return (self.y1 + self.y2) / 2


@dataclass(frozen=True, slots=True)
class HRule:
    """A horizontal line at y."""

    y: float
    x1: float
    x2: float


@dataclass(frozen=True, slots=True)
class VRule:
    """A vertical line at x."""

    x: float
    y1: float
    y2: float


@dataclass(frozen=True, slots=True)
class Layout:
    """One page as the finders see it, written from left to right.

    Attributes:
        turn: quarter turns clockwise after which the page as shown reads like this (0 nearly always).
        width, height: as seen by the finders, so swapped where `turn` is odd.
        number: of the page, from 1.
    """

    marks: tuple[PlacedWord, ...]
    across: tuple[HRule, ...] = ()
    down: tuple[VRule, ...] = ()
    width: float = 0.0
    height: float = 0.0
    frame: Frame = "page"
    number: int = 1
    turn: int = 0

    def box(self, x1: float, y1: float, x2: float, y2: float) -> Box:
        """A rectangle of this layout on the page as shown."""
        corners = [self._shown(x1, y1), self._shown(x2, y2)]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return Box(x1=min(xs), y1=min(ys), x2=max(xs), y2=max(ys), frame=self.frame)

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        width, height = self.width, self.height
        return ((x, y), (y, width - x), (width - x, height - y), (height - y, x))[self.turn % 4]


def bounds(marks: Iterable[PlacedWord]) -> XYXY:
    """The smallest rectangle around words; there must be some."""
    x1, y1, x2, y2 = zip(*((m.x1, m.y1, m.x2, m.y2) for m in marks), strict=True)
    return min(x1), min(y1), max(x2), max(y2)
