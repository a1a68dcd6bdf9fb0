"""The fields of a list row by row, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .....schema import ExtractedField
from ..schemas.fields import ListSpec
from ..schemas.paths import ListPath, places_in

__all__ = ["Fields", "ListRow", "rows_of", "values_of", "with_rows"]

Fields = dict[str, ExtractedField]
ListRow = Mapping[str, ExtractedField]
"""The fields of one row, by the names of their columns."""


def values_of(fields: Mapping[str, ExtractedField]) -> dict[str, Any]:
    """The values of fields, by path, as checks look at them."""
    return {path: found.value for path, found in fields.items()}


def rows_of(many: ListSpec, fields: Mapping[str, ExtractedField]) -> list[ListRow]:
    """The rows of a list of objects."""
    rows: dict[int, dict[str, ExtractedField]] = {}
    for path, place in places_in(many.path, fields).items():
        if place.column:
            rows.setdefault(place.row, {})[place.column] = fields[path]
    return [row for _, row in sorted(rows.items())]


def with_rows(many: ListSpec, fields: Fields, rows: Sequence[ListRow]) -> Fields:
    """The fields with these rows instead of those that the list has."""
    inside = places_in(many.path, fields)
    return {path: one for path, one in fields.items() if path not in inside} | {
        path: one.model_copy(update={"path": path})
        for at, row in enumerate(rows)
        for column, one in row.items()
        for path in (str(ListPath(many.path, at, column)),)
    }
