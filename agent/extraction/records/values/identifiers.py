"""Numbers that carry their own proof: IBAN and VAT numbers, by python-stdnum."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .....extensions.extras import needs

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_VAT = re.compile(
    r"(?<![A-Za-z0-9])(?:CHE|[A-Z]{2})[ -]?(?=[A-Z0-9]{0,2}\d)"
    r"[A-Z0-9](?:[ .-]?[A-Z0-9]){6,13}(?![A-Za-z0-9])"
)
_SHORTEST_IBAN = 15
"""Norway's; the longest have 34 (ISO 13616)."""


def compact(text: str) -> str:
    """An identifier without blanks and marks."""
    return re.sub(r"[\s.\-:]", "", text).upper()


def is_iban(text: str) -> bool:
    """Whether its check digits are right (ISO 7064, mod 97-10)."""
    with needs("documents"):
        from stdnum import iban

    return bool(iban.is_valid(compact(text), check_country=False))


def is_vat_number(text: str) -> bool:
    """Whether it is a VAT number of the country it begins with, check digits included."""
    with needs("documents"):
        from stdnum import vatin

    return bool(vatin.is_valid(compact(text)))


def ibans(text: str) -> Iterator[str]:
    """What is written like an IBAN, right or not: a slip of recognition is still the field's place."""
    for found in _IBAN.finditer(text):
        token = _cut(found.group())
        if len(compact(token)) >= _SHORTEST_IBAN:
            yield token


def vat_numbers(text: str) -> Iterator[str]:
    """What is written like a VAT number of a country."""
    for found in _VAT.finditer(text):
        token = found.group()
        if sum(c.isdigit() for c in token) >= 7 and not is_iban(token):
            yield token


def _cut(token: str) -> str:
    """Without words that follow it: "DE08 7009 0100 1234 5678 90 BIC"."""
    words = token.split(" ")
    while len(words) > 1 and not any(c.isdigit() for c in words[-1]):
        words.pop()
    return " ".join(words)
