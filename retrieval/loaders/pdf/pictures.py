"""Pictures inside pages of text: those that are large enough to hold words, as they look on the page."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ....settings import DocumentLimits
from ...pages import XYXY, Page
from ..base import Inset
from .rendering import draw_part
from .words import PageGeometry, TextRun

__all__ = ["insets_of", "picture_boxes"]

_LOOKED_AT = 500
"""Objects of a page that are looked at."""
_MOST = 24
"""Pictures of a page that are read."""
_SHORT, _AREA = 16.0, 5000.0
"""Points of a picture's shorter side, and its area, from which on it is worth reading; less is a logo."""
_PIXELS = 24
"""Pixels of its shorter side; less holds no line of letters."""
_SLIM = 20
"""Times as long as wide: rules and borders."""
_FULL_PAGE = 0.5
"""Of the page: a picture that covers more may be a scan of all of it."""
_COVERED = 3
"""Words of the page's own text that may lie on a picture; one with more is a background."""


def picture_boxes(
    page: Any, view: PageGeometry, runs: Sequence[TextRun]
) -> tuple[list[tuple[XYXY, float]], bool]:
    """Where pictures of a page lie that may hold words, and how many pixels they have in a point.

    Args:
        page: an open pdfium page.
        view: of the same page.
        runs: its text; pictures under it are passed over.

    Returns:
        The pictures, and whether the page's text lies on a picture of the whole page: a scan that
        somebody has read already.
    """
    found = list(_large_pictures(page, view))
    if not found:
        return [], False
    boxes = [box for run in runs for box in run.boxes]
    free = [(box, sharp) for box, sharp in found if _words_on(box, boxes) <= _COVERED]
    whole = _FULL_PAGE * view.size[0] * view.size[1]
    scanned = any(
        (x2 - x1) * (y2 - y1) > whole and 2 * _words_on((x1, y1, x2, y2), boxes) > len(boxes)
        for (x1, y1, x2, y2), _ in found
    )
    return free[:_MOST], scanned


def _large_pictures(page: Any, view: PageGeometry) -> Iterator[tuple[XYXY, float]]:
    import pypdfium2.raw as pdfium

    sides = [ctypes.c_float() for _ in range(4)]
    across, down = ctypes.c_uint(), ctypes.c_uint()
    for at in range(min(pdfium.FPDFPage_CountObjects(page), _LOOKED_AT)):
        thing = pdfium.FPDFPage_GetObject(page, at)
        if pdfium.FPDFPageObj_GetType(thing) != pdfium.FPDF_PAGEOBJ_IMAGE:
            continue
        if not pdfium.FPDFPageObj_GetBounds(thing, *sides):
            continue
        if not pdfium.FPDFImageObj_GetImagePixelSize(thing, across, down):
            continue
        left, bottom, right, top = (side.value for side in sides)
        xs, ys = view.shown(np.array([left, right]), np.array([bottom, top]))
        width, height = view.size
        xs, ys = np.clip(xs, 0, width), np.clip(ys, 0, height)
        box = float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())
        wide, high = box[2] - box[0], box[3] - box[1]
        if (
            min(wide, high) < _SHORT
            or wide * high < _AREA
            or max(wide, high) > _SLIM * min(wide, high)
        ):
            continue
        if min(across.value, down.value) >= _PIXELS:
            yield box, math.sqrt(across.value * down.value / (wide * high))


def _words_on(box: XYXY, words: Sequence[XYXY]) -> int:
    x1, y1, x2, y2 = box
    return sum(x1 <= (a + c) / 2 <= x2 and y1 <= (b + d) / 2 <= y2 for a, b, c, d in words)


def insets_of(
    page: Any,
    view: PageGeometry,
    built: Page,
    boxes: Sequence[tuple[XYXY, float]],
    limits: DocumentLimits,
) -> tuple[Inset, ...]:
    """The pictures at these places, each behind the line that it follows."""
    insets = []
    for box, sharp in boxes:
        size, rgb = draw_part(page, view, limits, box, sharp)
        insets.append(Inset(_lines_before(built, box), size, rgb, box))
    return tuple(sorted(insets, key=lambda inset: inset.after))


def _lines_before(built: Page, box: XYXY) -> int:
    """How many lines come before a picture: up to the last that stands over it, or all above it."""
    over = above = 0
    for at, line in enumerate(built.lines, 1):
        if line.kind == "furniture":
            continue
        for one in built.boxes_of(line.start, line.end):
            if one.y2 <= box[1] + 2:
                above = at
                if one.x1 < box[2] and box[0] < one.x2:
                    over = at
    return over or above
