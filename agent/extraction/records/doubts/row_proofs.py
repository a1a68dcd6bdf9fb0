"""A row of a table from where its amount stands: its other numbers are those with which its checks hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations

from ..pages.rows import RowCell
from ..places.placing import Placing
from ..schemas.checks import confirmed
from ..schemas.fields import NUMERIC, FieldSpec, ListSpec
from ..schemas.paths import ListPath
from ..values.amounts import amount_tokens, read_amount
from ..values.typed import is_like_money
from .list_rows import ListRow
from .summed_rows import RowAmount, letters

_MOST_CELLS = 6
_CLEARLY = 2
"""Times as many letters as any other cell has that which names a row."""
_UNIT = 5
"""Letters that a unit has at most; a cell with no more names nothing."""


@dataclass(frozen=True)
class RowReader:
    """Reads rows of one list.

    Args:
        column: of the amounts.
        checks: of the record, such as "lines.quantity * lines.price = lines.amount".
    """

    many: ListSpec
    column: FieldSpec
    checks: Sequence[str]
    placing: Placing

    def row(self, amount: RowAmount) -> tuple[ListRow, bool]:
        """A row, and whether its numbers prove one another.

        A discount in percent that stands in the row may be taken off, too.
        """
        name = next((one for one in self.many.columns if one.kind == "text"), None)
        held = self._placed([name, self.column], [amount.named, amount.cell], amount)
        others = [one for one in self.many.columns if one.kind in NUMERIC and one != self.column]
        cells = [c for c in amount.row if c != amount.cell and re.search(r"\d", c.text)]
        for chosen in sorted(
            permutations(cells[:_MOST_CELLS], len(others)), key=lambda c: _unlike(others, c)
        ):
            numbers = self._placed(others, chosen, amount)
            rest = [c for c in cells if c not in chosen]
            if len(numbers) == len(others) and self._hold(held, numbers, rest):
                return {**held, **numbers}, True
        return held, False

    def _placed(
        self,
        columns: Sequence[FieldSpec | None],
        cells: Sequence[RowCell | None],
        amount: RowAmount,
    ) -> ListRow:
        return {
            column.path: found
            for column, cell in zip(columns, cells, strict=True)
            if column is not None
            and cell is not None
            and (found := self.placing.cell(column, self._path(column.path), amount.text, cell))
            is not None
        }

    def _path(self, column: str) -> str:
        return str(ListPath(self.many.path, 0, column))

    def _hold(self, held: ListRow, numbers: ListRow, rest: Sequence[RowCell]) -> bool:
        values = {self._path(column): one.value for column, one in {**held, **numbers}.items()}
        paths = [self._path(column) for column in numbers]
        for share in (1.0, *_shares(rest, self.placing.by.decimal)):
            for sign in (1, -1):  # credit notes may give amounts a sign, but not what they multiply
                reduced = values | {paths[0]: values[paths[0]] * share * sign}
                if set(paths) & confirmed(self.checks, reduced):
                    return True
        return False


def has_one_name(amount: RowAmount) -> bool:
    """Whether one cell of a row clearly says what it is about; others have units, or a few letters."""
    named = amount.named
    if named is None:
        return False
    most = max((letters(c.text) for c in amount.row if c not in (named, amount.cell)), default=0)
    return most <= _UNIT or letters(named.text) >= _CLEARLY * most


def _shares(cells: Sequence[RowCell], mark: str | None) -> Iterator[float]:
    """What is left when what stands in one of these cells is taken off in percent."""
    for cell in cells:
        for token in amount_tokens(cell.text.replace("%", " ")):
            percent = abs(read_amount(token, mark) or Decimal())
            if 0 < percent < 100:
                yield float(1 - percent / 100)


def _unlike(columns: Sequence[FieldSpec], cells: Sequence[RowCell]) -> int:
    """How many cells are not written as their columns are: prices with cents, counts without."""
    pairs = zip(columns, cells, strict=True)
    return sum((one.kind == "money") != is_like_money(cell.text, None) for one, cell in pairs)
