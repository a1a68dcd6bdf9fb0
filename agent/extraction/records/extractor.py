"""One document into one record: read the rows, ask for the fields, find each value again, check them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from ....control import Control
from ....errors import BadInput, LooktwiceError
from ....media.store import Store
from ....retrieval.pages import Page
from ....schema import ExtractedRecord, Picture
from ....settings import Limits
from ...backends.base import ChatModel, ReadsAhead
from ...budget import Meter, metered
from .embedded.data import einvoice_of, fields_of
from .embedded.einvoice import ElectronicInvoice
from .generation.prompting import beginning
from .pages.parts import parts_of
from .pages.reading import DocumentPages
from .pages.rows import PageText, page_text
from .passes import Extraction, Look, fill
from .places.placing import Placing
from .results.assembly import record_of
from .schemas.fields import RecordSpec
from .schemas.paths import list_path
from .schemas.requests import RecordRequest
from .schemas.sources import spec_of
from .values.typed import Conventions

_MOST_SHOWN = 4
"""Pages that a model that sees is shown at once."""


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
        seen = self._looks(paths) if self._model.sees_images else None
        record, model = self._filled(spec, (str(path), path.name), pages, control, invoice, seen)
        return record.model_copy(update={"page": request.page}), model

    def extract_pages(
        self, request: RecordRequest, name: str, pages: Sequence[Page], control: Control
    ) -> tuple[ExtractedRecord, Meter]:
        """The record of a document whose pages an index has, by its words, and what it cost.

        Raises:
            ModelError: the model failed.
            Cancelled, DeadlinePassed: the control said to stop.
        """
        texts = [page_text(page) for page in pages]
        return self._filled(spec_of(request.json_schema), (name, name), texts, control)

    def _filled(
        self,
        spec: RecordSpec,
        names: tuple[str, str],
        pages: list[PageText],
        control: Control,
        invoice: ElectronicInvoice | None = None,
        looks: Look | None = None,
    ) -> tuple[ExtractedRecord, Meter]:
        """What is filled in from pages.

        Args:
            names: of the document: its path, and what the model is shown of it.
            invoice: that the file carries as data.
            looks: the pages as pictures, for a model that sees.
        """
        parts = list(parts_of(pages, _MOST_SHOWN if looks is not None else len(pages)))
        if isinstance(self._model, ReadsAhead):
            with suppress(LooktwiceError):  # one that fails here fails again when it is asked
                self._model.read_ahead(beginning())
        model = metered(self._model, self._allowed(len(parts), spec), control)
        by = Conventions.of([cell for text in pages for row in text.rows for cell in row])
        placing = Placing(pages, by, seen=looks is not None)
        work = Extraction(spec, pages, model, names[1], placing)
        if looks is not None:
            work.looks = looks
        if invoice is not None:
            work.fields |= fields_of(invoice, spec, pages, placing)
        if any(text.page.text.strip() for text in pages):
            fill(work, parts, self._pages.read_again)
        elif invoice is None:
            work.doubts.append("no text could be read")
        _without_minus(work)
        return record_of(spec, names[0], None, work.fields, work.doubts, len(pages)), model

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
    negative = {
        _column(path)
        for path, found in work.fields.items()
        if _column(path) in money and found.value is not None and found.value < 0
    }
    for path, found in work.fields.items():
        if _column(path) in negative and found.value:  # prices of one may have no sign
            work.fields[path] = found.model_copy(update={"value": -found.value})


def _column(path: str) -> str:
    """The path without the number of its row."""
    place = list_path(path)
    return f"{place.many}[].{place.column}" if place else path
