"""Schemas from names, files, models and words; what cannot be extracted is told of by its field."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import pytest
from looktwice.agent.extraction.records.schemas.fields import FieldSpec
from looktwice.agent.extraction.records.schemas.json_schema import record_spec
from looktwice.agent.extraction.records.schemas.sources import SHIPPED, load_schema, spec_of
from looktwice.agent.extraction.records.schemas.words import schema_of_words
from looktwice.errors import UsageError
from pydantic import BaseModel


class Party(BaseModel):
    name: str
    vat_id: str | None = None


class Item(BaseModel):
    name: str
    amount: Decimal | None = None


class Order(BaseModel):
    number: str
    day: date
    seller: Party
    paid: bool = False
    kind: Literal["order", "offer"] = "order"
    items: list[Item] = []
    notes: list[str] = []


def test_a_model_becomes_fields_nested_ones_by_dotted_names() -> None:
    spec = spec_of(load_schema(Order))
    assert [(one.path, one.kind) for one in spec.fields] == [
        ("number", "text"),
        ("day", "date"),
        ("seller.name", "text"),
        ("seller.vat_id", "text"),
        ("paid", "boolean"),
        ("kind", "choice"),
    ]
    assert [one.required for one in spec.fields] == [True, True, True, False, False, False]
    items, notes = spec.lists
    assert [(one.path, one.kind) for one in items.columns] == [
        ("name", "text"),
        ("amount", "number"),
    ]
    assert notes.plain
    assert notes.columns[0].kind == "text"


def test_a_model_is_found_by_its_import_path() -> None:
    assert "properties" in load_schema("looktwice.schema:Box")
    with pytest.raises(UsageError, match="cannot be imported"):
        load_schema("no.such.module:Model")
    with pytest.raises(UsageError, match="expected a Pydantic model"):
        load_schema("json:loads")


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_can_be_extracted(name: str) -> None:
    spec = spec_of(load_schema(name))
    assert spec.fields
    assert all(one.description for one in spec.fields)


def test_words_become_a_schema() -> None:
    words = "invoice number, date: date, total: money, state: open|paid, lines[]: name, quantity: number"
    spec = spec_of(schema_of_words(words))
    assert spec.fields == (
        FieldSpec("invoice number"),
        FieldSpec("date", "date"),
        FieldSpec("total", "money"),
        FieldSpec("state", "choice", choices=("open", "paid")),
    )
    (lines,) = spec.lists
    assert lines.columns == (FieldSpec("name"), FieldSpec("quantity", "number"))


def test_lists_in_words_end_at_a_semicolon() -> None:
    spec = spec_of(schema_of_words("lines[]: name, amount: money; total: money"))
    assert [one.path for one in spec.fields] == ["total"]
    assert [one.path for one in spec.lists[0].columns] == ["name", "amount"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "expected names"),
        ("total: gold", "'gold' is none of"),
        ("a, a", "comes twice"),
        ("lines[]:", "columns"),
        ("lines[", "a list is written"),
        (": date", "no name"),
    ],
)
def test_words_that_say_nothing_are_told_of(words: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        schema_of_words(words)


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({}, "expected an object"),
        ({"properties": {}}, "got none"),
        ({"properties": {"a": {"type": "tuple"}}}, "a: type 'tuple' is none of"),
        ({"properties": {"a": {"x-kind": "choice"}}}, "x-kind"),
        ({"properties": {"a": {"enum": []}}}, "enum is empty"),
        ({"properties": {"a": {"$ref": "#/$defs/B"}}}, "is not in the schema"),
        ({"properties": {"a": {"$ref": "http://x/y"}}}, "only references within"),
        ({"properties": {"a": 5}}, "expected a schema"),
        ({"properties": {"a.b": {}}}, "names of fields"),
        (
            {"properties": {"a": {"type": "array", "items": {"type": "array"}}}},
            "lists inside lists",
        ),
        ({"properties": {f"f{n}": {} for n in range(200)}}, "at most"),
        ({"properties": {"a": {}}, "x-checks": "a = b"}, "x-checks"),
        ({"properties": {"a": {}}, "x-checks": ["a"]}, "x-checks"),
        (
            {"$defs": {"A": {"$ref": "#/$defs/A"}}, "properties": {"a": {"$ref": "#/$defs/A"}}},
            "circle",
        ),
    ],
)
def test_schemas_that_cannot_be_extracted_name_the_field(schema: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        record_spec(schema, "my.json")


def test_files_that_are_no_schema_are_told_of(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(UsageError, match="there is no such schema"):
        load_schema(path)
    path.write_text("{")
    with pytest.raises(UsageError, match="not JSON"):
        load_schema(path)
    path.write_text("[]")
    with pytest.raises(UsageError, match="expected a JSON Schema"):
        load_schema(path)
    path.write_text(json.dumps({"title": "a", "type": "object", "properties": {"b": {}}}))
    assert spec_of(load_schema(str(path))).title == "a"
