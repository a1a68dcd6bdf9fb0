"""Rows of a table by arithmetic: those under one another whose amounts come to a sum that is stated.

Where the rows that a model gave do not come to their sum, the page itself often shows which do, whatever
the language of its heads: a run of amounts in one column, and their sum somewhere below it. What a page
carries over from the one before is such a sum, too, and no row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..pages.rows import PageText, RowCell
from ..places.columns import REACH
from ..places.placing import Placing
from ..schemas.fields import FieldSpec
from ..values.typed import is_like_money, values_written

_ROUNDING = 0.011
_WORD = re.compile(r"[^\W\d_]{3,}")
_CODE = re.compile(r"(?:[^:]{2,40}:\s*)?(?=\S*\d{3})\S+")
"""What numbers an article, with or without a label: "GTIN: 4012345001235", "TB100A4"."""
_MOST_LINES = 3
_FEWEST = 2
"""Rows of a run: a single amount may be the sum itself."""
_MOST = 400
"""Amounts of a document in which runs are looked for."""

Place = tuple[int, int]
"""The number of a page and of a row on it."""
_NOWHERE: Place = (0, -1)


@dataclass(frozen=True)
class RowAmount:
    """An amount in a row of a page."""

    text: PageText
    number: int
    row: tuple[RowCell, ...]
    cell: RowCell
    value: float

    @property
    def place(self) -> Place:
        return self.text.number, self.number

    @cached_property
    def named(self) -> RowCell | None:
        """The cell that says what the row is about: the one with most letters before its amount.

        Where only the number of an article stands there, it is what stands below that.
        """
        before = [cell for cell in self.row if cell.start < self.cell.start]
        words = [c for c in before if _WORD.search(c.text) and not _CODE.fullmatch(c.text)]
        if words:
            return max(words, key=lambda c: letters(c.text))
        below = (self._below(cell) for cell in before if _CODE.fullmatch(cell.text))
        return next(filter(None, below), None)

    def _below(self, cell: RowCell) -> RowCell | None:
        """The first words in the lines of a cell that goes on below its row."""
        for row in self.text.cells[self.number + 1 :][:_MOST_LINES]:
            if len(row) != 1 or abs(row[0].left - cell.left) > REACH:
                return None
            if _WORD.search(row[0].text) and not _CODE.fullmatch(row[0].text):
                return row[0]
        return None


def letters(text: str) -> int:
    """How many letters the words of a text have."""
    return len("".join(_WORD.findall(text)))


def amounts_of(pages: Sequence[PageText], column: FieldSpec, placing: Placing) -> list[RowAmount]:
    """The amounts that stand in cells of their own, from top to bottom; [] where there are too many.

    Numbers without cents are amounts where a document has none with cents.
    """
    found = [
        RowAmount(text, number, row, cell, value)
        for text in pages
        for number, row in enumerate(text.cells)
        for cell in row
        if not _WORD.search(cell.text)
        and (value := _only_amount(column, cell, placing)) is not None
    ]
    exact = [one for one in found if is_like_money(one.cell.text, placing.by.decimal)]
    return (exact or found) if len(found) <= _MOST else []


def _only_amount(column: FieldSpec, cell: RowCell, placing: Placing) -> float | None:
    """The amount of a cell that has one; "4 447,44" is one, though a part of it may be read alone."""
    written = values_written(column, [cell.text], placing.by) or {}
    value, whole = next(iter(written.items()), (None, ""))
    return value if all(part in whole for part in written.values()) else None


def stated_in(pages: Sequence[PageText], column: FieldSpec, placing: Placing) -> dict[float, Place]:
    """Every amount that is written, without its sign, and the last place where it stands."""
    return {
        round(abs(value), 2): (text.number, number)
        for text in pages
        for number, row in enumerate(text.cells)
        for value in values_written(column, [cell.text for cell in row], placing.by) or {}
    }


def columns_of(amounts: Sequence[RowAmount]) -> Iterator[list[RowAmount]]:
    """Amounts that begin or end at one edge and stand in rows with words, from top to bottom."""
    found: list[list[RowAmount]] = []
    for right in (True, False):
        under: list[list[RowAmount]] = []
        for amount in amounts:
            if amount.named is None:
                continue
            edge = _edge(amount, right)
            column = next((u for u in under if abs(_edge(u[-1], right) - edge) <= REACH), None)
            if column is None:
                under.append([amount])
            else:
                column.append(amount)
        found += [column for column in under if column not in found]
    yield from found


def _edge(amount: RowAmount, right: bool) -> float:
    return amount.cell.right if right else amount.cell.left


def runs(
    under: Sequence[RowAmount], stated: Mapping[float, Place], fewest: int = _FEWEST
) -> Iterator[list[RowAmount]]:
    """Amounts under one another that come to one that stands below them, or to what is carried over.

    Args:
        stated: where the amounts of the document stand last.
        fewest: amounts of a run.
    """
    for first in range(len(under)):
        run: list[RowAmount] = []
        total = 0.0
        for amount in under[first:]:
            if not amount.value:
                continue
            if len(run) >= _FEWEST and abs(amount.value - total) <= _ROUNDING:
                yield list(run)
                continue  # a sum between rows, or what the page before carries over
            run.append(amount)
            total += amount.value
            if len(run) >= fewest and stated.get(round(abs(total), 2), _NOWHERE) > amount.place:
                yield list(run)


def takes_off(amount: RowAmount, run: Sequence[RowAmount]) -> bool:
    """Whether an amount goes against the first of a run: a discount, where nothing proves its row."""
    return amount.value * run[0].value < 0


def is_summed_below(run: Sequence[RowAmount], under: Sequence[RowAmount]) -> bool:
    """Whether the next amount of their column is what amounts come to; 0 is none."""
    below = (one.value for one in under[under.index(run[-1]) + 1 :] if one.value)
    return come_to(run, next(below, 0.0))


def come_to(run: Sequence[RowAmount], stated: float) -> bool:
    """Whether amounts come to one that is stated."""
    return abs(round(sum(amount.value for amount in run), 2) - stated) <= _ROUNDING
