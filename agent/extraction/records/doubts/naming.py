"""Rows that arithmetic found, under the names that a model gave them.

Which rows there are, and their numbers, the page proves; what of its words is the name of a thing, where
these fill several cells or lines, a model reads better.
"""

from __future__ import annotations

from collections.abc import Sequence

from .....schema import ExtractedField
from ..schemas.fields import FieldSpec
from .list_rows import ListRow

__all__ = ["in_words_of"]


def in_words_of(
    given: Sequence[ListRow], rows: Sequence[ListRow], amount: FieldSpec
) -> tuple[list[ListRow], int]:
    """The rows with what the model gave of them, and of how many it gave something.

    Args:
        given: rows by the model, some of them perhaps wrong.
        rows: as the page has them, each with its amount.
        amount: the column of amounts.
    """
    beside = [_level_with(row[amount.path], given) for row in rows]
    named = [{**said, **row, **_names(said)} for row, said in zip(rows, beside, strict=True)]
    return list(named), sum(map(bool, beside))


def _level_with(amount: ExtractedField, rows: Sequence[ListRow]) -> ListRow:
    """What the model gave that stands at the height of an amount, a name among it."""
    for row in rows:
        level = {column: one for column, one in row.items() if _is_level(one, amount)}
        if _names(level):
            return level
    return {}


def _names(row: ListRow) -> ListRow:
    return {column: one for column, one in row.items() if isinstance(one.value, str)}


def _is_level(found: ExtractedField, amount: ExtractedField) -> bool:
    """Whether a value stands at the height of an amount, and not at its very place."""
    return (
        found.page == amount.page
        and found.boxes != amount.boxes
        and any(a.y1 < b.y2 and b.y1 < a.y2 for a in found.boxes for b in amount.boxes)
    )
