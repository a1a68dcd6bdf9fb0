"""Rows of a list whose values do not stand together are no rows: a model that loses its way makes them up.

Every value is found again on the page, but a name from here and an amount from there make a row that no
reader would see. One amount is also only one row's: that of the name that stands nearest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .....schema import ExtractedField
from ..schemas.checks import confirmed, sum_of_rows
from ..schemas.fields import NUMERIC, FieldSpec, ListSpec, RecordSpec
from .list_rows import Fields, rows_of, values_of, with_rows

__all__ = ["without_scattered"]

_FARTHEST = 4.0
"""Heights of its amount between a row's name and its amount: names take several lines."""


def without_scattered(spec: RecordSpec, fields: Fields) -> Fields:
    """The fields without rows whose amount stands far from their name, or nearer to another's.

    Where rows come to the sum that the document states, those that add to it stay, without those of their
    numbers that stand far from their amount, or nearer to another's.
    """
    values = values_of(fields)
    for many in spec.lists:
        sums = [
            (check, of[1])
            for check in spec.checks
            if (of := sum_of_rows(check)) and of[0] == many.path
        ]
        add_up = bool(confirmed([check for check, _ in sums], values))
        fields = _kept(many, fields, [column for _, column in sums], add_up)
        for _, amount in sums[:1]:
            rows = [dict(row) for row in rows_of(many, fields)]
            for column in many.columns:
                if column.kind in NUMERIC and column.path != amount:
                    _drop_strange(column, rows, amount)
            fields = with_rows(many, fields, rows) if rows else fields
    return fields


def _drop_strange(
    column: FieldSpec, rows: Sequence[dict[str, ExtractedField]], amount: str
) -> None:
    """Drop, in place, numbers of a column that stand far from their row, or in another's."""
    nearest: dict[object, float] = {}
    apart = [_apart(row, column, amount) for row in rows]
    for row, distance in zip(rows, apart, strict=True):
        place = _place(row.get(column.path))
        nearest[place] = min(nearest.get(place, _FARTHEST), distance)
    for row, distance in zip(rows, apart, strict=True):
        place = _place(row.get(column.path))
        if place is not None and distance > nearest[place]:
            del row[column.path]


def _kept(many: ListSpec, fields: Fields, summed: Sequence[str], add_up: bool) -> Fields:
    """The fields with the rows that stand together.

    Args:
        summed: columns of which a sum is stated.
        add_up: whether it holds: it bears out the rows that add to it, and no row of nothing.
    """
    name = next((one for one in many.columns if one.kind == "text"), None)
    amounts = [*summed, *(one.path for one in reversed(many.columns) if one.kind == "money")]
    if name is None or not amounts:
        return fields
    rows = rows_of(many, fields)
    places = [_place(row.get(amounts[0])) for row in rows]
    apart = [_apart(row, name, amounts[0]) for row in rows]
    nearest: dict[object, float] = {}
    for place, distance in zip(places, apart, strict=True):
        nearest[place] = min(nearest.get(place, _FARTHEST), distance)
    kept = []
    for row, place, distance in zip(rows, places, apart, strict=True):
        borne_out = add_up and place is not None and row[amounts[0]].value
        if place is None or distance <= nearest[place] or borne_out:
            kept.append(row)
            nearest[place] = -1.0  # it is this row's
    return with_rows(many, fields, kept)


def _place(field: ExtractedField | None) -> object:
    """Where a value stands; None where that is not known."""
    return (field.page, field.boxes[0]) if field is not None and field.boxes else None


def _apart(row: Mapping[str, ExtractedField], name: FieldSpec, amount: str) -> float:
    """How far the amount of a row stands from its name, up or down, in heights of the amount.

    0 where a place is not known; infinity where the name stands on another page, or nowhere.
    """
    named, paid = row.get(name.path), row.get(amount)
    if paid is None or not paid.boxes or (named is None and not name.required):
        return 0.0
    if named is None or (named.boxes and named.page != paid.page):
        return float("inf")
    own = paid.boxes[0]
    gaps = [max(0.0, own.y1 - box.y2, box.y1 - own.y2) for box in named.boxes]
    return min(gaps, default=0.0) / max(own.height, 1.0)
