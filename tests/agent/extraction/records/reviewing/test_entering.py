"""A value that a person typed is of its field's type, or is refused in words."""

from __future__ import annotations

from typing import Any

import pytest
from looktwice.agent.extraction.records.reviewing.entering import entered
from looktwice.agent.extraction.records.schemas.fields import FieldKind, FieldSpec
from looktwice.errors import UsageError


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("money", "1.163,40 €", 1163.4),
        ("money", "1163.4", 1163.4),
        ("money", "(12.50)", -12.5),
        ("number", "1.234", 1.234),  # as values are shown
        ("integer", "4", 4),
        ("date", "3 May 2026", "2026-05-03"),
        ("currency", "eur", "EUR"),
        ("boolean", "no", False),
        ("iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("vat_id", "de 123456789", "DE123456789"),
        ("choice", "Paid", "paid"),
        ("text", "  Corner   Shop ", "Corner Shop"),
        ("money", " ", None),
    ],
)
def test_what_is_typed_becomes_a_value(kind: FieldKind, text: str, value: Any) -> None:
    assert entered(FieldSpec("x", kind, choices=("open", "paid")), text) == value


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("money", "ten", "an amount such as 1163.40"),
        ("money", "12 or 13", "an amount"),
        ("integer", "3.5", "a whole number"),
        ("date", "soon", "a date such as"),
        ("date", "03/04/2026", "2026-04-03 or 2026-03-04"),
        ("currency", "shells", "a currency"),
        ("boolean", "perhaps", "yes or no"),
        ("iban", "DE89370400440532013001", "check digits"),
        ("vat_id", "123", "a VAT number"),
        ("choice", "lost", "one of open, paid"),
        ("text", "x" * 3000, "longer than"),
    ],
)
def test_a_wrong_type_is_told(kind: FieldKind, text: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        entered(FieldSpec("x", kind, choices=("open", "paid")), text)
