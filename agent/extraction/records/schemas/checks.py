"""What must hold between the fields of a record: "net + tax = total", "date <= due_date".

A check is two expressions with `=` or `<=` between them, over names of fields, numbers, `+ - * /` and
`sum(lines.amount)`. One that names columns of a list outside a sum is held row by row. Where a field is
missing, nothing is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

from .....errors import UsageError
from .paths import ListPath, places_in

_SUM = re.compile(r"sum\(\s*+([\w ]++)\.([\w ]++)\s*+\)")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_ROUNDING = 0.011
"""Sums may differ by a cent: each part was rounded by itself."""
_PER_ROW = 0.006

Values = Mapping[str, Any]
"""Values by path: "total", "lines[0].amount"; missing ones are None or not there."""


@dataclass(frozen=True)
class Broken:
    """A check that does not hold.

    Attributes:
        check: as it was declared.
        paths: the fields it names.
    """

    check: str
    paths: tuple[str, ...]


def parse_checks(checks: Sequence[str]) -> None:
    """Make sure that checks can be read.

    Raises:
        UsageError: one cannot.
    """
    for check in checks:
        if not re.fullmatch(r"[^<>=]+(?:<=|=)[^<>=]+", check):
            raise UsageError(f"x-checks: {check!r}: expected 'a + b = c' or 'a <= b'")


def paths_of(check: str, among: Sequence[str]) -> list[str]:
    """Which of these fields a check names."""
    return [p for p in among if re.search(rf"(?<![\w.\]]){re.escape(p)}(?![\w.\[])", check)]


def broken(checks: Sequence[str], values: Values) -> Iterator[Broken]:
    """The checks that do not hold for these values."""
    for check in checks:
        for paths, holds in _outcomes(check, values):
            if holds is False:
                yield Broken(check, paths)


def confirmed(checks: Sequence[str], values: Values) -> set[str]:
    """Fields that a sum of several others confirms; an order of dates or sizes confirms nothing."""
    found: set[str] = set()
    for check in checks:
        if "<" not in check:
            for paths, holds in _outcomes(check, values):
                if holds and len(paths) > 1:
                    found.update(paths)
    return found


def sum_of_rows(check: str) -> tuple[str, str, str] | None:
    """List, column and sum of a check that is just "sum(lines.amount) = net"; None for any other."""
    found = re.fullmatch(rf"\s*{_SUM.pattern}\s*=\s*([\w ]+?)\s*", check)
    return (found[1].strip(), found[2].strip(), found[3]) if found else None


def _outcomes(check: str, values: Values) -> Iterator[tuple[tuple[str, ...], bool | None]]:
    """For the record, or for each row: the fields named, and whether it holds; None for not known."""
    many = _list_of_rows(check, values)
    if many is None:
        yield _outcome(check, values, _ROUNDING)
        return
    rows = {place.row for place in places_in(many, values).values() if place.column}
    for row in sorted(rows):
        of_row = re.sub(rf"\b{re.escape(many)}\.", f"{ListPath(many, row)}.", check)
        yield _outcome(of_row, values, _PER_ROW)


def _list_of_rows(check: str, values: Values) -> str | None:
    """The list whose columns a check names outside a sum."""
    for name in _NAME.findall(_SUM.sub("0", check)):
        many = name.partition(".")[0]
        if "." in name and places_in(many, values):
            return str(many)
    return None


def _outcome(check: str, values: Values, slack: float) -> tuple[tuple[str, ...], bool | None]:
    named: dict[str, Any] = {}
    paths: list[str] = []

    def put(path: str, value: Any) -> str:
        name = f"v{len(named)}"
        named[name] = value
        paths.append(path)
        return name

    def summed(found: re.Match[str]) -> str:
        many, column = found[1].strip(), found[2].strip()
        places = places_in(many, values).items()
        inside = {path: values[path] for path, place in places if place.column == column}
        paths.extend(inside)
        known = [value for value in inside.values() if value is not None]
        return put(f"{many}.{column}", sum(known) if known else None)

    text = _SUM.sub(summed, check)
    for path in sorted(values, key=len, reverse=True):
        pattern = rf"(?<![\w.\]]){re.escape(path)}(?![\w.\[])"
        if re.search(pattern, text):
            text = re.sub(pattern, put(path, values[path]), text)
    own = tuple(path for path in paths if path in values)
    if any(value is None for value in named.values()):
        return own, None
    return own, _holds(text, named, slack)


def _holds(text: str, named: Mapping[str, Any], slack: float) -> bool | None:
    sign = "<=" if "<=" in text else "="
    left, _, right = text.partition(sign)
    try:
        first, second = (_evaluated(side, named) for side in (left, right))
        if sign == "<=":
            return bool(first <= second)
        return bool(abs(first - second) <= slack)
    except (InvalidExpression, TypeError, ValueError, SyntaxError, ArithmeticError):
        return None  # names a field that is not there, or compares unlike things


def _evaluated(expression: str, named: Mapping[str, Any]) -> Any:
    return SimpleEval(names=dict(named), functions={}).eval(expression.strip())
