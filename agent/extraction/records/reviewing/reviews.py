"""What people made of values, kept beside the records: appended, never changed, the last word counts.

The records themselves stay as they were read. So a run that goes on touches no review, and what had been
read can always be seen.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .....errors import BadInput
from .....schema import ExtractedField, ExtractedRecord, Review, Value
from ..results.assembly import record_of
from ..schemas.checks import broken
from ..schemas.fields import RecordSpec

_BROKEN = "{check}: does not hold"
"""How a record says that a check failed; a field's `reason` is the same without the colon."""


class ReviewEntry(Value):
    """One line: what somebody made of one value.

    Attributes:
        record: id of the record.
        path: of the field.
        value: the right one; the one that was read where it was confirmed; None where there is none.
        found: the value that was read.
        withdrawn: what was said of the value before holds no more.
    """

    record: str
    path: str
    value: Any = None
    found: Any = None
    by: str
    at: datetime
    withdrawn: bool = False


Entries = Mapping[str, ReviewEntry]
"""What holds of one record, by path."""


def reviews_beside(lines: Path) -> Path:
    """Where the reviews of a file of records are kept: `out.jsonl` -> `out.reviews.jsonl`."""
    return lines.with_name(f"{lines.name.removesuffix('.jsonl')}.reviews.jsonl")


def now() -> datetime:
    """This moment, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def append(path: Path, entry: ReviewEntry) -> None:
    """Keep an entry; it is on the disk when this returns.

    Raises:
        BadInput: it cannot be written.
    """
    line = entry.model_dump_json(exclude_defaults=True).encode("utf-8", "replace") + b"\n"
    try:
        with path.open("ab+") as file:
            if file.tell() and not _ends_well(file.fileno(), file.tell()):
                line = b"\n" + line  # a power loss cut the last one
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BadInput(str(path), f"cannot be written ({error.strerror})") from None


def _ends_well(file: int, size: int) -> bool:
    os.lseek(file, size - 1, os.SEEK_SET)
    return os.read(file, 1) == b"\n"


def read_reviews(path: Path) -> dict[str, dict[str, ReviewEntry]]:
    """What holds, by record and path; lines that were cut short are left out."""
    found: dict[str, dict[str, ReviewEntry]] = {}
    if not path.exists():
        return found
    for line in path.read_bytes().splitlines():
        try:
            entry = ReviewEntry.model_validate_json(line)
        except ValidationError:
            continue
        of_record = found.setdefault(entry.record, {})
        of_record.pop(entry.path, None)
        if not entry.withdrawn:
            of_record[entry.path] = entry
    return found


def reviewed(spec: RecordSpec, record: ExtractedRecord, entries: Entries) -> ExtractedRecord:
    """The record as people left it, with checks that hold or fail by it."""
    if not entries:
        return record
    fields = {field.path: field for field in record.fields}
    fields |= {
        path: _said(fields[path], entry) for path, entry in entries.items() if path in fields
    }
    values = {path: field.value for path, field in fields.items()}
    fail = list(dict.fromkeys(one.check for one in broken(spec.checks, values)))
    settled = {f"{check} does not hold" for check in spec.checks if check not in fail}
    for path, field in fields.items():
        if field.status == "unsure" and field.reason in settled:
            fields[path] = field.model_copy(update={"status": "found", "reason": ""})
    known = {_BROKEN.format(check=check) for check in spec.checks}
    doubts = [doubt for doubt in record.doubts if doubt not in known]
    doubts += [_BROKEN.format(check=check) for check in fail]
    return record_of(spec, record.document, record.page, fields, doubts, record.pages)


def _said(field: ExtractedField, entry: ReviewEntry) -> ExtractedField:
    """A field as somebody left it. Where another value was read since, it is unsure which holds."""
    review = Review(by=entry.by, at=entry.at, found=field.value, status=field.status)
    if field.value not in (entry.found, entry.value):
        return field.model_copy(
            update={
                "status": "unsure",
                "reason": f"{entry.by} took {entry.value!r} for it when {entry.found!r} was read",
                "alternatives": (entry.value, *field.alternatives),
            }
        )
    return field.model_copy(
        update={
            "value": entry.value,
            "status": "missing" if entry.value is None else "found",
            "confidence": 1.0,
            "alternatives": (),
            "reason": "",
            "review": review,
        }
    )
