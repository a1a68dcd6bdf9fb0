"""Dates as documents write them; which of day and month comes first, the document itself decides.

"03/04/2018" is the third of April or the fourth of March. A document that also has "25/04/2018",
"2018-04-03" or "3 April 2018" says which; where nothing does, both are kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache, lru_cache

from .....extensions.extras import needs

_NUMBERS = re.compile(
    r"(?<![\d.,/-])(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?!\d|[./-]\d)"
    r"|(?<![\d.,/-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\6\s?"
    r"(\d{4}(?!\d)|(?:19|20)\d\d|\d\d(?!\d))(?![./-]\d)"
)
_CJK = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")
_NAMED = re.compile(
    r"(?<!\w)\d{1,2}(?:st|nd|rd|th|er|\.|º)?[\s-]?(?:of |de |d')?[^\W\d_]{3,12}"
    r"\.?,?[\s-]?(?:de )?(?:\d{4}|'?\d\d)(?!\w)"
    r"|(?<!\w)[^\W\d_]{3,12}\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}(?!\w)"
)
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 3
"""Letters that a name of a month may be cut down to."""
_MIDDLE_OF_CENTURY = 69
"""Years of two digits from here on are of the last century (as POSIX reads them)."""


def date_tokens(text: str) -> Iterator[str]:
    """Everything in a text that is written like a date."""
    for pattern in (_NUMBERS, _CJK, _NAMED):
        for found in pattern.finditer(text):
            if pattern is not _NAMED or _named(found.group()):
                yield found.group()


def day_first(texts: Sequence[str]) -> bool | None:
    """Whether the document writes the day before the month; None where nothing in it tells."""
    votes: Counter[bool] = Counter()
    known: set[date] = set()
    open_: list[tuple[int, int, int]] = []
    for text in texts:
        for found in _NUMBERS.finditer(text):
            if found[1]:
                known.update(_dates(int(found[1]), int(found[3]), int(found[4])))
                continue
            first, second, year = int(found[5]), int(found[7]), _year(found[8])
            if (
                found[6] == "." or first > 12 >= second
            ):  # no country writes the month first with points
                votes[True] += 1
            elif second > 12 >= first:
                votes[False] += 1
            elif first != second:
                open_.append((first, second, year))
        for found in _NAMED.finditer(text):
            known.update(_named(found.group()))
    for first, second, year in open_:
        votes[True] += known.issuperset(_dates(year, second, first))
        votes[False] += known.issuperset(_dates(year, first, second))
    return None if votes[True] == votes[False] else votes[True] > votes[False]


def read_date(text: str, day_before_month: bool | None) -> list[date]:
    """The date a text holds; two, the likelier first, where day and month cannot be told apart."""
    if found := _NUMBERS.search(text):
        if found[1]:
            return _dates(int(found[1]), int(found[3]), int(found[4]))
        first, second, year = int(found[5]), int(found[7]), _year(found[8])
        by_day, by_month = _dates(year, second, first), _dates(year, first, second)
        if found[6] == ".":
            return by_day or by_month
        if day_before_month is None:
            return list(dict.fromkeys([*by_day, *by_month]))
        return (by_day or by_month) if day_before_month else (by_month or by_day)
    if found := _CJK.search(text) or _COMPACT.search(text):
        return _dates(int(found[1]), int(found[2]), int(found[3]))
    for found in _NAMED.finditer(text):
        if days := _named(found.group()):
            return list(days)
    return []


def _dates(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year >= _MIDDLE_OF_CENTURY else 2000)


@lru_cache(1024)
def _named(text: str) -> tuple[date, ...]:
    """A date with the name of its month in any language; several where languages differ."""
    numbers = re.findall(r"\d+", text)
    named = sorted(_WORD.findall(text.casefold()), key=len, reverse=True)  # "3 de julio de 2020"
    months = next(filter(None, map(_months_of, named)), ())
    if len(numbers) != 2 or not months:
        return ()
    year = next((n for n in numbers if len(n) == 4), numbers[1])
    day = numbers[0] if numbers[1] == year else numbers[1]
    return tuple(found for month in months for found in _dates(_year(year), month, int(day)))


def _months_of(word: str) -> tuple[int, ...]:
    if len(word) < _SHORTEST:
        return ()
    names = _month_names()
    if word in names:
        return names[word]
    longer = {months for name, months in names.items() if name.startswith(word)}
    return longer.pop() if len(longer) == 1 else ()


@cache
def _month_names() -> dict[str, tuple[int, ...]]:
    """Names of months, long and short, in every language of CLDR (the Unicode Consortium's tables)."""
    with needs("documents"):
        from babel import localedata
        from babel.dates import get_month_names

    names: dict[str, list[int]] = {}
    languages = [name for name in localedata.locale_identifiers() if "_" not in name]
    for language in languages:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                months = get_month_names(width, context=context, locale=language)
                for month, name in months.items():
                    word = str(name).casefold().rstrip(".")
                    if _WORD.fullmatch(word):
                        names.setdefault(word, []).append(month)
    return {word: _usual(months) for word, months in names.items()}


def _usual(months: list[int]) -> tuple[int, ...]:
    """What a name means in most languages that have it; the others where it is no clear majority."""
    ranked = Counter(months).most_common()
    clear = len(ranked) == 1 or ranked[0][1] > 2 * ranked[1][1]
    return (ranked[0][0],) if clear else tuple(month for month, _ in ranked[:2])
