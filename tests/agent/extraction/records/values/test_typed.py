"""Values as documents of many countries write them, read by the document's own evidence."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from looktwice.agent.extraction.records.schemas.fields import FieldKind, FieldSpec
from looktwice.agent.extraction.records.values.amounts import (
    amount_tokens,
    currencies,
    decimal_mark,
    read_amount,
)
from looktwice.agent.extraction.records.values.dates import date_tokens, day_first, read_date
from looktwice.agent.extraction.records.values.identifiers import (
    ibans,
    is_iban,
    is_vat_number,
    vat_numbers,
)
from looktwice.agent.extraction.records.values.typed import Conventions, options, typed


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        ("1.163,40 €", ",", "1163.40"),
        ("$1,163.40", ".", "1163.40"),
        ("1 163,40", ",", "1163.40"),
        ("CHF 1'000.50", ".", "1000.50"),
        ("-20,48 €", ",", "-20.48"),
        ("12,50-", ",", "-12.50"),
        ("1.000", ",", "1000"),
        ("1.000", ".", "1.000"),
        ("1.000", None, "1000"),
        ("0.025", ",", "0.025"),
        ("1.234.567", None, "1234567"),
        ("5 kg", None, "5"),
        ("(12.50)", ".", "12.50"),
        ("₹ 1,23,456.00", None, "123456.00"),
    ],
)
def test_amounts(text: str, mark: str | None, value: str) -> None:
    assert read_amount(text, mark) == Decimal(value)


def test_parentheses_mean_minus_where_the_document_writes_so() -> None:
    by = Conventions.of(["Revenue 120.50", "Cost (80.25)", "Tax (4.10)"])
    assert typed(FieldSpec("a", "money"), "(80.25)", by) == [-80.25]
    by = Conventions.of(["Total 220,00", "tax in it (35,13)"])
    assert typed(FieldSpec("a", "money"), "(35,13)", by) == [35.13]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7% | 160,00 €", ["7", "160,00"]),
        ("05.03.2013", []),
        ("RE-20150613/503", []),
        ("RM16.80", ["16.80"]),
        ("16.80SR", ["16.80"]),
        ("TotalRM16.80", ["16.80"]),
        ("TB100A4", []),
        ("₹ 1,23,456.00", ["1,23,456.00"]),
        ("合計 1,234円", ["1,234"]),
        ("10:35 Uhr", []),
        ("5,0400 2 19 %", ["5,0400", "2", "19"]),
    ],
)
def test_only_numbers_that_stand_alone_are_amounts(text: str, found: list[str]) -> None:
    assert list(amount_tokens(text)) == found


def test_the_decimal_mark_is_what_most_numbers_show() -> None:
    assert decimal_mark(["1.163,40", "5", "1.000"]) == ","
    assert decimal_mark(["1,234.5", "2.50"]) == "."
    assert decimal_mark(["1.000", "12"]) is None


def test_currencies_by_code_and_sign() -> None:
    assert currencies("Währung: EUR, 5,00 €") == [("EUR", "EUR"), ("€", "EUR")]
    assert currencies("Total $12.00") == [("$", "USD")]
    assert currencies("All amounts in CAD. Total $12.00")[1] == ("$", "CAD")
    assert currencies("Suma 12,00 zł") == [("zł", "PLN")]
    assert currencies("合計 1,234円") == [("円", "JPY")]
    assert currencies("ABC THE AND") == []
    assert currencies("CORNER SHOP SDN BHD\nTotal RM 3.90") == [("RM", "MYR")]
    assert currencies("Total (BHD)\n3.900") == currencies("Total BHD\n3.900") == [("BHD", "BHD")]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("16/11/2017", "2017-11-16"),
        ("11. März 2014", "2014-03-11"),
        ("Nov 3, 2017", "2017-11-03"),
        ("3 novembre 2017", "2017-11-03"),
        ("14 de julio de 2020", "2020-07-14"),
        ("25 MAR 2018", "2018-03-25"),
        ("2018年10月1日", "2018-10-01"),
        ("25/03/201815:28", "2018-03-25"),
        ("2019-06-10", "2019-06-10"),
        ("05.03.13", "2013-03-05"),
    ],
)
def test_dates_in_many_ways(text: str, iso: str) -> None:
    assert [day.isoformat() for day in read_date(text, None)] == [iso]
    assert len(list(date_tokens(text))) == 1


def test_day_and_month_are_told_by_the_document_or_kept_both() -> None:
    assert day_first(["03/04/2018", "25/04/2018"]) is True
    assert day_first(["03/04/2018", "04/25/2018"]) is False
    assert day_first(["03/04/2018", "April 3, 2018"]) is True
    assert day_first(["03/04/2018", "2018-03-04"]) is False
    assert day_first(["03/04/2018"]) is None
    assert [str(day) for day in read_date("03/04/2018", None)] == ["2018-04-03", "2018-03-04"]
    assert [str(day) for day in read_date("03/04/2018", False)] == ["2018-03-04"]
    assert read_date("31/31/2018", None) == []


def test_identifiers_prove_themselves() -> None:
    assert is_iban("DE02 1203 0000 0000 2020 51")
    assert not is_iban("DE03 1203 0000 0000 2020 51")
    assert is_vat_number("DE136695976")
    assert not is_vat_number("DE136695977")
    assert list(ibans("IBAN-Nr.: DE08 7009 0100 1234 5678 90 BIC: X")) == [
        "DE08 7009 0100 1234 5678 90"
    ]
    assert list(vat_numbers("USt-ID: DE136695976, TVA FR 19 787878784")) == [
        "DE136695976",
        "FR 19 787878784",
    ]


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        ("integer", "12", [12]),
        ("integer", "12.5", []),
        ("number", "0,5", [0.5]),
        ("money", "160,00 €", [160]),
        ("currency", "€", ["EUR"]),
        ("currency", "eur", ["EUR"]),
        ("date", "03/04/2018", ["2018-04-03", "2018-03-04"]),
        ("boolean", "yes", [True]),
        ("boolean", "perhaps", []),
        ("iban", "DE02 1203", ["DE021203"]),
        ("text", "a \n b", ["a b"]),
        ("text", " ", []),
    ],
)
def test_values_become_their_type(kind: FieldKind, text: str, values: list[Any]) -> None:
    assert typed(FieldSpec("a", kind), text, Conventions()) == values


def test_options_are_what_is_written() -> None:
    texts = ["Total 12,50 €", "Date 05.03.2013", "Qty 3"]
    by = Conventions.of(texts)
    assert options(FieldSpec("a", "money"), texts, by) == {"12,50": "12,50"}
    assert options(FieldSpec("a", "number"), texts, by) == {"12,50": "12,50", "3": "3"}
    assert options(FieldSpec("a", "date"), texts, by) == {"05.03.2013": "05.03.2013"}
    assert options(FieldSpec("a"), texts, by) is None


def test_an_amount_may_be_copied_without_its_sign() -> None:
    texts = ["Total -12,50 €", "Rounded 3,00"]
    offered = options(FieldSpec("a", "money"), texts, Conventions.of(texts))
    assert offered == {"-12,50": "-12,50", "3,00": "3,00", "12,50": "-12,50"}


def test_a_model_may_copy_a_number_in_every_way_that_the_page_writes_it() -> None:
    by = Conventions(decimal=".")
    found = options(FieldSpec("total", "money"), ["1 X 3.0000", "Total 3.00"], by)
    assert found == {"3.0000": "3.0000", "3.00": "3.00"}
