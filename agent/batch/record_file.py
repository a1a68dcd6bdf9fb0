"""A file of records that `looktwice extract` wrote, with what people made of its values.

>>> records = RecordFile("invoices.jsonl")
>>> records.correct(records.lines[0].id, "total", "1.163,40", by="ann")
>>> records.write("invoices.xlsx")
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...errors import BadInput, UsageError
from ...schema import ExtractedField, ExtractedRecord
from ..extraction.records.results.extracted import Extracted
from ..extraction.records.reviewing.entering import entered
from ..extraction.records.reviewing.lines import in_line, list_at, next_line, values_of_line
from ..extraction.records.reviewing.reviews import (
    Entries,
    ReviewEntry,
    append,
    now,
    read_reviews,
    reviewed,
    reviews_beside,
)
from ..extraction.records.schemas.fields import FieldSpec, RecordSpec
from ..extraction.records.schemas.inferring import inferred_spec
from ..extraction.records.schemas.paths import list_path
from ..extraction.records.schemas.sources import spec_of
from .record_lines import Line, foreign, parsed, record_in, texts_in
from .sheets import write_sheet

_LONGEST_NAME = 200


@dataclass(frozen=True)
class RecordLine:
    """A document of the file.

    Attributes:
        id: of the record.
        key: a short name of it, the same for the same id.
        file: the document's path.
        record: as people left it; None where the document failed.
        error: why it failed; "" where it did not.
    """

    id: str
    key: str
    file: str
    record: ExtractedRecord | None
    error: str = ""

    @property
    def fields(self) -> tuple[ExtractedField, ...]:
        """Its values with their places; none where the document failed."""
        return self.record.fields if self.record is not None else ()

    @property
    def unsure(self) -> list[ExtractedField]:
        """The values that somebody should look at."""
        return [field for field in self.fields if field.status == "unsure"]

    def field(self, path: str) -> ExtractedField:
        """One of its values; an empty one where nothing was read."""
        found = next((field for field in self.fields if field.path == path), None)
        return found or ExtractedField(path=path)

    @property
    def extracted(self) -> Extracted[dict[str, Any]]:
        """The same as `Assistant.extract` gives it: `.record`, `.fields["total"].review`."""
        record = self.record or ExtractedRecord(document=self.file, record={})
        return Extracted(record, error=self.error)


class RecordFile:
    """Records that may be reviewed; safe for threads. Another process may go on writing them meanwhile.

    Args:
        path: of the lines: the .jsonl of `looktwice extract`; of a sheet the one beside it.
        schema: of the records; by default the one that stands in the file.

    Raises:
        UsageError: it cannot be read, or is no file of records.
    """

    def __init__(self, path: str | Path, schema: Mapping[str, Any] | None = None) -> None:
        self.path = Path(path).expanduser()
        self._schema = schema
        self._lock = threading.RLock()
        self._parsed: dict[bytes, _Parsed] = {}
        self._read: tuple[object, RecordSpec, list[RecordLine]] | None = None
        _ = self.lines

    @property
    def lines(self) -> list[RecordLine]:
        """Every document, in the order they were read."""
        return self._now()[1]

    @property
    def spec(self) -> RecordSpec:
        """The fields of the records."""
        return self._now()[0]

    def __iter__(self) -> Iterator[Extracted[dict[str, Any]]]:
        return (line.extracted for line in self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def line(self, key: str) -> RecordLine:
        """The document of an id or a key; BadInput where there is none."""
        for line in self.lines:
            if key in (line.key, line.id):
                return line
        raise BadInput(str(self.path), f"has no record {key!r}")

    def confirm(self, record: str, path: str, by: str) -> None:
        """Say that a value is right.

        Args:
            record: id or key.
            path: of the field: "total", "lines[0].amount".
            by: who says so.

        Raises:
            BadInput: there is no such value, or it cannot be kept.
        """
        with self._lock:
            line, field = self._field(record, path)
            self._keep(line.id, path, by, value=field.value, found=_as_read(field))

    def correct(self, record: str, path: str, text: str, by: str) -> None:
        """Put a value right; see `confirm`.

        Args:
            record: id or key.
            path: of the field.
            text: the value as one types it; "" where the document does not give it.
            by: who says so.

        Raises:
            UsageError: it is not of the field's type; says what was expected.
            BadInput: there is no such value, or it cannot be kept.
        """
        with self._lock:
            line, field = self._field(record, path)
            try:
                value = entered(self.field(path), text)
            except UsageError as error:
                raise UsageError(f"{path}: {error}") from None
            self._keep(line.id, path, by, value=value, found=_as_read(field))

    def withdraw(self, record: str, path: str, by: str) -> None:
        """Take back what was said of a value: it is again as it was read."""
        with self._lock:
            line, field = self._field(record, path)
            self._keep(line.id, path, by, found=_as_read(field), withdrawn=True)

    def add_line(self, record: str, many: str, by: str) -> str:
        """Add a line to a list, behind the others; see `confirm`.

        Args:
            record: id or key.
            many: path of the list: "lines".
            by: who says so.

        Returns:
            Its path, "lines[4]"; its values are entered with `correct`.
        """
        with self._lock:
            line = self.line(record)
            list_at(self.spec, many)
            paths = [field.path for field in line.fields]
            path = next_line(many, [*paths, *(about[0] for about in self._entries(line.id))])
            self._keep(line.id, path, by, line="added")
            return path

    def remove_line(self, record: str, path: str, by: str) -> None:
        """Take a line out of a list; what was read in it is kept beside the records.

        Args:
            record: id or key.
            path: of the line: "lines[2]".
            by: who says so.
        """
        with self._lock:
            line = self.line(record)
            own = {field.path: field for field in line.fields if in_line(field.path, path)}
            if not own or list_path(path) is None:
                raise BadInput(line.file, f"its record has no line {path!r}")
            read = {p: f.model_copy(update={"value": _as_read(f)}) for p, f in own.items()}
            self._keep(line.id, path, by, line="removed", found=values_of_line(read, path))

    def restore_line(self, record: str, path: str, by: str) -> None:
        """Put a line back that was removed, as people left it."""
        with self._lock:
            line = self.line(record)
            removed = self._entries(line.id).get((path, True))
            if removed is None or removed.line != "removed":
                raise BadInput(line.file, f"no line {path!r} was removed from its record")
            if removed.found:
                self._keep(line.id, path, by, line="removed", withdrawn=True)
            else:  # nothing was read in it: somebody had added it
                self._keep(line.id, path, by, line="added")

    def field(self, path: str) -> FieldSpec:
        """What the values of a path are; BadInput where the records have no such field."""
        place = list_path(path)
        if place is None:
            found = next((one for one in self.spec.fields if one.path == path), None)
        else:
            many = next((one for one in self.spec.lists if one.path == place.many), None)
            columns = many.columns if many is not None else ()
            plain = many is not None and many.plain
            found = next((c for c in columns if plain or c.path == place.column), None)
        if found is None:
            raise BadInput(str(self.path), f"its records have no field {path!r}")
        return found

    def write(self, output: str | Path) -> None:
        """Write a sheet: .csv, .xlsx or .parquet, with the values as people left them.

        Raises:
            UsageError: another ending.
            BadInput: it cannot be written.
        """
        write_sheet(self.spec, self.path, Path(output).expanduser())

    def _field(self, record: str, path: str) -> tuple[RecordLine, ExtractedField]:
        line = self.line(record)
        found = next((field for field in line.fields if field.path == path), None)
        if found is None:
            raise BadInput(line.file, f"its record has no value {path!r}")
        return line, found

    def _keep(self, record: str, path: str, by: str, **said: Any) -> None:
        entry = ReviewEntry(record=record, path=path, by=by[:_LONGEST_NAME], at=now(), **said)
        append(reviews_beside(self.path), entry)

    def _entries(self, record: str) -> Entries:
        return read_reviews(reviews_beside(self.path)).get(record, {})

    def _now(self) -> tuple[RecordSpec, list[RecordLine]]:
        """What is in the files, read again where they have changed: only lines that are new or reviewed."""
        with self._lock:
            state = tuple(_state(path) for path in (self.path, reviews_beside(self.path)))
            if self._read is None or self._read[0] != state:
                try:
                    self._read = (state, *self._again())
                except (KeyError, TypeError, AttributeError, ValidationError):
                    raise foreign(self.path) from None
            return self._read[1:]

    def _again(self) -> tuple[RecordSpec, list[RecordLine]]:
        known, entries = self._parsed, read_reviews(reviews_beside(self.path))
        self._parsed = {}
        for text in texts_in(self.path):
            one = known.get(text)
            if one is None and (line := parsed(self.path, text)) is not None:
                one = _Parsed(line.get("schema"), _as_read_from(line))
            if one is not None:
                self._parsed[text] = one
        every = list(self._parsed.values())
        spec = self._spec_of(every)
        for one in every:
            said = entries.get(one.read.id, {})
            if one.said != said and one.read.record is not None:
                record = reviewed(spec, one.read.record, said)
                one.said, one.shown = said, replace(one.read, record=record)
        return spec, [one.shown for one in every]

    def _spec_of(self, every: Sequence[_Parsed]) -> RecordSpec:
        schema = self._schema or next((one.schema for one in every if one.schema), None)
        if schema is not None:
            return spec_of(schema)
        return inferred_spec([one.read.record for one in every if one.read.record is not None])


class _Parsed:
    """A line of the file: as it was read, and as people left it by the entries `said`."""

    def __init__(self, schema: Mapping[str, Any] | None, read: RecordLine) -> None:
        self.schema, self.read, self.shown = schema, read, read
        self.said: Entries = {}


def _as_read_from(line: Line) -> RecordLine:
    return RecordLine(
        id=line["id"],
        key=sha256(line["id"].encode("utf-8", "replace")).hexdigest()[:16],
        file=line["file"],
        record=record_in(line),
        error="" if line["error"] is None else str(line["error"]["message"]),
    )


def _state(path: Path) -> tuple[int, int] | None:
    try:
        there = path.stat()
    except OSError:
        return None
    return there.st_size, there.st_mtime_ns


def _as_read(field: ExtractedField) -> Any:
    return field.value if field.review is None else field.review.found
