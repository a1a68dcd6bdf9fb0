"""A batch of documents: each is a task whose result is a record."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ...errors import BadInput, UsageError
from ...retrieval.loaders.load import open_document
from ...retrieval.loaders.walk import Walk
from ...settings import DocumentLimits
from ..extraction.records.schemas.requests import RecordRequest
from .formats import JsonLinesFormat
from .tasks import BatchJob, BatchTask, TaskList

if TYPE_CHECKING:
    from .results import Result

_LONGEST_ID = 200
Per = Literal["document", "page"]


class RecordLinesFormat(JsonLinesFormat):
    """One record a line, the file and the values first."""

    def encode(self, result: Result) -> bytes:
        found = result.records[0] if result.records else None
        line: dict[str, Any] = {
            "file": found.document if found else result.meta["file"],
            "page": result.meta.get("page"),
            "status": result.status,
            "record": found.record if found else None,
            "error": None if result.error is None else result.error.model_dump(),
            "doubts": list(found.doubts) if found else [],
            "fields": [field.model_dump(mode="json") for field in found.fields] if found else [],
            "confidence": round(result.confidence, 3),
            "seconds": result.seconds,
            "usage": result.usage.model_dump(mode="json"),
            "model": result.model,
            "pack": result.pack,
            "id": result.id,
            "task": result.task,
            "settings": result.settings,
        }
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace") + self.end


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
    jobs: list[BatchJob] = []
    for file in _files(paths):
        if output is not None and file == Path(os.path.abspath(output.expanduser())):
            continue
        for page in _pages(file, limits) if per == "page" else [None]:
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
            jobs.append(BatchJob(len(jobs) + 1, task))
    if not jobs:
        raise UsageError("no documents to extract from; give files, or folders that hold some")
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
