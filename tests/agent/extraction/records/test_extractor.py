"""From a document to a record: every value typed and with its place; missing stays missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import JsonSchema, Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from looktwice.errors import UsageError
from pydantic import BaseModel

from ....retrieval.pdf_kit import Pdf, Sheet
from .record_kit import invoice_pdf, read, reader

Make = Callable[..., Assistant]
WORDS = (
    "number, date: date, currency: currency, total: money, paid_by,"
    " lines[]: name, quantity: number, amount: money"
)
FIRST = [
    ("date:", "03/04/2021"),
    ("printed", "25/04/2021"),
    ("* Steel rope", "4", "1,010.00"),
]
SECOND = [("* Hook", "12", "14.40"), ("total:", "1,024.40"), ("currency:", "EUR")]


class Item(BaseModel):
    name: str
    amount: float


class Bill(BaseModel):
    number: str
    total: float
    lines: list[Item] = []


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    return invoice_pdf(tmp_path / "bill.pdf", "B-17", FIRST, SECOND)


@pytest.fixture
def assistant(make: Make) -> Assistant:
    return make(script=reader())


def test_every_value_is_typed_and_has_its_place(assistant: Assistant, bill: Path) -> None:
    found = assistant.extract(schema_of_words(WORDS), bill)
    assert found.record == {
        "number": "B-17",
        "date": "2021-04-03",
        "currency": "EUR",
        "total": 1024.4,
        "paid_by": None,
        "lines": [
            {"name": "Steel rope", "quantity": 4, "amount": 1010},
            {"name": "Hook", "quantity": 12, "amount": 14.4},
        ],
    }
    total = found.fields["total"]
    assert (total.page, total.quote, total.status) == (2, "1,024.40", "found")
    (box,) = total.boxes
    assert box.frame == "page"
    assert 185 < box.x1 < 195
    assert found.fields["lines[1].amount"].page == 2
    missing = found.fields["paid_by"]
    assert (missing.status, missing.value, missing.boxes, missing.confidence) == (
        "missing", None, (), 0.0,
    )  # fmt: skip


def test_a_model_gets_its_own_values(assistant: Assistant, bill: Path) -> None:
    found = assistant.extract(Bill, [bill])
    assert found.value == Bill(
        number="B-17",
        total=1024.4,
        lines=[Item(name="Steel rope", amount=1010), Item(name="Hook", amount=14.4)],
    )
    assert found[0].to_pandas().set_index("path").loc["total", "value"] == 1024.4
    assert found.to_pandas().loc[0, "number"] == "B-17"


def test_what_a_model_requires_and_the_document_lacks_is_told(
    assistant: Assistant, tmp_path: Path
) -> None:
    path = invoice_pdf(tmp_path / "short.pdf", "B-18", [("date:", "03/04/2021")])
    found = assistant.extract(Bill, path).only
    assert found.record["total"] is None
    with pytest.raises(UsageError, match="total"):
        _ = found.value


def test_a_value_that_is_not_on_the_page_is_not_taken(make: Make, bill: Path) -> None:
    def invent(messages: Sequence[Message], schema: JsonSchema | None) -> dict[str, Any]:
        return {**read(messages, schema), "number": "X-99999"}

    found = make(script=ScriptedModel(invent)).extract(
        schema_of_words("number, total: money"), bill
    )
    assert found.fields["number"].status == "missing"
    assert found.fields["total"].value == 1024.4


def test_a_document_that_cannot_be_read_costs_only_itself(
    assistant: Assistant, bill: Path, tmp_path: Path
) -> None:
    locked = tmp_path / "locked.pdf"
    locked.write_bytes(Pdf([Sheet()], user="secret").data())
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    found = assistant.extract(Bill, [locked, bill, empty])
    assert [bool(one.error) for one in found] == [True, False, True]
    assert "password" in found[0].error
    with pytest.raises(UsageError, match=r"locked\.pdf"):
        _ = found[0].value


def test_a_page_without_words_asks_nobody(make: Make, tmp_path: Path) -> None:
    blank = tmp_path / "blank.md"
    blank.write_text("\n\n#\n")
    model = reader()
    found = make(script=model).extract(Bill, blank).only
    assert found.error or found.source.doubts == ("no text could be read",)
    assert model.calls == []


def test_two_calls_where_nothing_is_doubted(make: Make, tmp_path: Path) -> None:
    path = invoice_pdf(tmp_path / "bill.pdf", "B-17", [*FIRST, ("total:", "1,010.00")])
    model = reader()
    make(script=model).extract(
        schema_of_words("number, total: money, lines[]: name, amount: money"), path
    )
    assert len(model.calls) == 2


def test_typed_values_may_only_be_what_is_written(make: Make, bill: Path) -> None:
    model = reader()
    make(script=model).extract(schema_of_words("date: date, total: money"), bill)
    (call,) = model.calls
    assert call.schema is not None
    assert call.schema["properties"] == {
        "date": {"enum": ["03/04/2021", "25/04/2021", None]},
        "total": {"enum": ["1,010.00", "14.40", "1,024.40", None]},
    }


def test_a_model_that_sees_is_shown_the_pages(make: Make, bill: Path) -> None:
    def see(messages: Sequence[Message], schema: JsonSchema | None) -> dict[str, Any]:
        assert [len(message.pictures) for message in messages][-1] == 2
        return {"number": "B-I7", "total": 1024.4}

    model = ScriptedModel(see, sees_images=True)
    found = make(script=model).extract(schema_of_words("number, total: money"), bill)
    assert (found.fields["total"].quote, found.fields["total"].status) == ("1,024.40", "found")
    unread = found.fields["number"]
    assert (unread.value, unread.status, unread.boxes) == ("B-I7", "unsure", ())
    assert "nothing like it was read" in unread.reason


def test_the_only_currency_of_a_document_needs_no_asking_twice(make: Make, tmp_path: Path) -> None:
    path = invoice_pdf(tmp_path / "bill.pdf", "B-1", [("total:", "12.50 €")])
    schema = schema_of_words("currency: currency")
    found = make(script=ScriptedModel(lambda *_: {"currency": None})).extract(schema, path)
    assert (found.fields["currency"].value, found.fields["currency"].quote) == ("EUR", "€")


def test_sums_carried_over_give_way_to_those_at_the_end(make: Make, tmp_path: Path) -> None:
    long = [(f"row {n}", "some words that fill the page up to its end", "x") for n in range(34)]
    pages = [[("total:", "80.00"), *long] for _ in range(4)]
    end = [("net:", "100.00"), ("tax:", "19.00"), ("total:", "119.00")]
    path = invoice_pdf(tmp_path / "bill.pdf", "B-1", *pages, end)
    schema = {
        "x-checks": ["net + tax = total"],
        "properties": {n: {"type": "number", "x-kind": "money"} for n in ("net", "tax", "total")},
    }
    found = make(script=reader()).extract(schema, path)
    assert (found.fields["total"].value, found.fields["total"].page) == (119, 5)


def test_what_a_model_joins_is_found_by_its_first_part(make: Make, bill: Path) -> None:
    model = ScriptedModel(lambda *_: {"name": "Steel rope, of the harbour"})
    found = make(script=model).extract(
        {"properties": {"name": {"type": "string", "x-usual": True}}}, bill
    )
    assert found.fields["name"].value == "Steel rope"


def test_it_streams(assistant: Assistant, bill: Path) -> None:
    async def numbers() -> list[str]:
        return [one.value.number async for one in assistant.aextract_stream(Bill, [bill, bill])]

    assert asyncio.run(numbers()) == ["B-17", "B-17"]


def test_a_credit_note_loses_its_signs_but_not_the_prices(make: Make, tmp_path: Path) -> None:
    rows = [("* Hook", "1.20", "-14.40"), ("total:", "-14.40")]
    money = {"type": "number", "x-kind": "money"}
    columns = {"name": {"type": "string"}, "quantity": money, "amount": money}
    schema = {
        "x-positive": "total",
        "properties": {
            "number": {"type": "string"},
            "total": money,
            "lines": {"type": "array", "items": {"type": "object", "properties": columns}},
        },
    }
    found = make(script=reader()).extract(schema, invoice_pdf(tmp_path / "a.pdf", "C-1", rows))
    assert found.record["total"] == 14.4
    assert found.record["lines"] == [{"name": "Hook", "quantity": 1.2, "amount": 14.4}]
