"""The passes over one document: fields and rows part by part, a second reading, a second look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from ....schema import ExtractedField, Picture
from ...backends.base import Message
from ...budget import Meter
from .doubts.broken_names import with_whole_names
from .doubts.completing import Completing
from .doubts.list_rows import rows_of, with_rows
from .doubts.proven_rows import Proven, proven_rows
from .doubts.rereading import ReadAgain, reread
from .doubts.scattered_rows import without_scattered
from .doubts.second_look import SecondLook
from .doubts.slips import by_width
from .doubts.sums import with_sums, with_sums_of_rows
from .doubts.titles import by_title
from .generation.filling import ask_fields, ask_rows
from .generation.prompting import MOST_ROWS, Among, about_rows, opening
from .pages.parts import shown
from .pages.rows import PageText
from .places.columns import TableColumns, learn, rows_at
from .places.placing import Placing
from .schemas.checks import confirmed
from .schemas.fields import FieldSpec, ListSpec, RecordSpec
from .schemas.paths import row_count
from .values.typed import Conventions, options

_LONG = 8
"""Rows of a list from which it is a table, of which the program reads the other rows."""
_SHOWING, _COLUMNS = 20, 3
"""Rows that show the columns of a table too long for a model to write down, and cells of its rows."""
_MISSED = 3
"""Rows under those that the model gave from which it has stopped too early."""
_TABLE = 0.8
"""Share of the rows of a part that belong to a table, from which nothing else is asked about it."""
_MOST_PARTS = 40
"""Parts of a document that the model is asked about; what follows is named in the doubts."""

Look = Callable[[Sequence[PageText]], list[Picture]]


@dataclass
class Extraction:
    """One document being extracted: what is known so far.

    Attributes:
        fields: by path, in the order they were found.
        doubts: what is said beside the record.
        nulls: how likely it is that a field is not given, by the model that wrote its value.
        likely: what else a field may be, as the page writes it, and how likely, by the same model.
        looks: pages as pictures, for a model that sees.
    """

    spec: RecordSpec
    pages: list[PageText]
    model: Meter
    name: str
    placing: Placing
    fields: dict[str, ExtractedField] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    nulls: dict[str, float] = field(default_factory=dict)
    likely: dict[str, Mapping[str, float]] = field(default_factory=dict)
    looks: Look = lambda part: []

    def begun(self, part: Sequence[PageText]) -> list[Message]:
        """What every call about some pages begins with."""
        return opening(self.name, shown(part), self.looks(part))


def fill(work: Extraction, parts: Sequence[Sequence[PageText]], read_again: ReadAgain) -> None:
    """Ask about each part for what is still missing, and for the rows of every list; then check."""
    lists = [many for many in work.spec.lists if not row_count(many.path, work.fields)]
    if len(parts) > _MOST_PARTS:
        end = parts[_MOST_PARTS - 1][-1].number
        work.doubts.append(f"only pages to {end} of {work.pages[-1].number} were read")
    known: dict[str, TableColumns] = {}
    surely: set[str] = set()
    for part in parts[:_MOST_PARTS]:
        begun = work.begun(part)
        among = _among(part, work.placing.by, literal=not work.model.sees_images)
        of_table = sum(_read_off(work, many, known, part) for many in lists)
        last = part is parts[-1]
        if of_table < _TABLE * sum(len(text.cells) for text in part) or last:
            _fill_fields(work, begun, among, again=last and len(parts) > 1)
        for many in lists:
            if of_table and many.path in known:
                continue
            proven = Proven()
            if len(parts) == 1 and not work.model.sees_images:
                proven = proven_rows(work.spec, many, work.pages, work.placing)
            if not proven.named:
                _fill_rows(work, many, begun, among, known, part)
            if proven.rows:
                surely.add(many.path)
                given = rows_of(many, work.fields)
                work.fields = with_rows(many, work.fields, proven.in_words_of(given))
    _read_again(work, read_again)
    whole = work.begun(parts[-1])
    if not work.model.sees_images:  # one that sees is asked again instead, part by part
        work.fields = with_sums_of_rows(work.spec, work.fields, work.placing)
    work.fields = with_sums(work.spec, work.fields, work.placing, work.model, whole, among)
    if len(parts) == 1:
        completing = Completing(
            work.spec, work.placing, work.pages, work.model, whole, among, surely
        )
        work.fields = completing.completed(work.fields)
    work.fields = without_scattered(work.spec, work.fields)
    second = SecondLook(work.spec, work.placing, work.model, whole, work.nulls, work.likely)
    second.weigh(work.fields)
    second.drop_absent(work.fields)
    # the title has a prompt of its own, after which a model in this process reads the document anew
    work.fields = by_title(work.spec, work.fields, work.pages, work.placing, work.model, work.name)
    work.fields = by_width(work.spec, work.fields, work.pages)
    if not work.model.sees_images:
        work.fields = with_whole_names(work.spec.fields, work.fields, work.pages)
    work.doubts += second.settle(work.fields)


def _read_again(work: Extraction, read_again: ReadAgain) -> None:
    """Values of scans that no check bears out are read a second time."""
    values = {path: found.value for path, found in work.fields.items()}
    surely = confirmed(work.spec.checks, values)
    pages = {text.number: text for text in work.pages}
    reread(work.fields, work.spec.fields, pages, work.placing.by, read_again, surely)


def _read_off(
    work: Extraction,
    many: ListSpec,
    known: Mapping[str, TableColumns],
    part: Sequence[PageText],
    fewest: int = 1,
) -> int:
    """Read the rows of a part where the columns of a list are known; how many there are.

    Args:
        fewest: rows from which they are the list's; fewer may be sums that stand under its columns.
    """
    columns = known.get(many.path)
    if columns is None:
        return 0
    rows: list[list[ExtractedField]] = []
    first = row_count(many.path, work.fields)
    for text in part:
        rows += rows_at(columns, many, text, work.placing, first + len(rows))
    if len(rows) >= fewest:
        work.fields.update({found.path: found for row in rows for found in row})
        return len(rows)
    return 0


def _fill_rows(
    work: Extraction,
    many: ListSpec,
    begun: Sequence[Message],
    among: Among,
    known: dict[str, TableColumns],
    part: Sequence[PageText],
) -> None:
    """The rows that the model reads; of a longer table the others, where it shows its columns."""
    question = about_rows(work.spec, many)
    of_table = sum(len(row) >= _COLUMNS for text in part for row in text.cells)
    most = _SHOWING if of_table > 2 * MOST_ROWS else MOST_ROWS
    rows, more = ask_rows(work.model, begun, question, many, among, most)
    for row in work.placing.rows(many, rows, row_count(many.path, work.fields)):
        work.fields.update({found.path: found for found in row})
    columns = learn(many, work.placing.places, work.pages) if len(rows) >= _LONG else None
    if columns is not None:
        known[many.path] = columns
        _read_off(work, many, known, part, 1 if more else max(_MISSED, len(rows) // 4))
    elif more:
        work.doubts.append(f"{many.path}: there may be more rows on page {part[0].number}")


def _fill_fields(work: Extraction, begun: Sequence[Message], among: Among, again: bool) -> None:
    """Ask for what is missing.

    Args:
        again: also for sums that nothing bears out: what a first page carries over is none.
    """
    spec, fields = work.spec, work.fields
    borne_out = confirmed(spec.checks, {path: found.value for path, found in fields.items()})
    open_ = [
        one
        for one in spec.fields
        if one.path not in fields or (again and one.kind == "money" and one.path not in borne_out)
    ]
    if not open_:
        return
    written, nulls, likely = ask_fields(work.model, begun, spec, open_, among)
    read = {
        one.path: found
        for one in open_
        if (found := work.placing.value(one, written.get(one.path, ""))) is not None
    }
    together = {path: found.value for path, found in (fields | read).items()}
    right = confirmed(spec.checks, together)
    for one in open_:
        found = read.get(one.path)
        if found is not None and (one.path not in fields or one.path in right):
            fields[one.path] = found
            work.nulls[one.path] = nulls.get(one.path, 1.0)
            work.likely[one.path] = likely.get(one.path, {})
        elif found is None and one.path not in fields and one.kind == "currency":
            fields |= _only_currency(one, work.placing)


def _only_currency(field: FieldSpec, placing: Placing) -> dict[str, ExtractedField]:
    """The currency of a document that names only one."""
    named = placing.by.currency
    found = placing.known(field, named[0]) if len(named) == 1 else None
    return {} if found is None else {field.path: found.model_copy(update={"source": "page"})}


def _among(part: Sequence[PageText], by: Conventions, literal: bool) -> Among:
    """What fields may be by what is written on these pages; a model that sees may know better."""
    texts = [cell for text in part for row in text.rows for cell in row]

    @cache
    def among(field: FieldSpec) -> Mapping[str, str] | None:
        return options(field, texts, by) if literal or field.kind == "choice" else None

    return among
