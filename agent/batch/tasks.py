"""The tasks of a batch: read line by line, each fault told with its line number."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from ...errors import UsageError
from ...schema import Value
from ..assistant import checked_question
from ..extraction.records.schemas.requests import RecordRequest
from ..sessions import checked_session

LIST_COLUMNS = ("images", "documents")
"""Columns of a CSV file that hold several values, with semicolons between them."""
_LONGEST_ID = 200
_LONGEST_LINE = 16 * 2**20  # bytes; nobody writes such a question


class BatchTask(Value):
    """One question of a batch.

    Attributes:
        id: the result carries it; one task a file may have it.
        images, documents, index: paths, relative to the tasks' file. Documents are read into an
            index of their own, kept for the next task that names the same ones.
        session: questions of the same session are asked in their order and remember each other.
        extract: reads the only document into a record instead of asking about it.
        meta: anything; handed on to the result.
    """

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = Field(min_length=1, max_length=_LONGEST_ID)
    question: str
    images: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    index: str | None = None
    session: str | None = None
    extract: RecordRequest | None = None
    meta: dict[str, Any] = Field(default_factory=dict)

    @field_validator("id")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("expected printable characters")
        return value

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        try:
            checked_question(self.question)
            if self.session is not None:
                checked_session(self.session)
        except UsageError as error:
            raise ValueError(str(error)) from None
        if self.index is not None and self.documents:
            raise ValueError("expected an index or documents, got both")
        if self.extract is not None and len(self.documents) != 1:
            raise ValueError("extract: expected one document")
        return self

    @property
    def digest(self) -> str:
        """The same for the same task; tells that a result belongs to another one."""
        unsaid = {"extract"} if self.extract is None else set()  # not in what version 0.1 wrote
        asked = self.model_dump_json(exclude={"meta"} | unsaid)
        return sha256(asked.encode("utf-8", "replace")).hexdigest()[:16]

    def beside(self, folder: Path) -> BatchTask:
        """The same task with its relative paths taken from a folder."""

        def place(path: str) -> str:
            return os.path.abspath(folder / Path(path).expanduser())

        return self.model_copy(
            update={
                "images": tuple(map(place, self.images)),
                "documents": tuple(map(place, self.documents)),
                "index": None if self.index is None else place(self.index),
            }
        )


class BatchJob(NamedTuple):
    """A task and the line of its file it stands in, from 1."""

    line: int
    task: BatchTask


class MalformedLine(NamedTuple):
    """A line that is no task, and why."""

    line: int
    reason: str


class TaskList(NamedTuple):
    """The tasks of a batch.

    Attributes:
        name: what they are, for messages: their file.
        folder: relative paths begin there.
        malformed: lines of the file that are no tasks.
    """

    name: str
    folder: Path
    jobs: list[BatchJob]
    malformed: list[MalformedLine]

    @classmethod
    def of_file(cls, path: Path) -> Self:
        """Read a .jsonl or .csv file.

        Raises:
            UsageError: it cannot be read, or a CSV file has no usable header.
        """
        return cls(str(path), path.expanduser().absolute().parent, *read_tasks(path))


class Shard(NamedTuple):
    """Part `number` of `parts`, from 1; tasks of one session stay together."""

    number: int
    parts: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2/5".

        Raises:
            UsageError: it is none.
        """
        number, _, count = text.partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            raise UsageError(f"--shard: expected a part such as 1/4 or 4/4, got {text!r}")
        return cls(int(number), int(count))

    def holds(self, task: BatchTask) -> bool:
        """Whether a task belongs to this part, whatever else stands in the file."""
        key = f"session {task.session}" if task.session is not None else f"task {task.id}"
        return int(sha256(key.encode()).hexdigest()[:15], 16) % self.parts == self.number - 1


def read_tasks(path: Path) -> tuple[list[BatchJob], list[MalformedLine]]:
    """The tasks of a .jsonl or .csv file, in its order, and the lines that are none.

    Raises:
        UsageError: the file cannot be read, or a CSV file has no usable header.
    """
    read = _csv_lines if path.suffix.lower() == ".csv" else _json_lines
    jobs: list[BatchJob] = []
    malformed: list[MalformedLine] = []
    lines_of: dict[str, int] = {}
    try:
        for line, given in read(path):
            task = given if isinstance(given, str) else _task(given)
            if isinstance(task, BatchTask) and task.id in lines_of:
                task = f"the id {task.id!r} was already used in line {lines_of[task.id]}"
            if isinstance(task, str):
                malformed.append(MalformedLine(line, task))
            else:
                lines_of[task.id] = line
                jobs.append(BatchJob(line, task))
    except OSError as error:
        raise UsageError(f"{path}: the tasks cannot be read ({error.strerror})") from None
    return jobs, malformed


def _task(given: Any) -> BatchTask | str:
    """A task, or what is wrong with it."""
    if not isinstance(given, dict):
        return (
            f"expected an object such as {{'id': ..., 'question': ...}}, got {type(given).__name__}"
        )
    try:
        return BatchTask.model_validate(given)
    except ValidationError as error:
        return "; ".join(_fault(part) for part in error.errors(include_url=False))


def _fault(part: Any) -> str:
    where = ".".join(map(str, part["loc"]))
    if part["type"] == "extra_forbidden":
        known = ", ".join(BatchTask.model_fields)
        return f"unknown field {where!r}; there are {known} (put your own into meta)"
    if part["type"] == "missing":
        return f"{where} is missing"
    words = str(part["msg"]).removeprefix("Value error, ")
    return f"{where}: {words}" if where else words


def _json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Every line with its number: what it holds, or a text that says why it cannot be read."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line.strip():
                continue
            if len(line) > _LONGEST_LINE:
                yield number, f"longer than {_LONGEST_LINE:,} bytes"
                continue
            try:
                value = json.loads(line)
            except UnicodeDecodeError:
                yield number, "not UTF-8; save the file as UTF-8"
            except (ValueError, RecursionError) as error:
                yield number, f"not JSON ({error})"
            else:
                yield number, [value] if isinstance(value, str) else value


def _csv_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Every row with the line it begins in."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        try:
            header = [name.strip() for name in next(rows, [])]
            _check_header(path, header)
            before = rows.line_num
            for row in rows:
                line, before = before + 1, rows.line_num
                if any(cell.strip() for cell in row):
                    yield line, _record(header, row)
        except (UnicodeDecodeError, csv.Error) as error:
            raise UsageError(f"{path}: not a CSV file in UTF-8 ({error})") from None


def _check_header(path: Path, header: list[str]) -> None:
    known = [name for name in BatchTask.model_fields if name != "meta"]
    if not {"id", "question"} <= set(header):
        raise UsageError(
            f"{path}: the first line must name its columns, id and question among them"
        )
    if wrong := [name for name in header if name not in known or header.count(name) > 1]:
        raise UsageError(f"{path}: column {wrong[0]!r} is none of {', '.join(known)}, once each")


def _record(header: list[str], row: list[str]) -> dict[str, Any] | str:
    if len(row) != len(header):
        return f"expected {len(header)} cells, got {len(row)}"
    cells = {name: cell for name, cell in zip(header, row, strict=True) if cell.strip()}
    return {
        name: [part.strip() for part in cell.split(";") if part.strip()]
        if name in LIST_COLUMNS
        else cell
        for name, cell in cells.items()
    }
