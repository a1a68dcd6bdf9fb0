"""Rows that do not come to the sum that the document states are looked for once more.

First without the model: a run of amounts on the page may come to it, and rows that go on after those that
come to the sum are none of the list. Only then are they asked for again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from .....schema import ExtractedField
from ....backends.base import Message
from ....budget import Meter
from ..generation.filling import ask_rows
from ..generation.prompting import Among, about_rows_again
from ..pages.rows import PageText
from ..places.placing import Placing
from ..schemas.checks import broken, confirmed, sum_of_rows
from ..schemas.fields import FieldSpec, ListSpec, RecordSpec
from .list_rows import Fields, ListRow, rows_of, values_of, with_rows
from .naming import in_words_of
from .row_proofs import RowReader
from .summed_rows import RowAmount, amounts_of, columns_of, come_to, runs, stated_in, takes_off


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
        proven: paths of lists whose rows prove themselves.
    """

    spec: RecordSpec
    placing: Placing
    pages: Sequence[PageText]
    model: Meter
    begun: Sequence[Message]
    among: Among
    proven: Collection[str]

    def completed(self, fields: Fields) -> Fields:
        """The fields, with other rows where these come to their sum and the first did not."""
        for check in self.spec.checks:
            path, name, total = sum_of_rows(check) or ("", "", "")
            many = next((one for one in self.spec.lists if one.path == path), None)
            column = next((c for c in many.columns if c.path == name), None) if many else None
            if many is None or column is None or not list(broken([check], values_of(fields))):
                continue
            if path in self.proven:
                continue  # what is taken off all of them, or added, stands elsewhere
            rows = rows_of(many, fields)
            if summed := self._summed(many, column, rows, fields[total]):
                fields = with_rows(many, fields, summed)
                continue
            for other in (self._shorter, self._asked_again):
                tried = with_rows(many, fields, other(many, column, rows, fields[total]))
                if confirmed([check], values_of(tried)):
                    fields = tried
                    break
        return fields

    def _shorter(
        self, many: ListSpec, column: FieldSpec, rows: Sequence[ListRow], stated: ExtractedField
    ) -> Sequence[ListRow]:
        """The first rows that come to the sum; sums under a table are taken for rows of it."""
        total = 0.0
        for at, row in enumerate(rows):
            total += row[column.path].value if column.path in row else 0
            if round(total - stated.value, 2) == 0:
                return rows[: at + 1]
        return rows

    def _summed(
        self, many: ListSpec, column: FieldSpec, rows: Sequence[ListRow], stated: ExtractedField
    ) -> Sequence[ListRow]:
        """The rows of a run of amounts on the page, where the model saw half of them, too.

        What is left when discounts are taken off a sum comes to the next sum as well; they are no rows.
        """
        reader = RowReader(many, column, self.spec.checks, self.placing)
        best: list[ListRow] = []
        most = 0
        for run in self._runs(column):
            if come_to(run, stated.value):
                proofs = [(one, *reader.row(one)) for one in run]
                read = [row for one, row, proven in proofs if proven or not takes_off(one, run)]
                named, known = in_words_of(rows, read, column)
                if known > most and 2 * known >= len(read):
                    best, most = named, known
        return best

    def _runs(self, column: FieldSpec) -> Iterator[list[RowAmount]]:
        amounts = amounts_of(self.pages, column, self.placing)
        stated = stated_in(self.pages, column, self.placing)
        for under in columns_of(amounts):
            yield from runs(under, stated)

    def _asked_again(
        self, many: ListSpec, column: FieldSpec, rows: Sequence[ListRow], stated: ExtractedField
    ) -> Sequence[ListRow]:
        """The rows that the model gives when it is told what is wrong with the first."""
        if not self.model.can_call():
            return []
        amounts = [row[column.path].value for row in rows if column.path in row]
        words = _in_words(many, rows)
        question = about_rows_again(many, words, round(sum(amounts), 2), stated.value)
        again, _ = ask_rows(self.model, self.begun, question, many, self.among)
        placed = (one for row in self.placing.rows(many, again, 0) for one in row)
        return rows_of(many, {one.path: one for one in placed})


def _in_words(many: ListSpec, rows: Sequence[ListRow]) -> list[str]:
    return [
        " | ".join(str(row[c.path].value) for c in many.columns if c.path in row) for row in rows
    ]
