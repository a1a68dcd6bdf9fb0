"""Numbers and dates of a column, whichever way its document writes them.

"1.234" is a thousand and more in one document and a little over one in the next; the column's other
cells, and the table's, tell which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

__all__ = ["Style", "date_order", "number_of", "parse_date", "style_of", "units_of"]

Style = Literal[".", ","]
"""The mark before the fraction; the other one parts thousands."""

DateOrder = Literal["ymd", "dmy", "mdy"]

_CORE = re.compile(
    r"(?P<open>\()?\s*+(?:(?P<sign>[-−–+])\s*+)?(?P<before>(?:[^\W\d_]{2,4}\.?\s?|[^\W\d_]\s)?[$€£¥₹]?\s?)?(?P<minus>[-−])?"
    r"(?P<digits>\d[\d.,'’\u00a0\u2009\u202f ]*+|[.,]\d++)"
    r"\s?(?P<percent>[%‰])?\s?(?P<after>[$€£¥₹]|[^\W\d_]{1,4}\.?[²³]?)?(?P<shut>\))?"
    r"(?:\s?(?:\*+|†|‡|\([a-z0-9]\)|\[\w\]))?"
)
_SPACES = re.compile(r"(?<=\d)['’\u00a0\u2009\u202f ](?=\d{3}(?!\d))")
_MARK = re.compile(r"[.,]")
_DATE = re.compile(r"(\d{1,4})([-./])(\d{1,2})\2(\d{1,4})")


def number_of(text: str, style: Style = ".") -> float | None:
    """A number with its signs and unit, or None for what is none. Brackets mean less than nothing."""
    found = _CORE.fullmatch(text.strip())
    if found is None:
        return None
    digits = _SPACES.sub("", found["digits"].strip())
    if re.search(r"\s", digits):
        return None
    thousands = "," if style == "." else "."
    grouped = digits.replace(thousands, "")
    if thousands in digits and not _is_grouped(digits, thousands, style):
        return None
    try:
        value = float(grouped.replace(",", "."))
    except ValueError:
        return None
    bracketed = bool(found["open"]) and bool(found["shut"])
    negative = (found["sign"] or found["minus"] or "") in ("-", "−", "–") and bool(
        found["sign"] or found["minus"]
    )
    return -value if negative or bracketed else value


def units_of(text: str) -> tuple[str, str]:
    """The letters before and after a number: ("EUR", ""), ("", "km"); empty for none."""
    found = _CORE.fullmatch(text.strip())
    if found is None:
        return "", ""
    return (found["before"] or "").strip(), (found["after"] or "").strip(" .")


def _is_grouped(digits: str, thousands: str, fraction: str) -> bool:
    """Whether thousands are parted as they should be; Indian lakhs are, too."""
    whole = digits.partition(fraction)[0]
    parts = whole.split(thousands)
    return (
        len(parts[0]) in (1, 2, 3)
        and len(parts[-1]) == 3
        and all(len(p) in (2, 3) for p in parts[1:])
    )


def style_of(texts: Iterable[str], default: Style | None = None) -> Style | None:
    """The mark of fractions that a column's numbers prove, or None where they prove nothing."""
    votes = {".": 0, ",": 0}
    lone: list[tuple[str, str]] = []
    small = False
    for text in texts:
        found = _CORE.fullmatch(text.strip())
        if found is None:
            continue
        digits = _SPACES.sub("", found["digits"].strip())
        marks = _MARK.findall(digits)
        if not marks:
            small = small or len(digits) <= 3
        elif len(set(marks)) == 2:
            votes[marks[-1]] += 1
        elif len(marks) > 1:
            votes["," if marks[0] == "." else "."] += 1
        else:
            whole, _, rest = digits.partition(marks[0])
            if len(rest) != 3 or not whole or whole == "0" or len(whole) > 3:
                votes[marks[0]] += 1
            else:
                lone.append((marks[0], rest))
    if votes["."] != votes[","]:
        return "." if votes["."] > votes[","] else ","
    if default is None and lone and small and len({mark for mark, _ in lone}) == 1:
        return "," if lone[0][0] == "." else "."  # 732 beside 3.597: they are thousands
    return default


def date_order(texts: Sequence[str]) -> DateOrder | None:
    """How a column of dates writes them, or None where it is no such column or nothing tells."""
    found = [_DATE.fullmatch(text.strip()) for text in texts]
    if not texts or not all(found):
        return None
    parts = [(m[1], m[3], m[4]) for m in found if m]
    if all(len(first) == 4 for first, _, _ in parts):
        return "ymd"
    if not all(len(last) == 4 for _, _, last in parts):
        return None
    first, second = max(int(p[0]) for p in parts), max(int(p[1]) for p in parts)
    if first > 12 and second <= 12:
        return "dmy"
    if second > 12 and first <= 12:
        return "mdy"
    return "dmy" if all(m and m[2] == "." for m in found) else None


def parse_date(text: str, order: DateOrder) -> date | None:
    """A date in a column's order; None for one that is none."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    by = dict(zip(order, (found[1], found[3], found[4]), strict=True))
    try:
        return date(int(by["y"]), int(by["m"]), int(by["d"]))
    except ValueError:
        return None
