"""One document into one record: read the rows, ask for the fields, find each value again, check them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from ....control import Control
from ....errors import BadInput, LooktwiceError
from ....media.store import Store
from ....schema import ExtractedField, ExtractedRecord, Picture
from ....settings import Limits
from ...backends.base import ChatModel, Message, ReadsAhead
from ...budget import Meter, metered
from .assembly import record_of, row_count
from .checks import confirmed
from .columns import TableColumns, learn, rows_at
from .completing import completed
from .doubts import SecondLook
from .embedded import einvoice_of, fields_of
from .fields import FieldSpec, ListSpec, RecordSpec
from .filling import ask_fields, ask_rows
from .placing import Placing
from .prompting import Among, about_rows, beginning, opening
from .reading import DocumentPages, PageText
from .requests import RecordRequest
from .rereading import ReadAgain, reread
from .schema_sources import spec_of
from .values import Conventions, options

_CHARACTERS = 6_000
"""Of the pages that one call is shown: some 2,500 tokens."""
_MOST_SHOWN = 4
"""Pages that a model that sees is shown at once."""
_LONGEST = 9_000
"""Characters of one page that a call is shown."""
_LONG = 8
"""Rows of a list from which it is a table, of which the program reads the other rows."""
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
        looks: pages as pictures, for a model that sees.
    """

    spec: RecordSpec
    pages: list[PageText]
    model: Meter
    name: str
    placing: Placing
    fields: dict[str, ExtractedField] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    looks: Look = lambda part: []

    def begun(self, part: Sequence[PageText]) -> list[Message]:
        """What every call about some pages begins with."""
        return opening(self.name, _shown(part), self.looks(part))


class Extractor:
    """Extracts records; safe to share between threads.

    Args:
        pages: reads documents.
        model: asked for values; one that sees is shown the pages.
        limits: of one call; how many calls there may be follows from the pages.
        store: keeps the pages that are shown.
    """

    def __init__(
        self, pages: DocumentPages, model: ChatModel, limits: Limits, store: Store
    ) -> None:
        self._pages, self._model, self._limits, self._store = pages, model, limits, store

    def extract(
        self, request: RecordRequest, paths: Sequence[Path], control: Control
    ) -> tuple[ExtractedRecord, Meter]:
        """The record of a document, and what it cost.

        Args:
            paths: one document, or pictures that are pages of one: their numbers are the pages'.

        Raises:
            BadInput: the document cannot be read.
            ModelError: the model failed.
            Cancelled, DeadlinePassed: the control said to stop.
        """
        spec = spec_of(request.json_schema)
        path = paths[0]
        embedded = not request.ignore_embedded and len(paths) == 1
        alone = path.suffix.lower() == ".xml"
        pages = [] if alone else self._read(paths, request.page, control)
        invoice = einvoice_of(path) if embedded and _has_terms(spec) else None
        if alone and invoice is None:
            raise BadInput(
                str(path), "is no electronic invoice that this schema could be read from"
            )
        parts = list(_parts(pages, _MOST_SHOWN if self._model.sees_images else len(pages)))
        if isinstance(self._model, ReadsAhead):
            with suppress(LooktwiceError):  # one that fails here fails again when it is asked
                self._model.read_ahead(beginning())
        model = metered(self._model, self._allowed(len(parts), spec), control)
        by = Conventions.of([cell for text in pages for row in text.rows for cell in row])
        placing = Placing(pages, by, seen=model.sees_images)
        work = Extraction(spec, pages, model, path.name, placing)
        if model.sees_images:
            work.looks = self._looks(paths)
        if invoice is not None:
            work.fields |= fields_of(invoice, spec, pages, placing)
        if any(text.page.text.strip() for text in pages):
            _fill(work, parts, self._pages.read_again)
        elif invoice is None:
            work.doubts.append("no text could be read")
        _without_minus(work)
        record = record_of(spec, str(path), request.page, work.fields, work.doubts, len(pages))
        return record, model

    def _looks(self, paths: Sequence[Path]) -> Look:
        """Shows pages to a model that sees."""

        def look(part: Sequence[PageText]) -> list[Picture]:
            images = [self._pages.look(paths[min(len(paths), t.number) - 1], t) for t in part]
            return [self._store.add(image) for image in images if image is not None]

        return look

    def _read(self, paths: Sequence[Path], page: int | None, control: Control) -> list[PageText]:
        if len(paths) > 1:
            return [
                text.as_page(number)
                for number, path in enumerate(paths, 1)
                for text in self._pages.read(path, 1, control)
            ]
        pages = self._pages.read(paths[0], page or 1, control)
        return list(pages) if page is None else list(islice(pages, 1))

    def _allowed(self, parts: int, spec: RecordSpec) -> Limits:
        """Two calls a part, and a second look at what is in doubt."""
        calls = parts * (1 + len(spec.lists)) + len(spec.fields) + 8
        return self._limits.model_copy(
            update={"model_calls": calls, "tokens": max(self._limits.tokens, calls * 8_000)}
        )


