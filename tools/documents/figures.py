"""Where a figure lies that has a caption: what stands between its caption and the text around it."""

from __future__ import annotations

from collections.abc import Sequence

from ...retrieval.outline import Caption
from ...retrieval.pages import Page
from ...schema import Box

_WIDE = 0.5
"""Of the widest line of the page, from which a line is text and no label in a figure."""
_WORDS = 5
"""Words of a line from which it is text."""
_LEAST = 0.05
"""Of the page's height, that a figure has at least."""
_MARGIN = 0.05
"""Of the page's height, at its top and its foot, that belongs to running heads."""


def figure_box(page: Page, caption: Caption) -> Box | None:
    """The figure with its caption; None where there is no room for one, or the page has no layout."""
    if not caption.boxes or page.height <= 0:
        return None
    own = Box.around(caption.boxes)
    lines = [line for line in _text_lines(page) if line.intersection(own) < 0.5 * line.area]
    above = max((b.y2 for b in lines if b.y2 <= own.y1 + 1), default=_MARGIN * page.height)
    below = min((b.y1 for b in lines if b.y1 >= own.y2 - 1), default=(1 - _MARGIN) * page.height)
    least = _LEAST * page.height
    if own.y1 - above >= least:  # as most figures have it
        top, bottom = above, own.y2
    elif below - own.y2 >= least:
        top, bottom = own.y1, below
    else:
        return None
    left, right = _sides(page, own, top, bottom)
    return Box(x1=left, y1=top, x2=right, y2=bottom, frame=page.frame)


def _text_lines(page: Page) -> list[Box]:
    """The lines of running text, which are no labels of a chart."""
    found = []
    for line in page.lines:
        boxes = page.boxes_of(line.start, line.end)
        if boxes and len(page.text[line.start : line.end].split()) >= _WORDS:
            found.append(Box.around(boxes))
    widest = max((box.width for box in found), default=0.0)
    return [box for box in found if box.width >= _WIDE * widest]


def _sides(page: Page, own: Box, top: float, bottom: float) -> tuple[float, float]:
    """The width of the column that the caption stands in: that of the text, where it is wider."""
    columns = [box for box in _text_lines(page) if _over(box, own) > 0]
    sides: Sequence[Box] = columns or [own]
    inside = [
        box
        for line in page.lines
        for box in page.boxes_of(line.start, line.end)
        if box.y1 >= top and box.y2 <= bottom and _over(box, Box.around(sides)) > 0
    ]
    whole = Box.around([*sides, own, *inside])
    return whole.x1, whole.x2


def _over(one: Box, other: Box) -> float:
    return min(one.x2, other.x2) - max(one.x1, other.x1)
