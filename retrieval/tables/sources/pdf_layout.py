"""A PDF page as a `Layout`: words as the text loader reads them, rules from the lines that are drawn."""

from __future__ import annotations

import ctypes
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter
from typing import Any

import numpy as np

from ...loaders.pdf.words import PageGeometry, TextRun, read_runs, read_text
from ..finding.layout import HRule, Layout, PlacedWord, VRule

__all__ = ["layouts_of"]

_LEADER = re.compile(r"[.…·_\-–—]{4,}|[.…·]{3,}")
"""Dots and strokes that only lead the eye from a label to its value."""
_TURNED_WORDS = 12
"""Words written upwards or downwards from which a page is read that way, too."""
_THICK = 4.0
"""Points up to which a filled rectangle is a line rather than an area."""
_OBJECTS = 20_000
_DEEPEST = 4
"""Forms within forms that are followed."""
_SEAM = 0.6
"""Points between areas of one colour that still touch."""
_STRAIGHT = 0.5
"""Points by which the ends of a line may differ across it."""
_WHITE = 250


def layouts_of(
    page: Any, text_page: Any, view: PageGeometry, number: int, most: int
) -> list[Layout]:
    """A page's layouts, one for each direction that enough of it is written in; the fullest first.

    Args:
        page, text_page: open pdfium pages.
        view: of the same page.
        number: of the page, from 1.
        most: characters that are read.
    """
    text = read_text(text_page, most)
    strokes = _without_seams(list(_strokes(page)))
    layouts = []
    for turn in range(4):
        turned = replace(view, turn=(view.turn + turn) % 4)
        runs = read_runs(text_page, text, turned)
        marks = tuple(_marks(runs))
        if marks and (turn == 0 or len(marks) >= _TURNED_WORDS):
            across, down = _rules(strokes, turned)
            layouts.append(Layout(marks, across, down, *turned.size, "page", number, turn))
        if turn == 0 and sum(len(r.words) for r in runs if not r.flat) < _TURNED_WORDS:
            break  # nothing worth reading runs another way
    return sorted(layouts, key=lambda layout: -len(layout.marks))


def _marks(runs: Iterable[TextRun]) -> Iterator[PlacedWord]:
    for run in runs:
        if not run.flat:
            continue
        for word in run.words:
            if word.box is not None and not _LEADER.fullmatch(word.text):
                yield PlacedWord(word.text, *word.box, size=run.size, bold=run.bold)


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A straight line, or the rectangle of an area of one colour, in PDF coordinates."""

    x1: float
    y1: float
    x2: float
    y2: float
    area: tuple[int, ...] | None = None


def _rules(
    strokes: list[_Stroke], view: PageGeometry
) -> tuple[tuple[HRule, ...], tuple[VRule, ...]]:
    width, height = view.size
    across: list[HRule] = []
    down: list[VRule] = []
    if not strokes:
        return (), ()
    xs = np.array([(s.x1, s.x2) for s in strokes])
    ys = np.array([(s.y1, s.y2) for s in strokes])
    shown_x, shown_y = view.shown(xs, ys)
    for stroke, (a, b), (c, d) in zip(strokes, shown_x.tolist(), shown_y.tolist(), strict=True):
        x1, x2, y1, y2 = min(a, b), max(a, b), min(c, d), max(c, d)
        if x2 < 0 or y2 < 0 or x1 > width or y1 > height:
            continue
        x1, y1, x2, y2 = max(x1, 0.0), max(y1, 0.0), min(x2, width), min(y2, height)
        wide, high = x2 - x1, y2 - y1
        if stroke.area is not None and min(wide, high) > _THICK:
            across += [HRule(y1, x1, x2), HRule(y2, x1, x2)]
            down += [VRule(x1, y1, y2), VRule(x2, y1, y2)]
        elif high <= wide:
            across.append(HRule((y1 + y2) / 2, x1, x2))
        else:
            down.append(VRule((x1 + x2) / 2, y1, y2))
    return tuple(across), tuple(down)


_Matrix = tuple[float, float, float, float, float, float]
_PLAIN: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _strokes(page: Any) -> Iterator[_Stroke]:
    """Straight lines and filled rectangles of a page, those inside of forms too."""
    import pypdfium2.raw as pdfium

    count = min(pdfium.FPDFPage_CountObjects(page), _OBJECTS)
    for at in range(count):
        yield from _of_object(pdfium.FPDFPage_GetObject(page, at), _PLAIN, 0)


def _of_object(thing: Any, outer: _Matrix, depth: int) -> Iterator[_Stroke]:
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFPageObj_GetType(thing)
    if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
        inner = _times(_matrix(thing), outer)
        for at in range(min(pdfium.FPDFFormObj_CountObjects(thing), _OBJECTS)):
            yield from _of_object(pdfium.FPDFFormObj_GetObject(thing, at), inner, depth + 1)
    elif kind == pdfium.FPDF_PAGEOBJ_PATH:
        yield from _of_path(thing, _times(_matrix(thing), outer))


def _matrix(thing: Any) -> _Matrix:
    import pypdfium2.raw as pdfium

    m = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(thing, m):
        return _PLAIN
    return m.a, m.b, m.c, m.d, m.e, m.f


def _times(m: _Matrix, n: _Matrix) -> _Matrix:
    """First m, then n."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _of_path(path: Any, matrix: _Matrix) -> Iterator[_Stroke]:
    import pypdfium2.raw as pdfium

    fill, stroked = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(path, fill, stroked):
        return
    filled = fill.value != pdfium.FPDF_FILLMODE_NONE
    if not filled and not stroked.value:
        return
    colour = _colour(path) if filled and not stroked.value else None
    if colour is not None and (colour[3] == 0 or min(colour[:3]) >= _WHITE):
        return
    for points in _figures(path, matrix):
        straight = [
            _Stroke(*a, *b)
            for a, b in pairwise(points)
            if min(abs(a[0] - b[0]), abs(a[1] - b[1])) <= _STRAIGHT
        ]
        if stroked.value:
            yield from straight
        elif len(straight) >= 3 and len(straight) == len(points) - 1:
            xs, ys = [x for x, _ in points], [y for _, y in points]
            yield _Stroke(min(xs), min(ys), max(xs), max(ys), area=colour or ())


