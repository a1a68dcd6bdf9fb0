"""Amounts in thousands, millions, billions: the same sum written in another unit.

A table says "8,738" under "in millions", an answer "8.738 billion" or, where billions were asked for,
"8.74".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from .facts import located_numbers, numbers

_WORDS = {
    3: "thousand thousands tausend tsd mille millier milliers mil mila 千",
    4: "万 萬",
    6: "million millions mio mn mm millionen miljoen millones milhões milioni 百万",
    8: "亿 億",
    9: "billion billions bn milliarde milliarden mrd miljard milliards miliardi",
    12: "trillion trillions",
}
_POWER = {word: power for power, words in _WORDS.items() for word in words.split()}
_GLUED = {"k": 3, "m": 6, "b": 9}
"""Single letters say a unit only where they touch the number: $1.5B."""
UNIT = "|".join(sorted(map(re.escape, _POWER), key=len, reverse=True))
_AFTER = re.compile(rf"\s*(?:({UNIT})(?!\w)|([kmb])(?!\w))", re.IGNORECASE)
_DECLARED = re.compile(
    rf"(?:\b(?:in|en|em)\s+|\(\s*)(?:[^\s()]+\s+){{0,3}}?({UNIT})\b", re.IGNORECASE
)
_ANY_UNIT = frozenset({0, 3, 6, 9})
_FEWEST_DIGITS = 2
_ZEROS = "000"


class Amount(NamedTuple):
    """A number as it is written, in its normal form, and the powers of ten it may stand for."""

    number: str
    powers: frozenset[int]


def declared(text: str) -> frozenset[int]:
    """The units a text says its numbers are in: "(in millions)" -> {6}."""
    return frozenset(_POWER[found.lower()] for found in _DECLARED.findall(text))


def amounts(text: str, otherwise: frozenset[int]) -> list[Amount]:
    """Every number of a text with its own unit, or one of `otherwise` where it has none."""
    found = []
    for number, end in located_numbers(text):
        unit = _AFTER.match(text, end)
        if unit is None or (unit[2] and unit.start() != unit.start(2)):
            found.append(Amount(number, otherwise))
        else:
            power = _POWER[unit[1].lower()] if unit[1] else _GLUED[unit[2].lower()]
            found.append(Amount(number, frozenset({power})))
    return found


def forms_of(draft: str, question: str, texts: Iterable[str]) -> dict[str, set[str]]:
    """Each number of a draft, in order, with the forms the texts may have it in: sign, unit."""
    other = in_other_units(draft, question, texts)
    said = dict.fromkeys(numbers(draft))
    return {number: {number, number.lstrip("-"), *other.get(number, ())} for number in said}


def in_other_units(draft: str, question: str, texts: Iterable[str]) -> dict[str, set[str]]:
    """Numbers of a draft that say a number of the texts in another unit, with those numbers.

    Only a draft that names a unit (or writes its zeros out), or a question that asks for one, is read
    this way.
    """
    plain = declared(question) or frozenset({0})
    said = [a for a in amounts(draft, plain) if a.powers != {0} or a.number.endswith(_ZEROS)]
    if not said:
        return {}
    there = [a for text in texts for a in amounts(text, declared(text) or _ANY_UNIT)]
    return {a.number: same for a in said if (same := {b.number for b in there if _same(a, b)})}


def _same(said: Amount, there: Amount) -> bool:
    return any(
        _equal(said.number, there.number, have - want)
        for want in said.powers
        for have in there.powers
        if have != want
    )


def _equal(said: str, there: str, shift: int) -> bool:
    """Whether a number, its point moved, is the other one, or that one rounded."""
    wanted, moved = abs(Decimal(said)), abs(Decimal(there)).scaleb(shift)
    if wanted == moved:
        return True
    digits = said.lstrip("-0.").replace(".", "")
    places = len(said.partition(".")[2])
    half = Decimal(5).scaleb(-places - 1)  # `round` fails on account numbers: too many digits
    return len(digits) >= _FEWEST_DIGITS and abs(wanted - moved) <= half
