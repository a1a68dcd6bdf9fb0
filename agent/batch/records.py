"""A batch of documents: each is a task whose result is a record."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ...errors import BadInput, UsageError
from ...retrieval.loaders.load import open_document
from ...retrieval.loaders.walk import Walk
from ...schema import ExtractedField
from ...settings import DocumentLimits
from ..extraction.records.schemas.requests import RecordRequest
from .formats import JsonLinesFormat
from .tasks import BatchJob, BatchTask, TaskList

if TYPE_CHECKING:
    from .results import Result

_LONGEST_ID = 200
Per = Literal["document", "page"]


class RecordLinesFormat(JsonLinesFormat):
    """One record a line, the file and the values first.

    Args:
        schema: of the records; it stands in each line, so that the file can be reviewed by itself.
    """

    def __init__(self, schema: Mapping[str, Any] | None = None) -> None:
        self._schema = None if schema is None else dict(schema)

    def encode(self, result: Result) -> bytes:
        found = result.records[0] if result.records else None
        line: dict[str, Any] = {
            "file": found.document if found else result.meta["file"],
            "page": result.meta.get("page"),
            "pages": found.pages if found else 0,
            "status": result.status,
            "record": found.record if found else None,
            "error": None if result.error is None else result.error.model_dump(),
            "doubts": list(found.doubts) if found else [],
            "fields": [_dumped(field) for field in found.fields] if found else [],
            "confidence": round(result.confidence, 3),
            "seconds": result.seconds,
            "usage": result.usage.model_dump(mode="json"),
            "model": result.model,
            "pack": result.pack,
            "id": result.id,
            "task": result.task,
            "settings": result.settings,
            "schema": self._schema,
        }
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace") + self.end


def _dumped(field: ExtractedField) -> dict[str, Any]:
    """A field as it was read: nobody has reviewed it yet."""
    return field.model_dump(mode="json", exclude={"review"})


def record_tasks(
    schema: Mapping[str, Any],
    paths: Sequence[Path],
    limits: DocumentLimits,
    per: Per = "document",
    ignore_embedded: bool = False,
    output: Path | None = None,
) -> TaskList:
    """A task for every document under these paths, or for every page.

    Args:
        schema: of the records.
        paths: files, and folders that hold some.
        limits: what a document may measure.
        per: one record for each.
        ignore_embedded: see `RecordRequest`.
        output: the sheet that is made, which is no document of an earlier run.

    Raises:
        UsageError: a path is not there, or there is no document under them.
    """
    own = None if output is None else Path(os.path.abspath(output.expanduser()))
    places = [
        (file, page)
        for file in _files(paths)
        if file != own
        for page in (_pages(file, limits) if per == "page" else [None])
    ]
    if not places:
        raise UsageError("no documents to extract from; give files, or folders that hold some")
    return tasks_of(schema, places, ignore_embedded)


def tasks_of(
    schema: Mapping[str, Any],
    places: Iterable[tuple[Path, int | None]],
    ignore_embedded: bool = False,
) -> TaskList:
    """A task for every file, or for a page of it; a file that is not there fails when it is read."""
    jobs = []
    for number, (file, page) in enumerate(places, 1):
        request = RecordRequest(
            json_schema=dict(schema), page=page, ignore_embedded=ignore_embedded
        )
        task = BatchTask(
            id=_id(file, page),
            question="extract a record",
            documents=(str(file),),
            extract=request,
            meta={"file": str(file), "page": page},
        )
        jobs.append(BatchJob(number, task))
    return TaskList("these documents and this schema", Path.cwd(), jobs, [])


def _id(file: Path, page: int | None) -> str:
    """The file's path, and the page; shortened where ids may not be so long or hold such letters."""
    text = str(file) if page is None else f"{file}#{page}"
    if len(text) <= _LONGEST_ID and text.isprintable():
        return text
    tail = "".join(c if c.isprintable() else "?" for c in text)[-_LONGEST_ID // 2 :]
    return f"{sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:16]} {tail}"


def _files(paths: Sequence[Path]) -> list[Path]:
    for path in paths:
        if not path.expanduser().exists():
            raise UsageError(f"{path}: there is no such file or folder")
    return [found.path for found in Walk(paths).files()]


def _pages(file: Path, limits: DocumentLimits) -> Sequence[int | None]:
    """The numbers of its pages; one that cannot be opened is told of when its task is run."""
    try:
        with open_document(file, limits) as opened:
            return range(1, opened.about.pages + 1) if opened.about.pages else [None]
    except BadInput:
        return [None]
