"""PDF pages as pictures: which have to be looked at because they have no usable text, and how."""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ....settings import DocumentLimits
from ...pages import XYXY
from .words import PageGeometry

if TYPE_CHECKING:
    from PIL import Image

_STAMP = 60
"""Characters that a stamp or a scanner's notice on a scanned page may have; more is text."""
_FULL_PAGE = 0.5
_BAD_SHARE = 0.3
_UNUSUAL = re.compile(r"[^\x20-\x7e\s]")
"""What is not plain: only these are looked up one by one."""
_LOOKED_AT = 500
"""Objects of a page that are looked at to find a picture over the page."""
_FAINT = 8
"""Shades of 256 by which ink differs from the paper at least."""
_LETTER = 6
"""Pixels in the height of the smallest writing that OCR reads at all."""
_SHARP = 200 / 72
"""Pixels in a point that small pictures are drawn with, if they have so many."""
_SAMPLES = 10_000
"""Pixels that are looked at to find the paper's shade."""


def is_picture_of_text(page: Any, text: str, view: PageGeometry) -> bool:
    """Whether a page has something to see but no text that would do.

    That is: none at all, glyphs that stand for no characters, or only a stamp on a full-page
    picture. A picture under an invisible layer of text is read by that text.

    Args:
        page: an open pdfium page.
        text: all its characters.
        view: of the same page.
    """
    import pypdfium2.raw as pdfium

    marks = sum(map(len, text.split()))
    if marks and _bad(_UNUSUAL.findall(text)) > _BAD_SHARE * marks:
        return True
    if marks > _STAMP:
        return False
    objects = pdfium.FPDFPage_CountObjects(page)
    if not marks:
        return bool(objects > 0 or pdfium.FPDFPage_GetAnnotCount(page) > 0)
    return _largest_picture(page, objects) > _FULL_PAGE * _area(view)


def _bad(marks: list[str]) -> int:
    """How many stand for no character: unmapped, private use, control codes."""
    return sum(
        char == "\ufffd" or (ord(char) > 2 and unicodedata.category(char) in ("Cc", "Co", "Cn"))
        or char == "\0"
        for char in marks
    )  # fmt: skip


def _area(view: PageGeometry) -> float:
    return (view.right - view.left) * (view.top - view.bottom)


def _largest_picture(page: Any, objects: int) -> float:
    """The area, in PDF units squared, of the largest picture (or form, which may hold one)."""
    import pypdfium2.raw as pdfium

    largest = 0.0
    sides = [ctypes.c_float() for _ in range(4)]
    for at in range(min(objects, _LOOKED_AT)):
        thing = pdfium.FPDFPage_GetObject(page, at)
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind not in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):
            continue
        if pdfium.FPDFPageObj_GetBounds(thing, *sides):
            left, bottom, right, top = (side.value for side in sides)
            largest = max(largest, (right - left) * (top - bottom))
    return largest


def sharpest(page: Any) -> float:
    """Pixels in a point of the sharpest picture on a page of pictures alone; drawing finer adds nothing.

    Infinite for a page that holds anything else.
    """
    import pypdfium2.raw as pdfium

    objects = pdfium.FPDFPage_CountObjects(page)
    if not 0 < objects <= _LOOKED_AT or pdfium.FPDFPage_GetAnnotCount(page):
        return math.inf
    things = (pdfium.FPDFPage_GetObject(page, at) for at in range(objects))
    return max(_pixels_in_a_point(thing) for thing in things)


def _pixels_in_a_point(thing: Any) -> float:
    """Of a picture as it lies on its page; infinite for what is none."""
    import pypdfium2.raw as pdfium

    across, down, lies = ctypes.c_uint(), ctypes.c_uint(), pdfium.FS_MATRIX()
    known = (
        pdfium.FPDFPageObj_GetType(thing) == pdfium.FPDF_PAGEOBJ_IMAGE
        and pdfium.FPDFImageObj_GetImagePixelSize(thing, across, down)
        and pdfium.FPDFPageObj_GetMatrix(thing, lies)
    )
    area = abs(lies.a * lies.d - lies.b * lies.c)
    return math.sqrt(across.value * down.value / area) if known and area else math.inf


