"""The lines of a file of records, as they were read and as people left them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...errors import UsageError
from ...schema import ExtractedRecord
from ..extraction.records.results.answering import status_of
from ..extraction.records.reviewing.reviews import Entries, reviewed
from ..extraction.records.schemas.fields import RecordSpec

Line = Mapping[str, Any]


def json_lines(path: Path) -> Iterator[Line]:
    """Every whole line; a last one that is still being written, or was cut by a kill, is left out.

    Raises:
        UsageError: the file cannot be read, or is no file of records.
    """
    for text in texts_in(path):
        if (line := parsed(path, text)) is not None:
            yield line


def texts_in(path: Path) -> Iterator[bytes]:
    """The lines of a file that hold something, not parsed; UsageError where it cannot be read."""
    try:
        with path.open("rb") as file:
            yield from (text for text in file if text.strip())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None


def parsed(path: Path, text: bytes) -> Line | None:
    """A line; None for a last one that is not whole.

    Raises:
        UsageError: it holds something else.
    """
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        if text.endswith(b"\n"):
            raise foreign(path) from None
        return None
    if not isinstance(line, dict):
        raise foreign(path)
    return line


def foreign(path: Path) -> UsageError:
    """What is wrong with a file that holds something else."""
    return UsageError(
        f"{path.name}: is no file of records; expected the .jsonl of looktwice extract -o"
    )


def record_in(line: Line) -> ExtractedRecord | None:
    """The record of a line; None where its document failed."""
    if line["record"] is None:
        return None
    return ExtractedRecord(
        document=line["file"],
        page=line["page"],
        record=line["record"],
        fields=line["fields"],
        doubts=tuple(line["doubts"]),
        pages=line.get("pages", 0),  # older files do not say
    )


def with_reviews(spec: RecordSpec, line: Line, entries: Entries) -> Line:
    """The line as people left its values."""
    record = record_in(line) if entries else None
    if record is None:
        return line
    record = reviewed(spec, record, entries)
    return {
        **line,
        "status": status_of(record),
        "record": record.record,
        "doubts": list(record.doubts),
        "fields": [field.model_dump(mode="json") for field in record.fields],
    }
