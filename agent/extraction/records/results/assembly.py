"""The values of a document put together as the schema nests them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .....schema import ExtractedField, ExtractedRecord
from ..schemas.fields import ListSpec, RecordSpec, nested
from ..schemas.json_schema import plain_schema
from ..schemas.paths import ListPath, rows_in


def record_of(
    spec: RecordSpec,
    document: str,
    page: int | None,
    found: Mapping[str, ExtractedField],
    doubts: Sequence[str] = (),
    pages: int = 0,
) -> ExtractedRecord:
    """The record of a document: every field of the schema, what was not found as missing."""
    fields: list[ExtractedField] = []
    values: dict[str, Any] = {}
    for one in spec.fields:
        field = found.get(one.path) or ExtractedField(path=one.path)
        fields.append(field)
        values[one.path] = field.value
    for many in spec.lists:
        rows, own = _rows(many, found)
        values[many.path] = rows
        fields += own
    return ExtractedRecord(
        document=document,
        page=page,
        record=nested(values),
        fields=tuple(fields),
        doubts=tuple(doubts),
        pages=pages,
        lacking=tuple(one.path for one in spec.fields if one.required and values[one.path] is None),
    )


def valid(spec: RecordSpec, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as its JSON Schema wants it: what is missing and need not be there is left out."""
    found: dict[str, Any] = _valid(spec.json_schema, spec.json_schema, dict(record))
    return found


def _valid(root: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> Any:
    schema = plain_schema(root, schema)
    if isinstance(value, dict):
        parts = schema.get("properties", {})
        needed = schema.get("required", ())
        return {
            name: _valid(root, parts.get(name, {}), part)
            for name, part in value.items()
            if part is not None or name in needed
        }
    if isinstance(value, list):
        return [_valid(root, schema.get("items", {}), part) for part in value]
    return value


def _rows(
    many: ListSpec, found: Mapping[str, ExtractedField]
) -> tuple[list[Any], list[ExtractedField]]:
    rows: list[Any] = []
    fields: list[ExtractedField] = []
    for number in rows_in(many.path, found):
        paths = {
            column.path: str(ListPath(many.path, number, "" if many.plain else column.path))
            for column in many.columns
        }
        own = {name: found.get(path) or ExtractedField(path=path) for name, path in paths.items()}
        fields += own.values()
        values = {name: field.value for name, field in own.items()}
        rows.append(values["value"] if many.plain else nested(values))
    return rows, fields