def _colour(path: Any) -> tuple[int, ...] | None:
    """Red, green, blue and opacity that a path is filled with."""
    import pypdfium2.raw as pdfium

    parts = [ctypes.c_uint() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetFillColor(path, *parts):
        return None
    return tuple(part.value for part in parts)


def _without_seams(strokes: list[_Stroke]) -> list[_Stroke]:
    """Areas of one colour that touch are one: what parts them cannot be seen."""
    lines = [s for s in strokes if s.area is None or min(s.x2 - s.x1, s.y2 - s.y1) <= _THICK]
    areas = [s for s in strokes if s.area is not None and min(s.x2 - s.x1, s.y2 - s.y1) > _THICK]
    beside: dict[tuple[object, ...], list[_Stroke]] = defaultdict(list)
    for area in areas:
        beside[area.area, round(area.y1), round(area.y2)].append(area)
    rows = [one for band in beside.values() for one in _touching(band, "x1", "x2")]
    above: dict[tuple[object, ...], list[_Stroke]] = defaultdict(list)
    for area in rows:
        above[area.area, round(area.x1), round(area.x2)].append(area)
    return lines + [one for stack in above.values() for one in _touching(stack, "y1", "y2")]


def _touching(areas: list[_Stroke], start: str, end: str) -> Iterator[_Stroke]:
    """Areas of one row or column, those without white between them as one."""
    last: _Stroke | None = None
    for area in sorted(areas, key=attrgetter(start)):
        if last is not None and getattr(area, start) - getattr(last, end) <= _SEAM:
            last = replace(last, **{end: max(getattr(last, end), getattr(area, end))})
            continue
        if last is not None:
            yield last
        last = area
    if last is not None:
        yield last


def _figures(path: Any, matrix: _Matrix) -> Iterator[list[tuple[float, float]]]:
    """The corners of each figure of a path; figures with curves are left out."""
    import pypdfium2.raw as pdfium

    a, b, c, d, e, f = matrix
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[float, float]] = []
    curved = False
    for at in range(min(pdfium.FPDFPath_CountSegments(path), _OBJECTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, at)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            if len(points) > 1 and not curved:
                yield points
            points, curved = [point], False
        else:
            curved = curved or kind == pdfium.FPDF_SEGMENT_BEZIERTO
            points.append(point)
        if pdfium.FPDFPathSegment_GetClose(segment) and points:
            points.append(points[0])
    if len(points) > 1 and not curved:
        yield points