def _has_terms(spec: RecordSpec) -> bool:
    return any(one.term for one in spec.fields)


def _fill(work: Extraction, parts: Sequence[Sequence[PageText]], read_again: ReadAgain) -> None:
    """Ask about each part for what is still missing, and for the rows of every list; then check."""
    lists = [many for many in work.spec.lists if not row_count(many.path, work.fields)]
    if len(parts) > _MOST_PARTS:
        end = parts[_MOST_PARTS - 1][-1].number
        work.doubts.append(f"only pages to {end} of {work.pages[-1].number} were read")
    known: dict[str, TableColumns] = {}
    for part in parts[:_MOST_PARTS]:
        begun = work.begun(part)
        among = _among(part, work.placing.by, literal=not work.model.sees_images)
        of_table = sum(_read_off(work, many, known, part) for many in lists)
        last = part is parts[-1]
        if of_table < _TABLE * sum(len(text.cells) for text in part) or last:
            _fill_fields(work, begun, among, again=last and len(parts) > 1)
        for many in lists:
            if not (of_table and many.path in known):
                _fill_rows(work, many, begun, among, known, part)
    _read_again(work, read_again)
    whole = work.begun(parts[-1])
    if len(parts) == 1 and not known:
        work.fields = completed(work.spec, work.fields, work.placing, work.model, whole, among)
    work.doubts += SecondLook(work.spec, work.placing, work.model, whole).settle(work.fields)


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
    rows, more = ask_rows(work.model, begun, question, many, among)
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
    written = ask_fields(work.model, begun, spec, open_, among)
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
        elif found is None and one.path not in fields and one.kind == "currency":
            fields |= _only_currency(one, work.placing)


def _only_currency(field: FieldSpec, placing: Placing) -> dict[str, ExtractedField]:
    """The currency of a document that names only one."""
    named = placing.by.currency
    found = placing.known(field, named[0]) if len(named) == 1 else None
    return {} if found is None else {field.path: found.model_copy(update={"source": "page"})}


def _without_minus(work: Extraction) -> None:
    """A credit note states what it gives back, without a sign (EN 16931)."""
    total = work.fields.get(work.spec.positive)
    if total is None or not isinstance(total.value, int | float) or total.value >= 0:
        return
    money = {one.path for one in work.spec.fields if one.kind == "money"}
    money |= {
        f"{many.path}[].{column.path}"
        for many in work.spec.lists
        for column in many.columns
        if column.kind == "money"
    }
    for path, found in work.fields.items():
        if re.sub(r"\[\d+\]", "[]", path) in money and found.value:
            work.fields[path] = found.model_copy(update={"value": -found.value})


def _among(part: Sequence[PageText], by: Conventions, literal: bool) -> Among:
    """What fields may be by what is written on these pages; a model that sees may know better."""
    texts = [cell for text in part for row in text.rows for cell in row]

    @cache
    def among(field: FieldSpec) -> Mapping[Any, str] | None:
        return options(field, texts, by) if literal or field.kind == "choice" else None

    return among


def _parts(pages: Sequence[PageText], most: int) -> Iterator[list[PageText]]:
    """Pages together as far as one call takes them."""
    part: list[PageText] = []
    size = 0
    for text in pages:
        length = len(text.shown)
        if part and (size + length > _CHARACTERS or len(part) >= most):
            yield part
            part, size = [], 0
        part.append(text)
        size += length
    if part:
        yield part


def _shown(part: Sequence[PageText]) -> str:
    """The rows of some pages for a model; of a page that is too long its beginning and its end."""
    if len(part) == 1:
        shown = part[0].shown
        if len(shown) <= _LONGEST:
            return shown
        return f"{shown[: _LONGEST * 2 // 3]}\n...\n{shown[-_LONGEST // 3 :]}"
    return "\n".join(f"--- page {text.number} ---\n{text.shown}" for text in part)
