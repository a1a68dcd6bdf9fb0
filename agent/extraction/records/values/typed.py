"""Values as they are written to values of a type: ISO dates, plain numbers, ISO currency codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ..schemas.fields import NUMERIC, FieldKind, FieldSpec
from .amounts import (
    amount_tokens,
    currencies,
    decimal_mark,
    parentheses_mean_minus,
    read_amount,
)
from .dates import date_tokens, day_first, read_date
from .identifiers import compact, ibans, vat_numbers

_MOST_OPTIONS = 120
"""Values a typed field may choose from; a page with more is asked for in free words."""
_FINDERS: dict[FieldKind, Callable[[str], Iterable[str]]] = {
    "date": date_tokens,
    "iban": ibans,
    "vat_id": vat_numbers,
}
_SIGNS = "-−–+( "
_YES = frozenset({"true", "yes", "ja", "oui", "sí", "si", "sim", "x", "☒", "☑", "✓", "✔", "1"})
_NO = frozenset({"false", "no", "nein", "non", "não", "☐", "0"})


@dataclass(frozen=True)
class Conventions:
    """How a document writes its values, by its own evidence; None where it shows nothing.

    Attributes:
        decimal: "." or ",".
        day_first: whether the day stands before the month.
        parentheses: whether they mean minus.
        currency: codes it names, most frequent first.
    """

    decimal: str | None = None
    day_first: bool | None = None
    parentheses: bool = False
    currency: tuple[str, ...] = ()

    @classmethod
    def of(cls, texts: Sequence[str]) -> Conventions:
        """What these texts show."""
        named = currencies("\n".join(texts))
        return cls(
            decimal_mark(texts),
            day_first(texts),
            parentheses_mean_minus(texts),
            tuple(dict.fromkeys(code for _, code in named)),
        )


def options(field: FieldSpec, texts: Sequence[str], by: Conventions) -> dict[str, str] | None:
    """What a field may be by what is written in these texts; None where any words may be it.

    Returns:
        By what a model may write, how the page writes it: numbers as they stand there (copying 1.163,40
        is easier than turning it into 1163.4) and also without their sign, currencies as codes.
    """
    found = values_written(field, texts, by)
    if found is None or len(found) > _MOST_OPTIONS:
        return None
    if field.kind not in NUMERIC:
        return {str(value): written for value, written in found.items()}
    signed = {written: written for written in _tokens(field, texts, by)}
    return signed | {w.lstrip(_SIGNS): w for w in signed if w.lstrip(_SIGNS) not in signed}


def values_written(
    field: FieldSpec, texts: Sequence[str], by: Conventions
) -> dict[Any, str] | None:
    """Every value that a field may be, however many there are, with how it is written."""
    if field.kind == "choice":
        return {choice: choice for choice in field.choices}
    if field.kind in NUMERIC:
        return _numeric(field, texts, by)
    if field.kind == "currency":
        named = currencies("\n".join(texts))
        return {code: sign for sign, code in reversed(named)}  # the most frequent sign of each
    find = _FINDERS.get(field.kind)
    if find is None:
        return None
    return {token: token for text in texts for token in find(text)}


def _numeric(field: FieldSpec, texts: Sequence[str], by: Conventions) -> dict[Any, str]:
    found: dict[Any, str] = {}
    for token in _tokens(field, texts, by):
        for value in _numbers(field, token, by):
            found.setdefault(value, token)
    return found


def _tokens(field: FieldSpec, texts: Sequence[str], by: Conventions) -> list[str]:
    """Every way in which these texts write a number that the field may be: 3.00 and 3.0000 are two."""
    tokens = [token for text in texts for token in amount_tokens(text)]
    if field.kind == "money":
        tokens = [token for token in tokens if is_like_money(token, by.decimal)] or tokens
    return [token for token in dict.fromkeys(tokens) if _numbers(field, token, by)]


def typed(field: FieldSpec, written: str, by: Conventions) -> list[Any]:
    """The value that is written, as its type; the likeliest first, [] where it is none."""
    text = written.strip()
    if not text:
        return []
    if field.kind == "date":
        return [day.isoformat() for day in read_date(text, by.day_first)]
    if field.kind in NUMERIC:
        return _numbers(field, text, by)
    if field.kind == "currency":
        return list(dict.fromkeys(code for _, code in currencies(text.upper()) or currencies(text)))
    if field.kind == "choice":
        return [choice for choice in field.choices if choice.casefold() == text.casefold()]
    if field.kind == "boolean":
        return [True] if text.casefold() in _YES else [False] if text.casefold() in _NO else []
    if field.kind in ("iban", "vat_id"):
        return [compact(text)]
    return [" ".join(text.split())]


def _numbers(field: FieldSpec, text: str, by: Conventions) -> list[Any]:
    value = read_amount(text, by.decimal, by.parentheses)
    if value is None:
        return []
    if field.kind == "integer":
        return [int(value)] if value == value.to_integral_value() else []
    return [plain_number(value)]


def plain_number(value: Decimal) -> int | float:
    """A number as JSON has it: 12 and 12.5, exact as far as a double is."""
    return int(value) if value == value.to_integral_value() else float(value)


def is_like_money(token: str, decimal: str | None) -> bool:
    """Written with cents, or finer as prices of one are; others count where a page has none such."""
    if re.search(r"[.,](?:\d\d|\d{4})(?!\d)", token):
        return True
    return (
        decimal is not None and re.search(rf"{re.escape(decimal)}\d{{3}}(?!\d)", token) is not None
    )
