"""Rows of a table that prove themselves, so that no model has to write them down.

Where the amounts of a column are products of two numbers in their own rows and come to a sum that stands
below them, nothing is left to be said, whatever the model took for that sum. Writing rows is what takes a
model longest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..pages.rows import PageText
from ..places.placing import Placing
from ..schemas.checks import paths_of, sum_of_rows
from ..schemas.fields import NUMERIC, FieldSpec, ListSpec, RecordSpec
from .list_rows import ListRow
from .naming import in_words_of
from .row_proofs import RowReader, has_one_name
from .summed_rows import (
    Place,
    RowAmount,
    amounts_of,
    columns_of,
    is_summed_below,
    runs,
    stated_in,
    takes_off,
)


@dataclass(frozen=True)
class _Run:
    """Rows that may be a list.

    Attributes:
        first: number of their first amount in its column.
        proven: how many of them prove themselves.
        closed: whether what they come to stands right below them.
    """

    first: int
    amounts: list[RowAmount]
    proven: int
    closed: bool

    @property
    def rank(self) -> tuple[float, ...]:
        """The more prove themselves, the better; then those right above their sum, the earlier they begin.

        What some of the rows come to may stand elsewhere, as what one rate of tax is taken of. Of one
        thing, price and amount are the same: the amount stands last.
        """
        left = self.amounts[0].cell.left
        return self.proven, self.closed, -self.first, -len(self.amounts), left


@dataclass(frozen=True)
class Proven:
    """Rows that prove themselves; none where the pages prove none.

    Attributes:
        amount: the column of their amounts.
        named: whether it is clear which of their words is a name.
    """

    rows: Sequence[ListRow] = ()
    amount: FieldSpec | None = None
    named: bool = False

    def in_words_of(self, given: Sequence[ListRow]) -> Sequence[ListRow]:
        """The same under the names that a model gave; what it gave where it saw less than half of them."""
        if self.named or self.amount is None:
            return self.rows
        rows, known = in_words_of(given, self.rows, self.amount)
        return rows if 2 * known >= len(rows) else given


def proven_rows(
    spec: RecordSpec, many: ListSpec, pages: Sequence[PageText], placing: Placing
) -> Proven:
    """The rows of a list.

    Args:
        spec: of the record; its checks such as "sum(lines.amount) = net" name the column of the amounts,
            others such as "lines.quantity * lines.price = lines.amount" what holds in a row.
    """
    summed = {of[1] for check in spec.checks if (of := sum_of_rows(check)) and of[0] == many.path}
    for column in many.columns:
        if column.path in summed and _provable(spec, many):
            reader = RowReader(many, column, spec.checks, placing)
            amounts = amounts_of(pages, column, placing)
            stated = stated_in(pages, column, placing)
            found = [run for under in columns_of(amounts) for run in _runs(under, reader, stated)]
            if found:
                best = max(found, key=lambda run: run.rank)
                rows = [reader.row(amount)[0] for amount in best.amounts]
                return Proven(rows, column, all(map(has_one_name, best.amounts)))
    return Proven()


def _runs(
    under: Sequence[RowAmount], reader: RowReader, stated: Mapping[float, Place]
) -> Iterator[_Run]:
    """The runs of a column of which half prove themselves; a single amount where no other does."""
    proven = {one.place: reader.row(one)[1] for one in under}
    alone = sum(proven.values()) == 1
    for whole in runs(under, stated, fewest=1):
        run = [one for one in whole if proven[one.place] or not takes_off(one, whole)]
        known = sum(proven[one.place] for one in run)
        if 2 * known >= len(run) > 0 and (len(run) > 1 or alone):
            yield _Run(under.index(run[0]), run, known, is_summed_below(whole, under))


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
