"""What people made of values, kept beside the records: appended, never changed, the last word counts.

The records themselves stay as they were read. So a run that goes on touches no review, and what had been
read can always be seen.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from .....errors import BadInput
from .....schema import ExtractedField, ExtractedRecord, LineReview, Review, Value
from ..results.assembly import record_of
from ..schemas.checks import broken
from ..schemas.fields import RecordSpec
from .lines import add_line, remove_line, values_of_line

_BROKEN = "{check}: does not hold"
"""How a record says that a check failed; a field's `reason` is the same without the colon."""


class ReviewEntry(Value):
    """What somebody made of one value, or that a line of a list was added or removed.

    Attributes:
        record: id of the record.
        path: of the field, or of the line: "lines[2]".
        value: the right one; the one that was read where it was confirmed; None where there is none.
        found: the value that was read; of a removed line its values, by column.
        withdrawn: what was said before holds no more.
        line: what was done with the line as a whole; "" for a value.
    """

    record: str
    path: str
    value: Any = None
    found: Any = None
    by: str
    at: datetime
    withdrawn: bool = False
    line: Literal["", "added", "removed"] = ""

    @property
    def about(self) -> About:
        """What a later entry about the same takes the place of."""
        return self.path, bool(self.line)


About = tuple[str, bool]
"""A path, and whether a whole line is meant: in a list of plain values both have the same path."""
Entries = Mapping[About, ReviewEntry]
"""What holds of one record."""


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


def read_reviews(path: Path) -> dict[str, dict[About, ReviewEntry]]:
    """What holds, by record; lines that were cut short are left out."""
    found: dict[str, dict[About, ReviewEntry]] = {}
    if not path.exists():
        return found
    for line in path.read_bytes().splitlines():
        try:
            entry = ReviewEntry.model_validate_json(line)
        except ValidationError:
            continue
        of_record = found.setdefault(entry.record, {})
        of_record.pop(entry.about, None)
        if not entry.withdrawn:
            of_record[entry.about] = entry
    return found


def reviewed(spec: RecordSpec, record: ExtractedRecord, entries: Entries) -> ExtractedRecord:
    """The record as people left it, with checks that hold or fail by it."""
    if not entries:
        return record
    fields = {field.path: field for field in record.fields}
    of_lines = [entry for entry in entries.values() if entry.line]
    unlike = [entry for entry in of_lines if not _take_line(spec, fields, entry)]
    fields |= {
        entry.path: _said(fields[entry.path], entry)
        for entry in entries.values()
        if not entry.line and entry.path in fields
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
    doubts += [f"{e.path}: what {e.by} removed here is not what is read now" for e in unlike]
    made = record_of(spec, record.document, record.page, fields, doubts, record.pages)
    lines = tuple(_line_review(entry) for entry in of_lines if entry not in unlike)
    return made.model_copy(update={"line_reviews": lines})


def _take_line(spec: RecordSpec, fields: dict[str, ExtractedField], entry: ReviewEntry) -> bool:
    """Add or remove a line; a line that was read otherwise since is not the one that was removed."""
    if entry.line == "added":
        add_line(spec, fields, entry.path)
        return True
    if values_of_line(fields, entry.path) not in ({}, entry.found):
        return False
    remove_line(fields, entry.path)
    return True


def _line_review(entry: ReviewEntry) -> LineReview:
    found = entry.found if isinstance(entry.found, dict) else {}
    removed = entry.line == "removed"
    return LineReview(path=entry.path, removed=removed, by=entry.by, at=entry.at, found=found)


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
