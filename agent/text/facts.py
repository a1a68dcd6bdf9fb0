"""Facts in a text that a program can compare: numbers, dates, words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ...retrieval.text.unicode_forms import normal_form

_NUMBER = re.compile(
    # 1,234.50 and 1 234,50, but two numbers in 1,234 567; atomic, or the 8 of 8.20USD would be taken for a
    # number of its own
    r"(?<![\w.,])[-−]?(?>\d+(?:([.,'’ \u00a0\u202f])\d{3}(?!\d)(?:\1\d{3}(?!\d))*)?(?:[.,]\d+)?)(?!\w)"
    r"|\d+(?:[.,]\d+)*"  # whatever digits stand inside words: the 12 of 12MAR
)
_YEAR = r"(?:19|20)\d\d"
_DATE = re.compile(
    rf"(?<![\d/.-])(?:{_YEAR}([/.-])\d{{1,2}}\1\d{{1,2}}(?!\d)"
    # a year of four digits may run into the time behind it, as recognisers lose spaces: 03/02/201815:28
    rf"|\d{{1,2}}([/.-])\d{{1,2}}\2(?:{_YEAR}|\d\d(?!\d)))(?![/.-]\d)"
)
_MONTHS = """
january february march april may june july august september october november december
januar februar märz april mai juni juli august september oktober november dezember
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
januari februari maart april mei juni juli augustus september oktober november december
jan feb mar apr may jun jul aug sep oct nov dec
"""
_MONTH = {name: place % 12 + 1 for place, name in enumerate(_MONTHS.split())}
_MONTH["sept"] = 9
_SHORTEST, _LONGEST = min(map(len, _MONTH)), max(map(len, _MONTH))
_MONTH_NAME = rf"([^\W\d_]{{{_SHORTEST},{_LONGEST}}})\b\.?"  # a list of names takes far longer
_NAMED_DATE = re.compile(
    rf"\b(?:{_MONTH_NAME}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?|(\d{{1,2}})(?:st|nd|rd|th|er|\.)?"
    rf"\s+(?:of\s+|de\s+)?{_MONTH_NAME})\s+(?:de\s+)?({_YEAR})\b",
    re.IGNORECASE,
)
_WHOLE_YEAR = re.compile(rf"(?<!\d){_YEAR}(?!\d)")
_SHORT_YEAR = re.compile(r"\b(?:FY|Q[1-4]|[1-4]Q)\s?'?(\d\d)\b", re.IGNORECASE)
_REMEMBERED = 1024
"""Texts whose numbers and words are kept: every check of a draft asks for those of the same lines."""
_WORD = re.compile(r"\w+", re.UNICODE)
_SIGNS = str.maketrans({**dict.fromkeys("'’ \u00a0\u202f"), "−": "-"})
_COUNTING = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty
"""
_WORD_NUMBERS = {word: str(value) for value, word in enumerate(_COUNTING.split())}
_STOP_WORDS = frozenset(
    """
a an and are as at be been by can do does for from has have how i in is it its many much of on or
picture image photo that the there they this to was were what when where which who with you
""".split()
)


def numbers(text: str) -> list[str]:
    """Every number in a text, normalised: "$1,234.50" -> "1234.5", "four" -> "4"."""
    return list(_numbers(text))


@lru_cache(_REMEMBERED)
def _numbers(text: str) -> tuple[str, ...]:
    digits = [number for number, _ in located_numbers(text)]
    words = [_WORD_NUMBERS[w] for w in _WORD.findall(text.lower()) if w in _WORD_NUMBERS]
    return (*digits, *words)


def located_numbers(text: str) -> list[tuple[str, int]]:
    """Every number written in digits, normalised, and where it ends in the text."""
    return [(normal_number(m.group()), m.end()) for m in _NUMBER.finditer(text)]


def dates(text: str) -> list[str]:
    """Dates written as three numbers, in one form: "28/03/2018" -> "18-3-28".

    Forwards and backwards are the same date, and so are 2018 and 18: 2018-03-28, 28.3.18. Day and month
    changed places are not.
    """
    parts = (date_parts(written) for written in written_dates(text))
    return ["-".join(map(str, min(p, p[::-1]))) for p in parts]


