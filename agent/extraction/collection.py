"""The records of all documents of an index: read once, kept beside the documents, asked again and again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ...errors import BadInput, UsageError
from ...retrieval.pages import Page
from ...schema import ExtractedRecord
from ...tools.context import Context
from ...tools.documents.search import DocumentEntry
from ...tools.records.table import Collection
from ..budget import BudgetSpent
from ..structured_output import MalformedReply
from .records.extractor import Extractor
from .records.schemas.requests import RecordRequest

__all__ = ["COLLECTION_SCHEMA", "MOST_PAGES", "CollectionReader", "KeepsRecords", "unread"]

COLLECTION_SCHEMA = "document"
"""The shipped schema that fits any paper."""
VERSION = 2
"""Of how records are read; those of an older one are read again."""
MOST_PAGES = 12
"""Of a document that is read into a record: papers, not books and reports."""
MOST_DOCUMENTS = 300
"""That are read into records for one question, beside those that are kept already."""


@runtime_checkable
class KeepsRecords(Protocol):
    """An index that keeps records of its documents; `retrieval.index.Index` is one."""

    def documents(self) -> Sequence[DocumentEntry]:
        """Every document."""
        ...

    def page(self, document: str, number: int) -> Page:
        """A page; BadInput naming what is unknown."""
        ...

    def records(self, schema: str) -> Mapping[str, str]:
        """The records of a schema that are kept, as JSON, by the documents' names."""
        ...

    def keep_record(self, document: str, schema: str, record: str) -> None:
        """Keep a record of a document."""
        ...

    def failures(self) -> Sequence[Any]:
        """Files that could not be added: `path` and `reason` of each."""
        ...


@dataclass(frozen=True)
class CollectionReader:
    """Reads every document of an index into a record, those that have none yet.

    Each record is kept when it is read, so one who stops goes on behind it. Long documents are left out:
    a report of hundreds of pages is no record.

    Args:
        index: the documents.
        extractor: reads a document's pages into a record.
        schema: of the records, a JSON Schema.
    """

    index: KeepsRecords
    extractor: Extractor
    schema: Mapping[str, Any]

    def __call__(self, context: Context) -> Collection:
        """The records of all documents.

        Args:
            context: of the tool call; is told what reading took.

        Raises:
            ModelError: the model failed.
            Cancelled, DeadlinePassed: the control said to stop.
        """
        records: list[ExtractedRecord] = []
        left_out = [f"{one.path}: {one.reason}" for one in self.index.failures()]
        known, room = self._known(), MOST_DOCUMENTS
        for entry in self.index.documents():
            if entry.name not in known and entry.pages > MOST_PAGES:
                left_out.append(f"{entry.name}: it has {entry.pages} pages")
                continue
            room -= entry.name not in known
            if room < 0:
                left_out.append(f"{entry.name}: not read yet")
                continue
            try:
                record = known.get(entry.name) or self._read(entry, context)
            except (MalformedReply, BudgetSpent) as error:  # its own fault, not the model's
                left_out.append(f"{entry.name}: {error}")
                continue
            if any(field.value is not None for field in record.fields):
                records.append(record)
            else:
                left_out.append(f"{entry.name}: nothing was found in it")
        return Collection(tuple(records), tuple(left_out))

    def _known(self) -> dict[str, ExtractedRecord]:
        kept = _kept(self.index, self.schema)
        return {name: ExtractedRecord.model_validate_json(text) for name, text in kept.items()}

    def _read(self, entry: DocumentEntry, context: Context) -> ExtractedRecord:
        context.control.check()
        request = RecordRequest(json_schema=dict(self.schema))
        pages = [*self._pages(entry)]
        record, cost = self.extractor.extract_pages(request, entry.name, pages, context.control)
        context.charge(cost.usage())
        with suppress(UsageError):
            self.index.keep_record(entry.name, _key(self.schema), record.model_dump_json())
        return record

    def _pages(self, entry: DocumentEntry) -> Iterator[Page]:
        for number in range(1, entry.pages + 1):
            with suppress(BadInput):  # a page that could not be read
                yield self.index.page(entry.name, number)


def unread(index: KeepsRecords, schema: Mapping[str, Any]) -> list[str]:
    """Names of the documents that have no record yet and are short enough for one."""
    kept = _kept(index, schema)
    return [
        entry.name
        for entry in index.documents()
        if entry.name not in kept and entry.pages <= MOST_PAGES
    ]


def _kept(index: KeepsRecords, schema: Mapping[str, Any]) -> Mapping[str, str]:
    with suppress(UsageError):  # an index that cannot be written keeps none
        return index.records(_key(schema))
    return {}


def _key(schema: Mapping[str, Any]) -> str:
    """What identifies a schema, and how it is read."""
    said = json.dumps([VERSION, schema], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
