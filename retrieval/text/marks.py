"""Raised and lowered letters in plain text: a footnote's mark must never become part of a number."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["apart_from_numbers", "marked_text", "with_mark"]

_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-z])(?:\s?[,;]\s?(?:\d{1,3}|[a-z]))*[)\]]?", re.IGNORECASE)
"""What stands for a footnote: a number, a letter, or several of them."""
_POWER = re.compile(r"[-−–+]\d{1,3}")
_UNIT = re.compile(r"(?:.*[\d\s/·.(])?[a-zµμ]{1,3}")
"""A word of up to three small letters: what squares and cubes are taken of."""
_TIMES_TEN = re.compile(r".*[×x·*⋅]\s?10")
_FRACTION = re.compile(r"[/⁄]")
_ABOVE = str.maketrans("0123456789-−–+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻⁺")
_BELOW_LINE = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_PARTS = re.compile(r"\s+|\S+")
_SIGNS = re.compile(r"(?<=\d)[⁰¹²³⁴-⁹]+(?!\w)")


def with_mark(pieces: Sequence[tuple[int, str]]) -> list[str]:
    """The words that letters at several heights make.

    Args:
        pieces: the height of each (1 raised, 0 on the line, -1 lowered), and its letters.

    Examples:
        27.51 and a raised 3 are "27.51" and "[3]"; m and a raised 2 are "m²"; H, a lowered 2 and O
        are "H2O"; 3, a raised 1, a slash and a lowered 2 are "3" and "1/2".
    """
    words = [""]
    for at, (height, letters) in enumerate(pieces):
        before = words[-1]
        below = pieces[at + 2][0] if at + 2 < len(pieces) else 0
        if height > 0 and below < 0 and _FRACTION.fullmatch(pieces[at + 1][1]):
            words.append(letters)  # the upper number of a fraction
        elif height > 0 and _is_mark(before, letters):
            words += [f"[{letters.strip('[]() ')}]", ""]
        elif height > 0 and _POWER.fullmatch(letters) and before[-1:].isdigit():
            words[-1] += f"^{letters}"
        elif height > 0 and before[-1:].isalpha() and not letters.isalpha():
            words[-1] += letters.translate(_ABOVE)
        elif height > 0 and _TIMES_TEN.fullmatch(before):
            words[-1] += f"^{letters}"
        elif height < 0 and before[-1:].isdigit() and letters[:1].isdigit() and "/" not in before:
            words.append(letters)
        else:
            words[-1] += letters
    return [word for word in words if word]


def marked_text(pieces: Sequence[tuple[int, str]]) -> str:
    """A text of pieces at several heights: their words, with marks apart from numbers."""
    if all(height == 0 for height, _ in pieces):
        return "".join(letters for _, letters in pieces)
    out: list[str] = []
    word: list[tuple[int, str]] = []
    for height, letters in pieces:
        for part in _PARTS.findall(letters):
            if not part.isspace():
                word.append((height, part))
                continue
            out += [*_one_word(word), part]
            word = []
    return "".join([*out, *_one_word(word)])


def _one_word(pieces: Sequence[tuple[int, str]]) -> list[str]:
    if any(height for height, _ in pieces):
        return [" ".join(with_mark(pieces))]
    return [letters for _, letters in pieces]


def _is_mark(before: str, letters: str) -> bool:
    """Whether raised letters stand for a footnote, and not for a power, a unit or an ending."""
    if not _MARK.fullmatch(letters.strip()) or not (before or letters.strip().isdigit()):
        return False
    if _TIMES_TEN.fullmatch(before):
        return False
    return not (letters.strip() in ("2", "3") and _UNIT.fullmatch(before))


def apart_from_numbers(text: str) -> str:
    """The same text; raised digits behind a number ("27.51³") as marks apart from it: "27.51 [3]"."""
    return _SIGNS.sub(lambda found: f" [{found[0].translate(_BELOW_LINE)}]", text)