def named_dates(text: str) -> list[str]:
    """Dates with the name of their month, in the form of `dates`: "March 28, 2018" -> "18-3-28"."""
    found = []
    for month, day, day_first, month_after, year in _NAMED_DATE.findall(text):
        number = _MONTH.get((month or month_after).lower())
        if number is None:
            continue
        parts = [int(year) % 100, number, int(day or day_first)]
        found += ["-".join(map(str, min(p, p[::-1]))) for p in (parts, [parts[0], *parts[:0:-1]])]
    return found


def written_dates(text: str) -> list[str]:
    """Dates of three numbers as they are written."""
    return [match.group() for match in _DATE.finditer(text)]


def date_parts(written: str) -> list[int]:
    """The three numbers of a date in their order, years without their century."""
    return [int(n) % 100 for n in re.split(r"[/.-]", written)]


def years_of(text: str) -> set[str]:
    """The years a text names: "FY2018" and "FY18" -> "2018"."""
    short = (f"20{year}" for year in _SHORT_YEAR.findall(text))
    return {*_WHOLE_YEAR.findall(text), *short}


def without_dates(text: str) -> str:
    """The text with dates of three numbers taken out."""
    return _DATE.sub(" ", text)


def replace_number(text: str, old: str, new: str) -> str:
    """The text with a number, in digits or as a word, replaced by another."""
    as_word = next((word for word, value in _WORD_NUMBERS.items() if value == old), old)
    return re.sub(rf"(?<!\w)(?:{re.escape(old)}|{as_word})(?!\w)", new, text, flags=re.IGNORECASE)


def replace_value(text: str, value: str, new: str) -> str:
    """The text with a number, however it is written in digits, replaced: "31.50" for the value 31.5."""
    return _NUMBER.sub(lambda m: new if normal_number(m.group()) == value else m.group(), text)


def written_as(text: str, value: str) -> str:
    """How a text writes a number in digits; the number itself where it does not."""
    return next(
        (m.group() for m in _NUMBER.finditer(text) if normal_number(m.group()) == value), value
    )


def normal_number(text: str) -> str:
    """One number without sign of thousands and without trailing zeros."""
    text = _point(text.translate(_SIGNS))
    whole, _, part = text.partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    part = part.rstrip("0")
    return sign + (whole.lstrip("0") or "0") + (f".{part}" if part else "")


def _point(text: str) -> str:
    """Decide which of "." and "," is the decimal point and drop the other."""
    if "," not in text and text.count(".") < 2:
        return text
    last = max(text.rfind("."), text.rfind(","))
    mark = text[last]
    other = "," if mark == "." else "."
    repeated = text.count(mark) > 1
    thousands = mark == "," and len(text) - last - 1 == 3 and text[:last].lstrip("-0") != ""
    if repeated or thousands:
        return text.replace(".", "").replace(",", "")
    return text[:last].replace(other, "").replace(mark, "") + "." + text[last + 1 :]


def words(text: str) -> list[str]:
    """Lower-case words without accents."""
    plain = text.lower()
    if not plain.isascii():
        marked = normal_form("NFKD", plain)
        plain = "".join(c for c in marked if not unicodedata.combining(c))
    return _WORD.findall(plain)


def plain_words(text: str) -> set[str]:
    """The words of a text without those inside it that are written like names: "Best Buy" is not "best"."""
    first, *others = text.split() or [""]
    if text.isupper():
        return {*words(text)}
    return {*words(" ".join([first, *(word for word in others if not word[0].isupper())]))}


def content_words(text: str) -> set[str]:
    """Words that carry meaning; numbers are among them in their normal form."""
    return set(_content_words(text))


@lru_cache(_REMEMBERED)
def _content_words(text: str) -> frozenset[str]:
    return frozenset(_numbers(text)).union(w for w in words(text) if w not in _STOP_WORDS)


def squeezed(text: str) -> str:
    """Letters and digits only, lower case: equal for texts that differ in spacing and punctuation."""
    return "".join(words(text)).replace("_", "")
