"""Parts of a sum that does not hold are asked for one by one.

A small model that is asked for a dozen fields at once takes net, tax and total from wherever its first
guess was; asked for one of them alone it looks again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from .....schema import ExtractedField
from ....backends.base import Message
from ....budget import Meter
from ..generation.filling import ask_field
from ..generation.prompting import Among
from ..places.placing import Placing
from ..schemas.checks import broken, confirmed, paths_of
from ..schemas.fields import NUMERIC, FieldSpec, RecordSpec

Fields = dict[str, ExtractedField]


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
        if "<" in check or "sum(" in check or not list(broken([check], _values(fields))):
            continue
        parts = [numbers[path] for path in paths_of(check, list(numbers))]
        if not model.can_call(len(parts)):
            continue
        read = {
            one.path: _readings(one, fields, placing, ask_field(model, begun, spec, one, among))
            for one in parts
        }
        fields = _that_holds(check, fields, read) or fields
    return fields


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
        if set(read) <= confirmed([check], _values(tried)):
            return tried
    return None


def _values(fields: Mapping[str, ExtractedField]) -> dict[str, Any]:
    return {path: found.value for path, found in fields.items()}
