"""Where a box lies in a picture, in words."""

from __future__ import annotations

from ..schema import Box, Picture

WHOLE = 0.98
"""Share of a picture from which a box is all of it."""


def place(box: Box, picture: Picture) -> str:
    """One of nine places by the box's centre: "top left", "left", "top middle", "middle" ..."""
    x1, y1, x2, y2 = picture.local(box)
    across = _third((x1 + x2) / 2 / picture.width, ("left", "middle", "right"))
    down = _third((y1 + y2) / 2 / picture.height, ("top", "", "bottom"))
    return f"{down} {across}".strip()


def share(box: Box, picture: Picture) -> float:
    """How much of the picture a box covers, 0..1."""
    x1, y1, x2, y2 = picture.local(box)
    return min(1.0, (x2 - x1) * (y2 - y1) / (picture.width * picture.height))


def whole(picture: Picture) -> Box:
    """The box of all of a picture, in its original's frame."""
    return picture.box(0, 0, picture.width, picture.height)


def _third(position: float, names: tuple[str, str, str]) -> str:
    return names[0] if position < 1 / 3 else names[2] if position > 2 / 3 else names[1]
