"""Rows of a table that prove themselves, so that no model has to write them down.

Where every amount of a column is the product of two numbers in its own row and all of them come to the sum
that the document states, nothing is left to be said. Writing rows is what takes a model longest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from .....schema import ExtractedField
from ..pages.rows import PageText
from ..places.placing import Placing
from ..schemas.checks import confirmed, paths_of, sum_of_rows
from ..schemas.fields import NUMERIC, FieldSpec, ListSpec, RecordSpec
from .summed_rows import Row, RowAmount, amounts_under, row_of, runs

_WORD = re.compile(r"[^\W\d_]{3,}")
_ROUNDING = 0.011


def proven_rows(
    spec: RecordSpec,
    many: ListSpec,
    fields: Mapping[str, ExtractedField],
    pages: Sequence[PageText],
    placing: Placing,
) -> Row:
    """The fields of all rows of a list; [] where the pages prove none, or more than one list.

    Args:
        spec: of the record; its checks such as "sum(lines.amount) = net" name the sum, others such as
            "lines.quantity * lines.price = lines.amount" what holds in a row.
        fields: found so far, by path.
    """
    found, places = [], dict(placing.places)
    for check in spec.checks:
        path, name, total = sum_of_rows(check) or ("", "", "")
        column = next((one for one in many.columns if one.path == name), None)
        stated = fields.get(total)
        if path != many.path or column is None or stated is None or not _provable(spec, many):
            continue
        for under in amounts_under(pages, column, placing):
            alone = [[one] for one in under if abs(one.value - stated.value) <= _ROUNDING]
            for run in [*runs(under, stated.value), *alone]:
                if rows := _proven(spec, many, column, run, placing):
                    found.append(rows)
    most = max(map(len, found), default=0)
    longest = [rows for rows in found if len(rows) == most]
    if len({frozenset((one.path, one.value) for one in rows) for rows in longest}) == 1:
        return longest[-1]  # of one thing, price and amount are the same: the amount stands last
    placing.places = places
    return []


def _provable(spec: RecordSpec, many: ListSpec) -> bool:
    """Whether rows are one name and numbers, all of which a check of the row names."""
    names = [one for one in many.columns if one.kind == "text"]
    numbers = [f"{many.path}.{one.path}" for one in many.columns if one.kind in NUMERIC]
    of_rows = [check for check in spec.checks if "sum(" not in check and "<" not in check]
    return (
        len(names) == 1
        and len(names) + len(numbers) == len(many.columns)
        and any(len(paths_of(check, numbers)) == len(numbers) > 2 for check in of_rows)
    )


def _names(text: str) -> bool:
    """Whether words may name a thing; the number of an article only looks like some."""
    code = len(text.split()) == 1 and any(map(str.isdigit, text))
    return _WORD.search(text) is not None and not code


def _proven(
    spec: RecordSpec, many: ListSpec, column: FieldSpec, run: Sequence[RowAmount], placing: Placing
) -> Row:
    """The rows of a run of amounts where each is borne out and has one name only."""
    rows: Row = []
    for number, amount in enumerate(run):
        row = row_of(many, column, spec.checks, amount, number, placing)
        values = {one.path: one.value for one in row}
        quotes = {one.quote for one in row}
        words = [c.text for c in amount.row if _names(c.text) and c.text not in quotes]
        if (
            len(row) < len(many.columns)
            or not set(values) & confirmed(spec.checks, values)
            or words
        ):
            return []
        rows += row
    return rows
