"""The words that keyword search compares: one way of writing them, for pages and questions alike.

SQLite's tokenizer only splits at what is neither letter nor digit. Everything that makes "$1,577.0"
find "1577", "10-K" find "10K" and Japanese be found at all happens here, before it sees the text.
"""

from __future__ import annotations

import re
import unicodedata

from .unicode_forms import normal_form

__all__ = ["normalise", "query_terms"]

_INVISIBLE = re.compile("\u00ad\\s*\n\\s*|[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Soft hyphens (with the line end they stand at), joiners, direction marks."""
_LINE_END = re.compile(r"(?<![^\W\d_])([^\W\d_]+)[-\u2010]\n\s*([^\W\d_]+)")
_GROUPED = re.compile("(?<!\\d)\\d{1,3}(?:[\u00a0\u2007\u2009\u202f'’]\\d{3})+(?!\\d)")
"""Thousands set apart by a fixed or thin space, or by an apostrophe."""
_PLAIN = str.maketrans("\u2010\u2011\u2012\u2013\u2212\u066b\u066c", "-----.,")
"""Hyphens and the minus sign; the Arabic marks of fractions and thousands."""
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]")
"""Accents, and the vowel points of Hebrew and Arabic, which most texts leave out."""
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_UNSPACED = re.compile(
    "[\u3041-\u309f\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3"  # CJK
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1780-\u17d3"  # Thai, Lao, Burmese, Khmer
    "\U00020000-\U0003134f]+"
)
"""Scripts whose words are not set apart by spaces, or not all of them (Hangul carries particles)."""
_TOKEN = re.compile(
    r"(?P<initials>(?<!\w)(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?)"
    r"|(?P<number>(?<!\w)\d+(?:[.,]\d+)+)"
    r"|(?P<compound>(?<!\w)(?=[^\W_])(?=[\d&-]{0,24}[^\W\d_])[^\W_]++(?:[&-][^\W_]+)+)"
    r"|(?P<mixed>(?<!\w)(?:\d+[^\W\d_]|[^\W\d_]+\d)[^\W_]*)"
    r"|(?P<owner>(?<=\w)['’]s(?!\w))"
)
_PIECES = re.compile(r"\d+|[^\W\d_]+")
_MOST_PIECES = 3
"""Words of more pieces than this are codes and checksums, which nobody searches by their pieces."""


def normalise(text: str) -> str:
    """The text as the keyword index keeps it; a question goes the same way.

    Width, case, ligatures and accents are levelled (NFKC, case folding). Further spellings stand beside
    the first one: numbers without separators ("1,577.25" as `1577p25 1577`), words cut at a line end,
    pieces of "FY2018", "10-K", "R&D" and "U.S.". Runs of scripts without spaces become pairs of
    neighbouring characters.
    """
    text = _INVISIBLE.sub("", text).replace("_", " ")
    text = _LINE_END.sub(r"\1\2 \1 \2", text)
    text = _GROUPED.sub(lambda found: "".join(_PIECES.findall(found[0])), text)
    if not text.isascii():
        text = _levelled(text)
    text = text.casefold()
    return _TOKEN.sub(_spelled_out, text)


def query_terms(text: str) -> list[str]:
    """What a question looks for: each of its normalised words once, in order.

    Terms hold letters, digits and the marks that belong to letters, nothing else.
    """
    kept = (c if unicodedata.category(c)[0] in "LNM" else " " for c in normalise(text))
    return list(dict.fromkeys("".join(kept).split()))


def _levelled(text: str) -> str:
    text = _MARKS.sub("", normal_form("NFKD", text).casefold())
    text = normal_form("NFKC", text).translate(_PLAIN)
    text = _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), text)
    return _UNSPACED.sub(lambda found: f" {_pairs(found[0])} ", text)


def _pairs(run: str) -> str:
    return " ".join(run[at : at + 2] for at in range(max(1, len(run) - 1)))


def _spelled_out(found: re.Match[str]) -> str:
    text = found[0]
    match found.lastgroup:
        case "number":
            return f"{_number(text)} "
        case "owner":
            return " "
        case "initials":
            letters = text.replace(".", "")
            return f"{letters} {' '.join(letters)} "
        case "compound" if not _is_short(text):
            return text
        case _:
            return _with_pieces(text)


def _is_short(compound: str) -> bool:
    """Whether its parts mean little alone: "10-k", "covid-19", "r&d", "e-mail", not "long-term"."""
    parts = re.split("[&-]", compound)
    small = 2 if "&" in compound else 1
    return any(len(part) <= small or not part.isalpha() for part in parts)


def _with_pieces(word: str) -> str:
    whole = re.sub("[&-]", "", word)
    pieces = _PIECES.findall(word)
    return f"{whole} {' '.join(pieces)}" if len(pieces) <= _MOST_PIECES else word


def _number(text: str) -> str:
    """Digits with points or commas, by what they may mean; as they are if they are no number.

    A point or comma before three digits may part thousands or a fraction. A comma is then read as the
    former, a point as both, so that "1,577" and "1577" find "1.577" however it was meant.
    """
    *wholes, last = re.split("[.,]", text)
    marks = re.findall("[.,]", text)
    grouped = _joined([*wholes, last]) if len(set(marks)) == 1 else None
    if grouped and (marks[0] == "," or len(marks) > 1):
        return grouped
    if len(set(marks[:-1])) > 1 or marks[-1] in marks[:-1] or len(last) > 3:
        return text
    whole = _joined(wholes) if len(wholes) > 1 else wholes[0]
    if whole is None:
        return text
    return " ".join(dict.fromkeys(filter(None, (grouped, *_fraction(whole, last)))))


def _joined(groups: list[str]) -> str | None:
    """Groups of thousands (or of two digits before the last three, as in India) as one number."""
    first, *middle, last = groups
    fits = 1 <= len(first) <= 3 and first[0] != "0" and len(last) == 3
    same = {len(group) for group in middle} <= {3} or {len(group) for group in middle} <= {2}
    return "".join(groups) if fits and same else None


def _fraction(whole: str, part: str) -> tuple[str, ...]:
    """Zeros at the end say nothing; the whole part of an amount stands alone, too, for rounded ones."""
    part = part.rstrip("0")
    if not part:
        return (whole,)
    return (f"{whole}p{part}", whole) if len(whole) >= 3 else (f"{whole}p{part}",)