def draw(
    page: Any, view: PageGeometry, limits: DocumentLimits, finest: float = math.inf
) -> tuple[tuple[int, int], bytes, float]:
    """A page as shown on white: size in pixels, raw RGB, points in one pixel.

    Args:
        page: an open pdfium page.
        view: of the same page.
        limits: `render_dpi`, lowered where that would give more than `render_pixels`.
        finest: pixels in a point that are enough.
    """
    width, height = (max(side, 0.01) for side in view.size)
    wanted = min(limits.render_dpi / 72, finest)
    zoom = min(wanted, math.sqrt(limits.render_pixels / (width * height)))
    across = max(1, min(round(width * zoom), limits.render_pixels))
    down = max(1, min(round(height * zoom), limits.render_pixels // across))
    rgb = _drawn(page, (across, down), (0, 0, across, down))
    return (across, down), rgb, width / across


def draw_part(
    page: Any, view: PageGeometry, limits: DocumentLimits, box: XYXY, finest: float
) -> tuple[tuple[int, int], bytes]:
    """A part of a page as shown on white: size in pixels, raw RGB.

    Args:
        page: an open pdfium page.
        view: of the same page.
        limits: as in `draw`.
        box: on the page as shown.
        finest: pixels in a point that are enough.
    """
    x1, y1, x2, y2 = box
    wide, high = max(x2 - x1, 0.01), max(y2 - y1, 0.01)
    wanted = min(max(limits.render_dpi / 72, min(finest, _SHARP)), max(finest, 1.0))
    zoom = min(wanted, math.sqrt(limits.render_pixels / (wide * high)))
    size = max(1, round(wide * zoom)), max(1, round(high * zoom))
    whole = round(view.size[0] * zoom), round(view.size[1] * zoom)
    return size, _drawn(page, size, (-round(x1 * zoom), -round(y1 * zoom), *whole))


def _drawn(page: Any, size: tuple[int, int], where: tuple[int, int, int, int]) -> bytes:
    """Raw RGB of a picture into which a page is drawn at left, top, width, height."""
    import numpy as np
    import pypdfium2.raw as pdfium

    across, down = size
    bitmap = pdfium.FPDFBitmap_CreateEx(across, down, pdfium.FPDFBitmap_BGR, None, 0)
    if not bitmap:
        raise MemoryError(f"no room for a picture of {across} x {down}")
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, across, down, 0xFFFFFFFF)
        flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
        pdfium.FPDF_RenderPageBitmap(bitmap, page, *where, 0, flags)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        start = ctypes.cast(
            pdfium.FPDFBitmap_GetBuffer(bitmap), ctypes.POINTER(ctypes.c_uint8 * (stride * down))
        )
        rows = np.frombuffer(start.contents, np.uint8).reshape(down, stride)
        return rows[:, : 3 * across].tobytes()
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)


def shows_nothing(size: tuple[int, int], rgb: bytes) -> bool:
    """Whether a picture is of one shade all over, but for lines too thin to be writing.

    Args:
        size: width and height in pixels.
        rgb: raw RGB, rows from the top.
    """
    import numpy as np
    from PIL import Image

    colours = np.frombuffer(rgb, np.uint8).reshape(-1, 3)
    median = np.median(colours[:: max(1, len(colours) // _SAMPLES)], axis=0)
    paper, page = tuple(int(shade) for shade in median), Image.frombytes("RGB", size, rgb)
    third, half = page.height // 3, page.height // 2
    # A strip of the middle is enough to see that most pages show something.
    return _is_plain(page.crop((0, third, page.width, half)), paper) and _is_plain(page, paper)


def _is_plain(picture: Image.Image, paper: tuple[int, ...]) -> bool:
    """Whether nothing in a picture differs from its paper, but for thin lines."""
    from PIL import Image, ImageChops

    ink = ImageChops.difference(picture, Image.new("RGB", picture.size, paper))
    marked = ink.point(lambda shades: shades > _FAINT).getprojection()
    return any(_thickest(inked) < _LETTER for inked in marked)


def _thickest(inked: Sequence[int]) -> int:
    """The longest unbroken run of rows (or columns) with ink in them: 1 with, 0 without."""
    import numpy as np

    edges = np.flatnonzero(np.diff(inked, prepend=0, append=0))
    return int((edges[1::2] - edges[::2]).max(initial=0))
