"""The cut a citation points at: a small picture of its place, with the box drawn around it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from ...errors import BadInput
from ...schema import Box, Picture

MEDIA_TYPE = "image/jpeg"
_SIZE = (480, 216)
"""Pixels; the page shows it at half the size, for screens with small pixels."""
_ROOM = 1.35
"""How much wider than its boxes a cut is at least."""
_LEAST = 0.22
"""Share of the picture's width that a cut shows at least, so that the place is known again."""
_COLOR = "#d81b60"


def cut_around(image: Image.Image, picture: Picture, boxes: Sequence[Box]) -> bytes:
    """What lies around the boxes, zoomed, as a JPEG.

    Args:
        image: the pixels of `picture`.
        picture: says in which frame the boxes lie.
        boxes: at least one; others than those of the picture's frame are left out.

    Raises:
        BadInput: none of them lies on the picture.
    """
    frame = picture.origin.frame if picture.origin else "picture"
    places = [picture.local(box) for box in boxes if box.frame == frame]
    places = [p for p in places if p[2] > 0 and p[3] > 0 and p[0] < image.width]
    if not places:
        raise BadInput(picture.name or "picture", "has no such place")
    left, top, right, bottom = _region(image.size, places)
    scale = _SIZE[0] / (right - left)
    cut = image.resize(_SIZE, Image.Resampling.LANCZOS, box=(left, top, right, bottom))
    pen = ImageDraw.Draw(cut)
    for x1, y1, x2, y2 in places:
        box = [(x1 - left) * scale, (y1 - top) * scale, (x2 - left) * scale, (y2 - top) * scale]
        pen.rectangle([box[0] - 4, box[1] - 4, box[2] + 4, box[3] + 4], outline=_COLOR, width=3)
    file = io.BytesIO()
    cut.save(file, "JPEG", quality=82)
    return file.getvalue()


def _region(
    size: tuple[int, int], places: Sequence[tuple[float, float, float, float]]
) -> tuple[float, float, float, float]:
    """The part of a picture that holds the places, of the cut's shape, inside where there is room."""
    x1, y1 = min(p[0] for p in places), min(p[1] for p in places)
    x2, y2 = max(p[2] for p in places), max(p[3] for p in places)
    shape = _SIZE[0] / _SIZE[1]
    wide = max((x2 - x1) * _ROOM, (y2 - y1) * _ROOM * shape, _LEAST * size[0])
    wide = min(wide, size[0], size[1] * shape)
    high = wide / shape
    left = min(max(0.0, (x1 + x2 - wide) / 2), size[0] - wide)
    # What is too high for a cut is shown from its beginning.
    middle = (y1 + y2) / 2 if y2 - y1 <= high else y1 + high * 0.45
    top = min(max(0.0, middle - high / 2), size[1] - high)
    return left, top, left + wide, top + high
