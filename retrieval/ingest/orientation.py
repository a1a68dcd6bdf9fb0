"""Scans that lie on their side or upside down are read upright; their boxes stay where the letters are.

An upright scan is read once, as ever: what comes out tells whether it lay otherwise. Lines that are tall
and narrow lie on their side; lines that are read with little confidence may stand on their head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ...schema import Origin, Picture, TextLine
from ..loaders.base import Scan
from ..loaders.picture import page_of_scan
from ..pages import Page

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Reading", "read_upright"]

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
    lines = read(image, picture)
    best, turns = lines, 0
    for turn in _turns_to_try(lines):
        turned = read(*_turned(scan, image, picture, turn))
        if _how_well(turned) > _BETTER * _how_well(best):
            best, turns = turned, turn
            if _confidence(turned) >= _SURE:
                break
    return best, turns


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
    from PIL import Image

    how = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_270)
    turned = image.transpose(how[turns - 1])
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
    width, height = scan.width, scan.height
    back = {
        1: (width - y2, x1, width - y1, x2),
        2: (width - x2, height - y2, width - x1, height - y1),
        3: (y1, height - x2, y2, height - x1),
    }[turns]
    boxes = page.boxes.copy()
    for at, column in enumerate(back):
        boxes[:, at] = column
    return replace(page, width=width, height=height, boxes=boxes)
