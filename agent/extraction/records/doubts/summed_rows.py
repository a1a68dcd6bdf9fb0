"""Rows of a table by arithmetic: those under one another whose amounts come to the sum that is stated.

Where the rows that a model gave do not come to their sum, the page itself often shows which do, whatever
the language of its heads: a run of amounts in one column. A row's other numbers are those with which its
own checks hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from .....schema import ExtractedField
from ..pages.rows import PageText, RowCell
from ..places.columns import REACH
from ..places.placing import Placing
from ..schemas.checks import confirmed
from ..schemas.fields import NUMERIC, FieldSpec, ListSpec
from ..schemas.paths import ListPath
from ..values.typed import is_like_money, values_written

_ROUNDING = 0.011
_WORD = re.compile(r"[^\W\d_]{3,}")
_FEWEST = 2
"""Rows of a run: a single amount may be the sum itself."""
_MOST_CELLS = 6

Row = list[ExtractedField]


@dataclass(frozen=True)
class RowAmount:
    """An amount in a row of a page."""

    text: PageText
    row: tuple[RowCell, ...]
    cell: RowCell
    value: float


def rows_that_sum(
    many: ListSpec,
    column: FieldSpec,
    expected: float,
    checks: Sequence[str],
    pages: Sequence[PageText],
    placing: Placing,
) -> list[Row]:
    """The rows whose amounts come to a sum; [] where the pages show none.

    Args:
        column: of the amounts.
        expected: what they come to.
        checks: of the record, those of single rows among them.
    """
    found = [
        run for under in amounts_under(pages, column, placing) for run in runs(under, expected)
    ]
    best = max(found, key=len, default=[])
    return [row_of(many, column, checks, one, at, placing) for at, one in enumerate(best)]


def amounts_under(
    pages: Sequence[PageText], column: FieldSpec, placing: Placing
) -> Iterator[list[RowAmount]]:
    """Amounts that end at one edge and stand in rows with words, from top to bottom."""
    found: list[list[RowAmount]] = []
    for text in pages:
        for row in text.cells:
            for cell in row:
                values = list(values_written(column, [cell.text], placing.by) or {})
                if len(values) != 1 or _WORD.search(cell.text) or _name_cell(row, cell) is None:
                    continue
                amount = RowAmount(text, row, cell, values[0])
                under = next(
                    (u for u in found if abs(u[-1].cell.right - cell.right) <= REACH), None
                )
                if under is None:
                    found.append([amount])
                else:
                    under.append(amount)
    yield from found


def runs(under: Sequence[RowAmount], expected: float) -> Iterator[list[RowAmount]]:
    """Amounts under one another that come to a sum, and none of them by itself."""
    for first in range(len(under)):
        run: list[RowAmount] = []
        for amount in under[first:]:
            if not amount.value or abs(amount.value - expected) <= _ROUNDING:
                break
            run.append(amount)
            if len(run) >= _FEWEST and abs(sum(a.value for a in run) - expected) <= _ROUNDING:
                yield list(run)


def _name_cell(row: Sequence[RowCell], amount: RowCell) -> RowCell | None:
    """The cell of a row that says what it is about: the one with most letters before its amount."""
    named = [cell for cell in row if cell.start < amount.start and _WORD.search(cell.text)]
    return max(named, key=lambda cell: len("".join(_WORD.findall(cell.text))), default=None)


def row_of(
    many: ListSpec,
    column: FieldSpec,
    checks: Sequence[str],
    amount: RowAmount,
    number: int,
    placing: Placing,
) -> Row:
    """A row of a list from where its amount stands; its other numbers where they prove one another."""

    def placed(one: FieldSpec, cell: RowCell | None) -> ExtractedField | None:
        if cell is None:
            return None
        path = str(ListPath(many.path, number, one.path))
        return placing.cell(one, path, amount.text, cell)

    name = next((one for one in many.columns if one.kind == "text"), None)
    fixed = [placed(column, amount.cell)]
    if name is not None:
        fixed.append(placed(name, _name_cell(amount.row, amount.cell)))
    others = [one for one in many.columns if one.kind in NUMERIC and one != column]
    cells = [c for c in amount.row if c != amount.cell and re.search(r"\d", c.text)][:_MOST_CELLS]
    held = [one for one in fixed if one is not None]
    for chosen in sorted(permutations(cells, len(others)), key=lambda c: _unlike(others, c)):
        tried = [placed(one, cell) for one, cell in zip(others, chosen, strict=True)]
        numbers = [one for one in tried if one is not None]
        values = {one.path: one.value for one in [*held, *numbers]}
        if {one.path for one in numbers} & confirmed(checks, values):
            return [*held, *numbers]
    return held


def _unlike(columns: Sequence[FieldSpec], cells: Sequence[RowCell]) -> int:
    """How many cells are not written as their columns are: prices with cents, counts without."""
    pairs = zip(columns, cells, strict=True)
    return sum((one.kind == "money") != is_like_money(cell.text, None) for one, cell in pairs)
