"""Where a quotation stands on a page: by aligning characters, never by asking a model.

Spaces, letter case, line-end hyphens and the many kinds of quotes and dashes do not count; small slips
of recognition or of a model are forgiven in words, never in digits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from ...extensions.extras import needs
from ..pages import Page

Span = tuple[int, int]

_SAME = str.maketrans(
    dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
    | dict.fromkeys("‘’‚‛′`´", "'")
    | dict.fromkeys("“”„‟″«»", '"')
)
_UNSEEN = re.compile(
    r"[\s\u00ad\u200b-\u200f\u2060\ufeff]"
    r"|(?<=[^\W\d_])[-‐‑](?=\s*(?:[^\W\d_]|$))"  # well-known, and what a line's end broke
)
_DIGITS = re.compile(r"\d+")
_SHORTEST_FUZZY = 12
"""Characters below which only an exact match counts: short words resemble too many others."""
_ALIKE = 88.0
"""Percent of the characters that must agree."""
_REMEMBERED = 256
"""Texts kept as they are compared: many quotations are looked for in one page."""
_MARGIN = 400
"""Characters around the expected place that are searched before the whole page."""


class _Folded(NamedTuple):
    """A text without what does not count, and for each of its characters where it came from."""

    text: str
    origin: list[int]


def locate(quote: str, page: Page, near: Span | None = None) -> Span | None:
    """The characters of a page that carry a quotation.

    Args:
        quote: some words of the page, as written there or nearly so.
        page: where to look.
        near: characters of the page it is expected in or close to; of several places the nearest is
            taken, without it the first.

    Returns:
        Start and end in `page.text`, or None when it does not stand there: never a guess.
    """
    wanted = _fold(quote).text
    if not wanted:
        return None
    whole = _fold(page.text)
    exact = list(_exact(wanted, whole, page.text))
    if exact:
        return min(exact, key=lambda span: _distance(span, near)) if near else exact[0]
    if len(wanted) < _SHORTEST_FUZZY:
        return None
    return (_alike(wanted, whole, page.text, near) if near else None) or _alike(
        wanted, whole, page.text, None
    )


@lru_cache(_REMEMBERED)
def _fold(text: str) -> _Folded:
    kept: list[str] = []
    origin: list[int] = []
    unseen = {at for match in _UNSEEN.finditer(text) for at in range(*match.span())}
    for at, character in enumerate(text):
        if at not in unseen:
            folded = unicodedata.normalize("NFKC", character).translate(_SAME).casefold()
            folded = folded.replace(" ", "")
            kept.append(folded)
            origin.extend([at] * len(folded))
    return _Folded("".join(kept), origin)


def _exact(wanted: str, page: _Folded, text: str) -> Iterator[Span]:
    at = page.text.find(wanted)
    while at >= 0:
        span = page.origin[at], page.origin[at + len(wanted) - 1] + 1
        if _whole_words(span, text):
            yield span
        at = page.text.find(wanted, at + 1)


def _whole_words(span: Span, text: str) -> bool:
    """Whether neither end cuts a word or a number: 42 does not stand in 1,042 or in 42.5."""
    return not (_joined(text, span[0]) or _joined(text, span[1]))


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and after a border belong to one word or number."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    if not before or not after:
        return False
    if _spaced(before[-1]) and _spaced(after[0]):
        return True
    left = before[-1].isdigit() and after[0] in ".,'’" and after[1:].isdigit()
    right = after[0].isdigit() and before[-1] in ".,'’" and before[:-1].isdigit()
    return left or right


def _spaced(character: str) -> bool:
    """Letters and digits of scripts that put spaces between words."""
    return character.isalnum() and not "\u2e80" <= character <= "\ud7ff"


def _distance(span: Span, near: Span) -> int:
    return max(0, near[0] - span[1], span[0] - near[1])


def _alike(wanted: str, page: _Folded, text: str, near: Span | None) -> Span | None:
    """The stretch most like the quotation, if it is like enough and holds the same digits."""
    with needs("index"):
        from rapidfuzz.fuzz import partial_ratio_alignment

    left, right = _window(page, near)
    found = partial_ratio_alignment(wanted, page.text[left:right], score_cutoff=_ALIKE)
    if found is None or found.dest_end - found.dest_start < len(wanted) // 2:
        return None
    start, end = _grown(
        page.origin[left + found.dest_start], page.origin[left + found.dest_end - 1] + 1, text
    )
    same_digits = _DIGITS.findall(_fold(text[start:end]).text) == _DIGITS.findall(wanted)
    return (start, end) if same_digits else None


def _window(page: _Folded, near: Span | None) -> Span:
    if near is None:
        return 0, len(page.text)
    inside = [at for at, o in enumerate(page.origin) if near[0] - _MARGIN <= o < near[1] + _MARGIN]
    return (inside[0], inside[-1] + 1) if inside else (0, len(page.text))


def _grown(start: int, end: int, text: str) -> Span:
    """The stretch with the words it cuts at its ends made whole."""
    while start > 0 and _joined(text, start):
        start -= 1
    while end < len(text) and _joined(text, end):
        end += 1
    return start, end
