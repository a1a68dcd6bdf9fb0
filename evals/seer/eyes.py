"""What can be made out of pictures as they are shown: where their parts lie, how large, how clear."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...media.store import Store
from ...schema import Box, Picture

SEEN_PIXELS = 1_200_000
"""What is seen of one picture; a larger one is made smaller first, as models do."""
_INSIDE = 0.8
"""Share of a box that has to lie in a picture."""
_DOT = 1 / 3
"""Share of the size of what is made out, from which it is seen that something is there."""
_CONTRAST = 30
"""Difference of the darkest and the brightest pixel from which something is seen."""


@dataclass
class Eyes:
    """Looks at the pixels of pictures in a store.

    Attributes:
        least: pixels that the short side of a box must have to be made out.
    """

    store: Store
    least: float = 0.0
    _clear: dict[tuple[str, Box | None], bool] = field(default_factory=dict)

    def sees(self, shown: Sequence[Picture], original: Picture, boxes: Sequence[Box]) -> bool:
        """Whether every box is made out in one of the pictures; without boxes, the whole picture."""
        mine = [picture for picture in shown if picture.original == original.sha256]
        if not boxes:
            return any(covers(picture, original) and self._is_clear(picture) for picture in mine)
        return all(any(self._makes_out(picture, box) for picture in mine) for box in boxes)

    def closer(self, shown: Sequence[Picture], original: Picture, boxes: Sequence[Box]) -> bool:
        """Whether the boxes are shown a second time, at least as large as in the picture itself."""
        again = [
            picture
            for picture in shown
            if picture.sha256 != original.sha256
            and picture.original == original.sha256
            and enlargement(picture) >= enlargement(original)
        ]
        if not boxes:
            return any(self._is_clear(picture) for picture in again)
        return all(any(self._makes_out(picture, box) for picture in again) for box in boxes)

    def suspects(self, picture: Picture, boxes: Sequence[Box]) -> bool | None:
        """Whether something of a box is to be seen; None where it is little more than a dot."""
        there = [b for b in boxes if inside(picture, b) and self._is_clear(picture, b)]
        if not there:
            return False
        largest = max(min(b.width, b.height) for b in there) * enlargement(picture)
        return True if largest >= _DOT * self.least else None

    def _makes_out(self, picture: Picture, box: Box) -> bool:
        size = min(box.width, box.height) * enlargement(picture)
        return inside(picture, box) and size >= self.least and self._is_clear(picture, box)

    def _is_clear(self, picture: Picture, box: Box | None = None) -> bool:
        """Whether something is to be seen in a picture that was cut out or drawn on."""
        if picture.original == picture.sha256:
            return True
        key = (picture.sha256, box)
        if key not in self._clear:
            image = self.store.open(picture).convert("L")
            if box is not None:
                x1, y1, x2, y2 = picture.local(box.grow(0.1))  # a filled box needs its surroundings
                image = image.crop((round(x1), round(y1), round(x2) + 1, round(y2) + 1))
            used = [shade for shade, count in enumerate(image.histogram()) if count]
            self._clear[key] = used[-1] - used[0] >= _CONTRAST
        return self._clear[key]


def enlargement(picture: Picture) -> float:
    """Seen pixels of one pixel of the original."""
    shrunk = min(1.0, math.sqrt(SEEN_PIXELS / (picture.width * picture.height)))
    return shrunk / (picture.origin.scale if picture.origin else 1.0)


def inside(picture: Picture, box: Box) -> bool:
    """Whether most of a box of the original lies in a picture."""
    frame = picture.box(0, 0, picture.width, picture.height)
    return box.intersection(frame) >= _INSIDE * box.area


def covers(picture: Picture, original: Picture) -> bool:
    """Whether a picture shows the whole original."""
    frame = picture.box(0, 0, picture.width, picture.height)
    return inside(
        picture, Box(x1=0, y1=0, x2=original.width, y2=original.height, frame=frame.frame)
    )
