"""Pictures inside office documents and web pages: those that are large enough to hold words."""

from __future__ import annotations

import math

from ....errors import BadInput
from ....media.formats import decode
from ....settings import MediaLimits
from ..base import Inset

__all__ = ["inset_of"]

_SHORT, _LONG = 24, 60
"""Pixels of a picture's sides at least; less holds no words."""
_SLIM = 20
"""Times as long as wide: rules and borders."""
_MOST = 4_000_000
"""Pixels of a picture that are read; larger ones are reduced."""
_LIMITS = MediaLimits(bytes=64 * 2**20, pixels=60_000_000)


def inset_of(data: bytes, after: int) -> Inset | None:
    """A picture file behind so many lines of a page; None for what is broken, drawn, or an icon."""
    try:
        image = decode(data, "a picture in the document", _LIMITS).image
    except BadInput:  # EMF, WMF and SVG are drawings; a broken picture costs itself
        return None
    short, long = sorted(image.size)
    if short < _SHORT or long < _LONG or long > _SLIM * short:
        return None
    ratio = math.sqrt(_MOST / (image.width * image.height))
    if ratio < 1:
        image = image.resize((int(image.width * ratio), int(image.height * ratio)))
    return Inset(after, image.size, image.tobytes())
