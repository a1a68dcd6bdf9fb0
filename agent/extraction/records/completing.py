"""Rows that do not come to the sum that the document states are asked for once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....schema import ExtractedField
from ...backends.base import Message
from ...budget import Meter
from .assembly import record_of
from .checks import broken, confirmed, sum_of_rows
from .fields import ListSpec, RecordSpec
from .filling import ask_rows
from .placing import Placing
from .prompting import Among, about_rows_again

Fields = dict[str, ExtractedField]


def completed(
    spec: RecordSpec,
    fields: Fields,
    placing: Placing,
    model: Meter,
    begun: Sequence[Message],
    among: Among,
) -> Fields:
    """The fields, with other rows where these come to their sum and the first did not.

    Args:
        spec: of the record; checks such as "sum(lines.amount) = net" name the sums.
        fields: found so far, by path.
        placing: places the rows that come.
        model: asked once a sum.
        begun: the document's opening.
        among: what fields may be.
    """
    for check in spec.checks:
        path, column, total = sum_of_rows(check) or ("", "", "")
        many = next((one for one in spec.lists if one.path == path), None)
        if many is None or not list(broken([check], _values(fields))) or not model.can_call():
            continue
        own = {name: one for name, one in fields.items() if name.startswith(f"{path}[")}
        amounts = [one.value for name, one in own.items() if name.endswith(f".{column}")]
        rows = _in_words(many, record_of(spec, "", None, own).record[path])
        question = about_rows_again(many, rows, round(sum(amounts), 2), fields[total].value)
        again, _ = ask_rows(model, begun, question, many, among)
        placed = {one.path: one for row in placing.rows(many, again, 0) for one in row}
        other = {name: one for name, one in fields.items() if name not in own} | placed
        if confirmed([check], _values(other)):
            fields = other
    return fields


def _values(fields: Mapping[str, ExtractedField]) -> dict[str, Any]:
    return {path: found.value for path, found in fields.items()}


def _in_words(many: ListSpec, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        " | ".join(str(row[c.path]) for c in many.columns if row.get(c.path) is not None)
        for row in rows
    ]
