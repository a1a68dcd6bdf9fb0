"""Whether a page shows what its text says: words of both are compared, a part of the page first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...schema import TextLine
from ..pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Agreement", "agreement", "part_to_read"]

_WORD = re.compile(r"[^\W_]{2,}")
_ALIKE = 85
"""Of 100: how alike two words are that are one word, a slip of the reader forgiven."""
_TRUSTED = 0.6
"""Share of a page's words that are read in its picture, from which its text is believed."""
_ENOUGH = 12
"""Words that tell."""
_SURE = 0.8
"""Mean confidence of a reading that may take the place of a page's own text."""
_MOST_WORDS = 400


@dataclass(frozen=True)
class Agreement:
    """What comparing a page's own words with those read in its picture gave.

    Attributes:
        share: of its own words that are read as well, 0 to 1.
        believed: whether its own text stands.
    """

    share: float
    believed: bool


def part_to_read(page: Page) -> tuple[float, float] | None:
    """From where to where, down a page, a few lines hold enough of its words; None for all of it."""
    lines = [line for line in page.lines if line.kind != "furniture"] or list(page.lines)
    for at in range(len(lines)):
        words, top, bottom = 0, page.height, 0.0
        for line in lines[at : at + 8]:
            words += len(_WORD.findall(page.text[line.start : line.end]))
            for box in page.boxes_of(line.start, line.end):
                top, bottom = min(top, box.y1), max(bottom, box.y2)
            high = bottom - top
            if words >= _ENOUGH and 0 < high < 0.35 * page.height:
                return max(0.0, top - 0.1 * high), min(page.height, bottom + 0.1 * high)
    return None


def words_between(page: Page, top: float, bottom: float) -> list[str]:
    """The words of a page whose middles stand between two heights."""
    words = []
    for (start, end), (_, y1, _, y2) in zip(page.spans, page.boxes, strict=True):
        if top <= (y1 + y2) / 2 <= bottom:
            words += _WORD.findall(page.text[start:end].casefold())
    return words


def agreement(own: Sequence[str], lines: Sequence[TextLine]) -> Agreement:
    """Compare a page's own words with the lines read in its picture.

    A reading that is unsure, or that finds far less, disproves nothing: the reader may not know the
    script.

    Args:
        own: in small letters.
        lines: what was read in the same place.
    """
    from rapidfuzz import fuzz, process

    read = [word for line in lines for word in _WORD.findall(line.text.casefold())]
    letters = sum(len(line.text) for line in lines)
    sure = sum(len(line.text) * line.score for line in lines) / letters if letters else 0.0
    if not own:
        return Agreement(0.0, letters < _ENOUGH or sure < _SURE)
    wanted, known, alike = list(own[:_MOST_WORDS]), set(read), 0
    scorer: Callable[..., float] = fuzz.ratio
    for word in wanted:
        near = word in known or (
            len(word) > 3 and process.extractOne(word, read, scorer=scorer, score_cutoff=_ALIKE)
        )
        alike += bool(near)
    share = alike / len(wanted)
    enough = sum(map(len, read)) >= 0.4 * sum(map(len, own))
    return Agreement(share, share >= _TRUSTED or sure < _SURE or not enough)
