"""Scans that lie on their side or upside down are read upright; their boxes stay where the letters are.

An upright scan is read once, as ever: what comes out tells whether it lay otherwise. Lines that are tall
and narrow lie on their side; lines that are read with little confidence may stand on their head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ...schema import Origin, Picture, TextLine
from ..loaders.base import Scan
from ..loaders.picture import page_of_scan
from ..pages import Page

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

__all__ = ["Reading", "best_turn", "quarter_turned", "read_upright", "turned_back"]

Number = TypeVar("Number", "float", "NDArray[np.float32]")
Reading = Callable[["Image.Image", Picture], list[TextLine]]

_TALL = 1.5
"""Times as high as wide: a line on its side. A recogniser turns such lines by itself."""
_FEW_LETTERS = 12
"""Fewer tell nothing about how a page lies."""
_SURE = 0.87
"""Mean confidence, by letters, of a page that need not be tried upside down."""
_BETTER = 1.15
"""Times as well read: a turn that is worth believing."""
_SIDEWAYS = 1.5
"""Times as many letters in tall lines as in wide ones."""


def read_upright(
    scan: Scan, image: Image.Image, picture: Picture, read: Reading
) -> tuple[list[TextLine], int]:
    """The lines of a scan in the frame in which it is upright, and how it was turned to be so.

    Args:
        scan: the page.
        image: its pixels.
        picture: what they are.
        read: OCR.

    Returns:
        Lines whose boxes are in the frame of the scan turned by so many quarter turns
        anticlockwise; none for scans that are upright.
    """

    def after(turns: int) -> list[TextLine]:
        return read(*(_turned(scan, image, picture, turns) if turns else (image, picture)))

    return best_turn(after)


def best_turn(read: Callable[[int], list[TextLine]]) -> tuple[list[TextLine], int]:
    """The lines of the turn in which a picture is upright, and that turn.

    Args:
        read: OCR of the picture after so many quarter turns anticlockwise.
    """
    lines = read(0)
    best, turns = lines, 0
    for turn in _turns_to_try(lines):
        turned = read(turn)
        if _how_well(turned) > _BETTER * _how_well(best):
            best, turns = turned, turn
            if _confidence(turned) >= _SURE:
                break
    return best, turns


def quarter_turned(image: Image.Image, turns: int) -> Image.Image:
    """An image after one, two or three quarter turns anticlockwise."""
    from PIL import Image

    how = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
    return image.transpose(how[turns - 1])


def turned_back(
    corners: tuple[Number, Number, Number, Number], turns: int, width: float, height: float
) -> tuple[Number, Number, Number, Number]:
    """A box of a turned picture (x1, y1, x2, y2), or columns of many, in the frame it was turned from.

    Args:
        corners: in the picture after so many quarter turns anticlockwise.
        turns: 1 to 3.
        width: of the picture before it was turned.
        height: likewise.
    """
    x1, y1, x2, y2 = corners
    if turns == 1:
        return width - y2, x1, width - y1, x2
    if turns == 2:
        return width - x2, height - y2, width - x1, height - y1
    return y1, height - x2, y2, height - x1


def _turns_to_try(lines: Sequence[TextLine]) -> list[int]:
    """Quarter turns anticlockwise that may put a page upright, the likeliest first."""
    tall = wide = 0
    for line in lines:
        if line.box.height > _TALL * line.box.width:
            tall += len(line.text)
        elif line.box.width > line.box.height:
            wide += len(line.text)
    if tall >= _FEW_LETTERS and tall > _SIDEWAYS * wide:
        return [1, 3]
    if tall + wide >= _FEW_LETTERS and _confidence(lines) < _SURE:
        return [2]
    return []


def _confidence(lines: Sequence[TextLine]) -> float:
    letters = sum(len(line.text) for line in lines)
    return sum(len(line.text) * line.score for line in lines) / letters if letters else 0.0


def _how_well(lines: Sequence[TextLine]) -> float:
    """Letters in lines that are wider than tall, each by how sure it is."""
    return sum(len(line.text) * line.score**3 for line in lines if line.box.width > line.box.height)


def _turned(
    scan: Scan, image: Image.Image, picture: Picture, turns: int
) -> tuple[Image.Image, Picture]:
    turned = quarter_turned(image, turns)
    return turned, picture.model_copy(
        update={
            "width": turned.width,
            "height": turned.height,
            "origin": Origin(
                document=picture.name, page=scan.number, scale=scan.scale, frame=scan.frame
            ),
        }
    )


def page_as_scanned(
    scan: Scan, lines: Sequence[TextLine], turns: int, shown: str, said: str
) -> Page:
    """The page of a scan that was read after so many quarter turns, boxes in the scan's own frame."""
    if not turns:
        return page_of_scan(scan, lines, shown, said)
    sides = (scan.height, scan.width) if turns % 2 else (scan.width, scan.height)
    page = page_of_scan(replace(scan, width=sides[0], height=sides[1]), lines, shown, said)
    x1, y1, x2, y2 = page.boxes.T
    boxes = page.boxes.copy()
    for at, column in enumerate(turned_back((x1, y1, x2, y2), turns, scan.width, scan.height)):
        boxes[:, at] = column
    return replace(page, width=scan.width, height=scan.height, boxes=boxes)
