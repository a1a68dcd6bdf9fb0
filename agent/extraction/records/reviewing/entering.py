"""A value as a person types it, to the type of its field."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from .....errors import UsageError
from ..schemas.fields import NUMERIC, FieldKind, FieldSpec
from ..values.identifiers import is_iban, vat_numbers
from ..values.typed import Conventions, plain_number, typed

_PLAIN_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
"""As values are shown: a point is the decimal mark then, whatever the document writes."""
_AMOUNT = re.compile(
    r"[^\W\d_]{0,4}[\s$€£¥₹]*+[-−+(]?(?:[.,'’\s]*+\d++)++[)\-−.,]*+[\s$€£¥₹%]*+[^\W\d_]{0,4}"
)
"""A number alone, with a sign or a code of its currency."""
_LONGEST = 2_000
_EXPECTED: dict[FieldKind, str] = {
    "date": "a date such as 2026-05-31",
    "money": "an amount such as 1163.40",
    "number": "a number such as 12.5",
    "integer": "a whole number",
    "currency": "a currency such as EUR",
    "boolean": "yes or no",
    "iban": "an IBAN with right check digits",
    "vat_id": "a VAT number with its country, such as DE123456789",
}


def entered(field: FieldSpec, text: str) -> Any:
    """The value that somebody typed; None where nothing is to stand there.

    Raises:
        UsageError: it is none of the field's type; the message says what was expected.
    """
    text = text.strip()
    if not text:
        return None
    if len(text) > _LONGEST:
        raise UsageError(f"longer than {_LONGEST:,} characters")
    values = _values(field, text)
    if len(values) > 1:
        ways = " or ".join(str(value) for value in values)
        raise UsageError(f"{text!r} may be {ways}; write it that way")
    if not values:
        raise UsageError(f"expected {_expected(field)}, got {text!r}")
    return values[0]


def _expected(field: FieldSpec) -> str:
    if field.kind == "choice":
        return f"one of {', '.join(field.choices)}"
    return _EXPECTED.get(field.kind, "some words")


def _values(field: FieldSpec, text: str) -> list[Any]:
    if field.kind in NUMERIC:
        return _numbers(field, text)
    if field.kind == "iban" and not is_iban(text):
        return []
    if field.kind == "vat_id" and text.upper() not in vat_numbers(text.upper()):
        return []
    return typed(field, text, Conventions())


def _numbers(field: FieldSpec, text: str) -> list[Any]:
    if _PLAIN_NUMBER.fullmatch(text):
        value = plain_number(Decimal(text))
        return [] if field.kind == "integer" and not isinstance(value, int) else [value]
    if not _AMOUNT.fullmatch(text):  # "ten", "12 or 13"
        return []
    return typed(field, text, Conventions(parentheses=True))
