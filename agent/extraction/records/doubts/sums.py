"""Sums that do not hold are set right by what is written on the pages, or their parts asked for one by one.

A small model that is asked for a dozen fields at once takes net, tax and total from wherever its first
guess was. Where only one of them has to be another for the sum to hold, and that amount is written, it is
that one; else, and of a model that sees, each is asked for alone, for then it looks again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from .....schema import ExtractedField
from ....backends.base import Message
from ....budget import Meter
from ..generation.filling import ask_field
from ..generation.prompting import Among
from ..places.placing import Placing
from ..schemas.checks import broken, confirmed, paths_of, sum_of_rows
from ..schemas.fields import NUMERIC, FieldSpec, RecordSpec
from ..schemas.paths import places_in
from .list_rows import Fields, values_of

_CHOSEN = 0.8


def with_sums_of_rows(spec: RecordSpec, fields: Fields, placing: Placing) -> Fields:
    """The fields, with what rows come to where that is written and nothing bears out what was taken.

    Args:
        spec: of the record; its checks such as "sum(lines.amount) = net" name the sums.
        fields: found so far, by path.
        placing: knows what is written.
    """
    numbers = {one.path: one for one in spec.fields if one.kind in NUMERIC}
    for check in spec.checks:
        many, column, total = sum_of_rows(check) or ("", "", "")
        rows = {p: at for p, at in places_in(many, fields).items() if at.column == column}
        if (
            total not in numbers
            or len(rows) < 2
            or total in confirmed(spec.checks, values_of(fields))
        ):
            continue
        for other in placing.candidates(numbers[total]):
            tried = fields | {total: _instead(other, fields.get(total))}
            if total in confirmed([check], values_of(tried)) and _stands_after(other, fields, rows):
                fields = tried
                break
    return fields


def with_sums(
    spec: RecordSpec,
    fields: Fields,
    placing: Placing,
    model: Meter,
    begun: Sequence[Message],
    among: Among,
) -> Fields:
    """The fields, with other parts of a sum where it holds with these and did not with the first.

    Args:
        spec: of the record; its checks such as "net + tax = total" are the sums.
        fields: found so far, by path.
        placing: places the values that come.
        model: asked once a part.
        begun: the document's opening.
        among: what fields may be.
    """
    numbers = {one.path: one for one in spec.fields if one.kind in NUMERIC}
    for check in spec.checks:
        if "<" in check or "sum(" in check or not list(broken([check], values_of(fields))):
            continue
        parts = [numbers[path] for path in paths_of(check, list(numbers))]
        others = list(_with_another(check, spec, fields, parts, placing))
        if len(others) == 1 and not model.sees_images:
            fields = others[0]
            continue
        if not model.can_call(len(parts)):
            continue
        read = {
            one.path: _readings(one, fields, placing, ask_field(model, begun, spec, one, among))
            for one in parts
        }
        fields = _that_holds(check, fields, read) or fields
    return fields


def _with_another(
    check: str, spec: RecordSpec, fields: Fields, parts: Sequence[FieldSpec], placing: Placing
) -> Iterator[Fields]:
    """The fields with another amount for one part with which the sum holds.

    A part that another check bears out stays.
    """
    borne_out = confirmed([one for one in spec.checks if one != check], values_of(fields))
    for part in parts:
        if part.path in borne_out:
            continue
        for other in placing.candidates(part):
            tried = fields | {part.path: _instead(other, fields.get(part.path))}
            if {one.path for one in parts} <= confirmed([check], values_of(tried)):
                yield tried
                break


def _instead(other: ExtractedField, taken: ExtractedField | None) -> ExtractedField:
    """A value in the place of the one that was taken, which stays as an alternative."""
    said: dict[str, Any] = {"confidence": _CHOSEN}
    if taken is not None and taken.value is not None:
        said["alternatives"] = (taken.value,)
    return other.model_copy(update=said)


def _stands_after(total: ExtractedField, fields: Fields, rows: Mapping[str, object]) -> bool:
    """Whether a sum stands below all of its rows."""
    return all(_at(fields[path]) < _at(total) for path in rows)


def _at(found: ExtractedField) -> tuple[int, float]:
    return found.page or 0, found.boxes[0].y1 if found.boxes else 0.0


def _readings(
    field: FieldSpec, fields: Fields, placing: Placing, written: str
) -> list[ExtractedField]:
    """What was read first, and what was read now."""
    again = placing.value(field, written)
    return [one for one in (fields.get(field.path), again) if one is not None]


def _that_holds(
    check: str, fields: Fields, read: Mapping[str, Sequence[ExtractedField]]
) -> Fields | None:
    """The fields with those readings with which a check holds; the first readings first."""
    for chosen in product(*read.values()):
        tried = fields | {one.path: one for one in chosen}
        if set(read) <= confirmed([check], values_of(tried)):
            return tried
    return None
