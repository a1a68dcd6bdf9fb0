"""How large a scan's letters are: by the ink itself, since recognisers' boxes are high by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .....retrieval.pages import XYXY

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["letter_heights"]

_FLATTEST, _WIDEST = 0.2, 4.0
"""Of a box's height: parts that are lower are dots and strokes, wider ones rules and words run together."""


def letter_heights(image: Image.Image, rows: Sequence[Sequence[XYXY]]) -> list[list[int]]:
    """The heights of the letters in the boxes of each row, in pixels, of any script that parts its letters.

    Args:
        image: the page, dark on light.
        rows: boxes of each row, in its pixels.
    """
    import cv2
    import numpy as np

    grey = np.asarray(image.convert("L"))
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    _, _, stats, centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]

    def inside(box: XYXY) -> list[int]:
        x1, y1, x2, y2 = box
        size = y2 - y1
        kept = (centres[:, 0] >= x1) & (centres[:, 0] <= x2)
        kept &= (centres[:, 1] >= y1) & (centres[:, 1] <= y2)
        kept &= (high > _FLATTEST * size) & (high <= size) & (wide < _WIDEST * size)
        return [int(height) for height in high[kept]]

    return [[height for box in row for height in inside(box)] for row in rows]
