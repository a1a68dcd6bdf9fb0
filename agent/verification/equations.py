"""Sums inside an answer: "12 + 5 = 18" is wrong whatever stands in the evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from ...errors import ToolError
from ...tools.calculate import evaluate
from ..text.facts import normal_number

_NUMBER = re.compile(r"\d(?:[\d.,'’\u00a0\u202f]*\d)?")
_SIGNS = r"[\d.,'’$€£¥%()\[\]\s+*/×·÷xX−–-]"
_LEFT, _RIGHT = re.compile(rf"{_SIGNS}+$"), re.compile(rf"^{_SIGNS}+")
_OPERATOR = re.compile(r"[\d)%]\s{0,3}[-+*/×·÷xX−–]\s{0,3}[$€£¥]?\s{0,3}[\d(]")
_LONGEST = 300
"""Characters of a side: no sum that anybody writes is longer, and time grows with its square."""
_EQUALS = re.compile("[=≈]")
_WRITTEN_PLACES = re.compile(r"[.,](\d{1,2})$")
_NOTHING = Decimal("1e-12")
_UNITS = (Decimal(1), Decimal(100), Decimal("0.01"))
"""A share may be written as percent."""


def wrong_equations(draft: str) -> list[str]:
    """Equations of numbers whose two sides differ by more than rounding, as sentences."""
    return [said for line in draft.splitlines() for said in _wrong(line)]


def _wrong(line: str) -> Iterator[str]:
    for before, after in pairwise(_EQUALS.split(line)):
        left, right = _LEFT.search(before[-_LONGEST:]), _RIGHT.match(after[:_LONGEST])
        if left is None or right is None:
            continue
        sides = left.group().strip(), right.group().strip(" ,.;")
        if not any(map(_OPERATOR.search, sides)):
            continue
        one, other = map(_value, sides)
        if one is not None and other is not None and not _alike(*sides, one, other):
            yield f"{sides[0]} is not {sides[1]}"


def _value(side: str) -> Decimal | None:
    """What a side comes to; None where it is no arithmetic."""
    plain = _NUMBER.sub(lambda found: normal_number(found.group()), side)
    try:
        return evaluate(plain.translate(str.maketrans("[]", "()")))
    except ToolError:
        return None


def _alike(left: str, right: str, one: Decimal, other: Decimal) -> bool:
    """Whether two sides are equal as far as they are written out, also where one is a share in percent."""
    step = max(_last_place(left), _last_place(right))
    return any(_equal(one * unit, other, step) for unit in _UNITS)


def _equal(one: Decimal, other: Decimal, step: Decimal) -> bool:
    """Equal, or cut or rounded where there are more places than are written."""
    if not step or one % step == other % step == 0:
        return abs(one - other) <= _NOTHING * max(Decimal(1), abs(one))
    return abs(one - other) < step


def _last_place(side: str) -> Decimal:
    """What the last digit of a side that is one number is worth; 0 for a calculation."""
    if len(found := _NUMBER.findall(side)) != 1 or _OPERATOR.search(side):
        return Decimal(0)
    written = _WRITTEN_PLACES.search(found[0])
    places = written.group(1) if written else normal_number(found[0]).partition(".")[2]
    return Decimal(1).scaleb(-len(places) - 2 * ("%" in side))
