"""A scan or a picture as a `Layout`: words that OCR read, rules found in its pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from ....schema import Picture, TextLine
from ..finding.layout import HRule, Layout, PlacedWord, VRule

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["layout_of_scan"]

_LONG = 2.5
"""A rule is this many heights of print long at least: longer than any stroke of a letter."""
_THICK = 0.5
"""And at most this thick, in the same unit."""
_BESIDE, _ABOVE = 0.2, 0.1
"""What is left around a line, in its height: DBNet grows what it finds (Liao et al., 2020)."""
_DARKER = 15
"""Shades by which a rule differs from the paper around it."""


def layout_of_scan(
    image: Image.Image, lines: Sequence[TextLine], picture: Picture, number: int
) -> Layout:
    """The layout of a picture in its own pixels.

    Args:
        image: the picture, upright.
        lines: read in it, boxes in the frame of its original.
        picture: what it is; converts the boxes.
        number: of the page, from 1.
    """
    marks = tuple(_marks(lines, picture))
    print_height = median(mark.size for mark in marks) if marks else 20.0
    across, down = _rules(image, print_height)
    return Layout(marks, tuple(across), tuple(down), image.width, image.height, "picture", number)


def _marks(lines: Iterable[TextLine], picture: Picture) -> Iterable[PlacedWord]:
    for line in lines:
        x1, y1, x2, y2 = picture.local(line.box)
        height = y2 - y1
        beside, above = min(_BESIDE * height, (x2 - x1) / 4), _ABOVE * height
        x1, y1, x2, y2 = x1 + beside, y1 + above, x2 - beside, y2 - above
        total = max(1, len(line.text))
        at = 0
        for text in line.text.split(" "):
            if text:
                left = x1 + (x2 - x1) * at / total
                right = x1 + (x2 - x1) * (at + len(text)) / total
                yield PlacedWord(text, left, y1, right, y2, size=0.8 * height)
            at += len(text) + 1


def _rules(image: Image.Image, print_height: float) -> tuple[list[HRule], list[VRule]]:
    """Straight dark lines: what an opening with a long thin element leaves of the ink (Serra, 1982)."""
    import cv2
    import numpy as np

    grey = np.asarray(image.convert("L"))
    ink = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV,
        2 * max(3, round(print_height)) + 1, _DARKER,
    )  # fmt: skip
    long = max(8, round(_LONG * print_height))
    across = _components(ink, (long, 1))
    down = _components(ink, (1, long))
    thick = max(3.0, _THICK * print_height)
    return (
        [HRule(y + h / 2, x, x + w) for x, y, w, h in across if h <= thick],
        [VRule(x + w / 2, y, y + h) for x, y, w, h in down if w <= thick],
    )


def _components(ink: Any, element: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Left, top, width and height of each connected part that is left."""
    import cv2

    left = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, element))
    count, _, stats, _ = cv2.connectedComponentsWithStats(left, connectivity=8)
    return [tuple(int(v) for v in stats[at][:4]) for at in range(1, count)]  # type: ignore[misc]
