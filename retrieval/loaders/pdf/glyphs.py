"""What glyphs tell that text alone does not: raised marks, letters drawn twice, right-to-left ligatures.

Only the words in question are asked about letter by letter; all others cost nothing here.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ...text.marks import with_mark

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]{2,}")
_LAM, _ALEFS = "\u0644", "\u0622\u0623\u0625\u0627"
_RAISED = 0.12
"""Of a font size: how far above its neighbours' baseline a mark stands at least."""
_SMALLER = 0.88
"""A mark is at most this share of its neighbours' size."""
_SAME_PLACE = 0.15
"""Of a font size: letters that close together are one letter drawn twice."""
BEFORE_PUNCTUATION = re.compile(r"\d[)\]};:,.%]+")
"""How a word ends behind whose last digit a mark may hide."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One letter: its place in the page's text, and on the page in points (y up)."""

    at: int
    x: float
    y: float
    size: float


def glyphs_of(text_page: Any, start: int, end: int) -> list[Glyph]:
    """The letters `start` to `end` of an open pdfium text page."""
    import pypdfium2.raw as pdfium

    x, y = ctypes.c_double(), ctypes.c_double()
    matrix = pdfium.FS_MATRIX()
    found = []
    for at in range(start, end):
        pdfium.FPDFText_GetCharOrigin(text_page, at, x, y)
        size = pdfium.FPDFText_GetFontSize(text_page, at)
        if pdfium.FPDFText_GetMatrix(text_page, at, matrix):
            size *= (matrix.c**2 + matrix.d**2) ** 0.5
        found.append(Glyph(at, x.value, y.value, abs(size)))
    return found


def in_reading_order(text_page: Any, text: str) -> str:
    """The same text; letters that share one glyph of a right-to-left script the right way round.

    pdfium turns a line of such a script letter by letter, and with it what one glyph stands for.
    """
    if text.isascii():
        return text
    letters: list[str] | None = None
    for run in _RIGHT_TO_LEFT.finditer(text):
        glyphs = glyphs_of(text_page, *run.span())
        for _, group in groupby(glyphs, key=lambda glyph: (glyph.x, glyph.y)):
            shared = [glyph.at for glyph in group]
            if len(shared) < 2 or not _is_turned(text, shared, glyphs):
                continue
            letters = letters or list(text)
            letters[shared[0] : shared[-1] + 1] = text[shared[0] : shared[-1] + 1][::-1]
    return text if letters is None else "".join(letters)


def _is_turned(text: str, shared: Sequence[int], glyphs: Sequence[Glyph]) -> bool:
    """Lam and alef are one glyph in this order only; others are turned where the line runs leftwards."""
    letters = text[shared[0] : shared[-1] + 1]
    if len(letters) == 2 and _LAM in letters and any(alef in letters for alef in _ALEFS):
        return letters[1] == _LAM
    return glyphs[-1].x < glyphs[0].x


def parted(text_page: Any, text: str, start: int, end: int) -> tuple[list[str], float] | None:
    """A word with raised or lowered letters in it, as it is to be read; None for all others.

    Returns:
        Its pieces, a mark apart from its number, and the font size of what is not raised.
    """
    glyphs = glyphs_of(text_page, start, end)
    size = max(glyph.size for glyph in glyphs)
    if size <= 0:
        return None
    plain = [glyph for glyph in glyphs if glyph.size > _SMALLER * size]
    if len(plain) == len(glyphs):  # marks of the same size are told by their height alone
        usual = sorted(glyph.y for glyph in glyphs)[len(glyphs) // 2]
        plain = [glyph for glyph in glyphs if abs(glyph.y - usual) <= _RAISED * size]
    base = plain[0].y
    pieces = [
        (shift, "".join(text[glyph.at] for glyph in group))
        for shift, group in groupby(
            glyphs,
            key=lambda g: 0 if abs(g.y - base) <= _RAISED * size else 1 if g.y > base else -1,
        )
    ]
    return (with_mark(pieces), size) if len(pieces) > 1 else None


def drawn_once(text_page: Any, text: str, start: int, end: int) -> str:
    """A word whose letters come in pairs, each letter once if the pairs lie on each other."""
    word = text[start:end]
    glyphs = glyphs_of(text_page, start, end)
    pairs = zip(glyphs[::2], glyphs[1::2], strict=True)
    same = all(
        abs(a.x - b.x) + abs(a.y - b.y) <= _SAME_PLACE * max(a.size, b.size) for a, b in pairs
    )
    return word[::2] if same else word


def comes_in_pairs(word: str) -> bool:
    """Whether every letter of a word stands twice in a row: "TToottaall", but also "1122"."""
    return len(word) % 2 == 0 and word[::2] == word[1::2]
