"""One document into one record: read the rows, ask for the fields, find each value again, check them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from ....control import Control
from ....schema import ExtractedField, ExtractedRecord
from ....settings import Limits
from ...backends.base import ChatModel
from ...budget import Meter, metered
from .assembly import record_of
from .fields import FieldSpec, RecordSpec
from .filling import ask_fields, ask_rows
from .placing import Placing
from .prompting import Among, opening
from .reading import DocumentPages, PageText
from .values import Conventions, options

_CHARACTERS = 6_000
"""Of the pages that one call is shown: some 2,500 tokens."""
_MOST_PARTS = 40
"""Parts of a document that the model is asked about; what follows is named in the doubts."""


@dataclass
class Extraction:
    """One document being extracted: what is known so far.

    Attributes:
        fields: by path, in the order they were found.
        doubts: what is said beside the record.
    """

    spec: RecordSpec
    pages: list[PageText]
    model: Meter
    name: str
    fields: dict[str, ExtractedField] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


class Extractor:
    """Extracts records; safe to share between threads.

    Args:
        pages: reads documents.
        model: asked for values.
        limits: of one call; how many calls there may be follows from the pages.
    """

    def __init__(self, pages: DocumentPages, model: ChatModel, limits: Limits) -> None:
        self._pages, self._model, self._limits = pages, model, limits

    def extract(
        self, spec: RecordSpec, path: Path, page: int | None, control: Control
    ) -> tuple[ExtractedRecord, Meter]:
        """The record of a document, and what it cost.

        Raises:
            BadInput: the document cannot be read.
            ModelError: the model failed.
            Cancelled, DeadlinePassed: the control said to stop.
        """
        pages = self._read(path, page, control)
        parts = list(_parts(pages))
        model = metered(self._model, self._allowed(len(parts), spec), control)
        work = Extraction(spec, pages, model, path.name)
        if any(text.page.text.strip() for text in pages):
            _fill(work, parts)
        else:
            work.doubts.append("no text could be read")
        return record_of(work.spec, str(path), page, work.fields, work.doubts), model

    def _read(self, path: Path, page: int | None, control: Control) -> list[PageText]:
        pages: list[PageText] = []
        for text in self._pages.read(path, page or 1, control):
            pages.append(text)
            if page is not None:
                break
        return pages

    def _allowed(self, parts: int, spec: RecordSpec) -> Limits:
        """Two calls a part, and a second look at what is in doubt."""
        calls = parts * (1 + len(spec.lists)) + len(spec.fields) + 8
        return self._limits.model_copy(
            update={"model_calls": calls, "tokens": max(self._limits.tokens, calls * 8_000)}
        )


def _fill(work: Extraction, parts: Sequence[Sequence[PageText]]) -> None:
    """Ask about each part for what is still missing, and for the rows of every list."""
    by = Conventions.of([cell for text in work.pages for row in text.rows for cell in row])
    placing = Placing(work.pages, by, seen=work.model.sees_images)
    counts = {many.path: 0 for many in work.spec.lists}
    if len(parts) > _MOST_PARTS:
        last = parts[_MOST_PARTS - 1][-1].number
        work.doubts.append(f"only pages to {last} of {work.pages[-1].number} were read")
    for part in parts[:_MOST_PARTS]:
        begun = opening(work.name, _shown(part))
        among = _among(part, by, literal=not work.model.sees_images)
        missing = [one for one in work.spec.fields if one.path not in work.fields]
        if missing:
            written = ask_fields(work.model, begun, work.spec, missing, among)
            for one in missing:
                if (found := placing.value(one, written.get(one.path, ""))) is not None:
                    work.fields[one.path] = found
        for many in work.spec.lists:
            rows = ask_rows(work.model, begun, work.spec, many, among)
            for row in placing.rows(many, rows, counts[many.path]):
                counts[many.path] += 1
                work.fields.update({found.path: found for found in row})


def _among(part: Sequence[PageText], by: Conventions, literal: bool) -> Among:
    """What fields may be by what is written on these pages; a model that sees may know better."""
    texts = [cell for text in part for row in text.rows for cell in row]

    @cache
    def among(field: FieldSpec) -> Mapping[Any, str] | None:
        return options(field, texts, by) if literal or field.kind == "choice" else None

    return among


def _parts(pages: Sequence[PageText]) -> Iterator[list[PageText]]:
    """Pages together as far as one call takes them; a page by itself may be longer."""
    part: list[PageText] = []
    size = 0
    for text in pages:
        length = len(text.shown)
        if part and size + length > _CHARACTERS:
            yield part
            part, size = [], 0
        part.append(text)
        size += length
    if part:
        yield part


def _shown(part: Sequence[PageText]) -> str:
    if len(part) == 1:
        return part[0].shown
    return "\n".join(f"--- page {text.number} ---\n{text.shown}" for text in part)
