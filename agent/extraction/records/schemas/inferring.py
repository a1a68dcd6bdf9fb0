"""The fields of records whose schema is not known, from their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from .....schema import ExtractedRecord
from .fields import FieldKind, FieldSpec, ListSpec, RecordSpec
from .paths import list_path

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def inferred_spec(records: Sequence[ExtractedRecord]) -> RecordSpec:
    """The fields that these records have, in their order; what their values are tells the types."""
    fields: dict[str, list[Any]] = {}
    lists: dict[str, dict[str, list[Any]]] = {}
    for record in records:
        for field in record.fields:
            place = list_path(field.path)
            if place is None:
                fields.setdefault(field.path, []).append(field.value)
            else:
                columns = lists.setdefault(place.many, {})
                columns.setdefault(place.column, []).append(field.value)
    return RecordSpec(
        "record",
        tuple(FieldSpec(path, _kind(values)) for path, values in fields.items()),
        tuple(
            ListSpec(
                many,
                tuple(FieldSpec(name or "value", _kind(of)) for name, of in columns.items()),
                plain=list(columns) == [""],
            )
            for many, columns in lists.items()
        ),
    )


def _kind(values: Iterable[Any]) -> FieldKind:
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, bool) for value in known):
        return "boolean"
    if known and all(isinstance(v, int | float) and not isinstance(v, bool) for v in known):
        return "number"
    if known and all(isinstance(value, str) and _DATE.fullmatch(value) for value in known):
        return "date"
    return "text"
