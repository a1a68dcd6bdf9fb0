"""Unicode's normal forms in time that grows with a text's length, whatever stands in it."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

__all__ = ["normal_form"]

_MOST_MARKS = 30
_MARKED = re.compile(rf"[^\w\s\x00-\x7f]{{{_MOST_MARKS + 1},}}")
"""Where more marks than that may stand on one letter."""


def normal_form(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """`unicodedata.normalize` with at most 30 marks on one letter.

    Marks are sorted, which takes the square of their number; no writing has more (Unicode Standard
    Annex 15, "Stream-Safe Text Format").
    """
    return unicodedata.normalize(form, _MARKED.sub(_stream_safe, text))


def _stream_safe(found: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in found[0]:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)
