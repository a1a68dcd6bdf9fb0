"""Rows that do not come to the sum that the document states are looked for once more.

First without the model: rows that go on after those that come to the sum are none of the list, and a run of
amounts on the page may come to it. Only then are they asked for again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .....schema import ExtractedField
from ....backends.base import Message
from ....budget import Meter
from ..generation.filling import ask_rows
from ..generation.prompting import Among, about_rows_again
from ..pages.rows import PageText
from ..places.placing import Placing
from ..results.assembly import record_of
from ..schemas.checks import broken, confirmed, sum_of_rows
from ..schemas.fields import FieldSpec, ListSpec, RecordSpec
from ..schemas.paths import places_in
from .summed_rows import rows_that_sum

Fields = dict[str, ExtractedField]


@dataclass(frozen=True)
class Completing:
    """Completes the lists of one document.

    Args:
        spec: of the record; checks such as "sum(lines.amount) = net" name the sums.
        placing: places the rows that come.
        pages: of the document.
        model: asked once a sum.
        begun: the document's opening.
        among: what fields may be.
    """

    spec: RecordSpec
    placing: Placing
    pages: Sequence[PageText]
    model: Meter
    begun: Sequence[Message]
    among: Among

    def completed(self, fields: Fields) -> Fields:
        """The fields, with other rows where these come to their sum and the first did not."""
        for check in self.spec.checks:
            path, name, total = sum_of_rows(check) or ("", "", "")
            many = next((one for one in self.spec.lists if one.path == path), None)
            column = next((c for c in many.columns if c.path == name), None) if many else None
            if many is None or column is None or not list(broken([check], _values(fields))):
                continue
            for other in (self._shorter, self._summed, self._asked_again):
                rows = other(many, column, fields, fields[total].value)
                tried = _without(many, fields) | {one.path: one for one in rows}
                if confirmed([check], _values(tried)):
                    fields = tried
                    break
        return fields

    def _shorter(
        self, many: ListSpec, column: FieldSpec, fields: Fields, expected: float
    ) -> list[ExtractedField]:
        """The first rows that come to the sum; sums under a table are taken for rows of it."""
        found: list[ExtractedField] = []
        total = 0.0
        rows: defaultdict[int, list[ExtractedField]] = defaultdict(list)
        for path, place in places_in(many.path, fields).items():
            rows[place.row].append(fields[path])
        for _, row in sorted(rows.items()):
            found += row
            amounts = [one.value for one in row if one.path.endswith(f".{column.path}")]
            total += sum(amounts)
            if round(total - expected, 2) == 0:
                break
        return found

    def _summed(
        self, many: ListSpec, column: FieldSpec, fields: Fields, expected: float
    ) -> list[ExtractedField]:
        """The rows of a run of amounts on the page, where the model saw half of them, too.

        What is left when discounts are taken off a sum comes to the next sum as well.
        """
        rows = rows_that_sum(many, column, expected, self.spec.checks, self.pages, self.placing)
        given = _texts(one for path, one in fields.items() if path.startswith(f"{many.path}["))
        known = [row for row in rows if _texts(row) & given]
        return [one for row in rows for one in row] if 2 * len(known) >= len(rows) else []

    def _asked_again(
        self, many: ListSpec, column: FieldSpec, fields: Fields, expected: float
    ) -> list[ExtractedField]:
        """The rows that the model gives when it is told what is wrong with the first."""
        if not self.model.can_call():
            return []
        own = {path: one for path, one in fields.items() if path.startswith(f"{many.path}[")}
        amounts = [one.value for path, one in own.items() if path.endswith(f".{column.path}")]
        rows = _in_words(many, record_of(self.spec, "", None, own).record[many.path])
        question = about_rows_again(many, rows, round(sum(amounts), 2), expected)
        again, _ = ask_rows(self.model, self.begun, question, many, self.among)
        return [one for row in self.placing.rows(many, again, 0) for one in row]


def _texts(fields: Iterable[ExtractedField]) -> set[str]:
    return {one.value for one in fields if isinstance(one.value, str)}


def _without(many: ListSpec, fields: Fields) -> Fields:
    inside = places_in(many.path, fields)
    return {path: one for path, one in fields.items() if path not in inside}


def _values(fields: Mapping[str, ExtractedField]) -> dict[str, Any]:
    return {path: found.value for path, found in fields.items()}


def _in_words(many: ListSpec, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        " | ".join(str(row[c.path]) for c in many.columns if row.get(c.path) is not None)
        for row in rows
    ]
