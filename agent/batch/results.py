"""The results of a batch: one line a task, appended so that no kill can spoil the file.

A line is written by one call of the system and belongs to the file as soon as it is there. Whatever a
kill or a power loss left of a last line is cut off (or completed, where only its end is missing) when
the file is next opened.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from pydantic import Field

from ...closing import Closing
from ...errors import BadInput, UsageError
from ...schema import Answer, Value
from .formats import ResultFormat, format_of

if TYPE_CHECKING:
    from filelock import BaseFileLock

_SYNC_SECONDS = 2.0  # a power loss may cost what was written since


class TaskFailure(Value):
    """Why a task has no answer.

    Attributes:
        kind: "timeout", "crashed", "bad_input", "usage", "model", "weights", "budget" or "error".
    """

    kind: str
    message: str


class Result(Answer):
    """What came of one task: the answer, and where it belongs.

    Attributes:
        line: of the task in its file.
        seconds: the task took, waiting for the model included.
        error: why it failed; None where it did not (a declined question did not fail).
        task, settings: digests of what was asked and of what it was asked with.
    """

    id: str
    line: int
    seconds: float
    error: TaskFailure | None = None
    meta: dict[str, Any] = Field(default_factory=dict)
    task: str
    settings: str


class StoredResult(NamedTuple):
    """What the file says of one task."""

    task: str
    settings: str
    error: TaskFailure | None


class ResultsFile(Closing):
    """A file of results, open for appending by one process; a context manager. Safe for threads
    only where the caller serialises `append`.

    Args:
        path: .jsonl or .csv; made if there is none.
        written: how results are written; by default as the name of the file says.

    Attributes:
        known: what is in it, by the tasks' ids.

    Raises:
        UsageError: another process writes it, it is no file of results, or it cannot be written.
    """

    def __init__(self, path: Path, written: ResultFormat | None = None) -> None:
        self.path = path
        self._format: ResultFormat = written or format_of(path)
        self._lock = _locked(path)
        self._synced = time.monotonic()
        self._file = -1
        try:
            self._repair()
            self.known = self._read()
            self._file = self._open()
        except BaseException:
            self.close()
            raise

    def append(self, result: Result) -> None:
        """Write one result, whole or not at all.

        Raises:
            BadInput: the disk is full or the file is gone.
        """
        self._write(self._format.encode(result))
        self.known[result.id] = StoredResult(result.task, result.settings, result.error)
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            self.sync()

    def drop(self, ids: set[str]) -> None:
        """Take results out; the file is replaced at once, so a kill leaves the old or the new one."""
        os.close(self._file)
        self._file = -1
        fresh = self.path.with_name(f".{self.path.name}.new")
        with self.path.open("rb") as old, fresh.open("wb") as new:
            new.write(self._format.header)
            for _, record in self._records(old):
                if self._format.decode(record)["id"] not in ids:
                    new.write(record)
            new.flush()
            os.fsync(new.fileno())
        os.replace(fresh, self.path)
        for name in ids:
            self.known.pop(name, None)
        self._file = self._open()

    def sync(self) -> None:
        """Make sure that it is on the disk."""
        os.fsync(self._file)
        self._synced = time.monotonic()

    def close(self) -> None:
        """Sync and let go; calling twice is fine."""
        if self._file >= 0:
            self.sync()
            os.close(self._file)
            self._file = -1
        self._lock.release()

    def _open(self) -> int:
        try:
            binary = getattr(os, "O_BINARY", 0)  # Windows
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | binary, 0o644)
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be written ({error.strerror})") from None
        self._file = file
        if self._format.header and not os.fstat(file).st_size:
            self._write(self._format.header)
        return file

    def _write(self, data: bytes) -> None:
        before = os.fstat(self._file).st_size
        try:
            written = os.write(self._file, data)
            if written < len(data):  # the disk filled up in the middle
                os.ftruncate(self._file, before)
                raise BadInput(str(self.path), "the disk is full; make room and run it again")
        except OSError as error:
            raise BadInput(str(self.path), f"cannot be written ({error.strerror})") from None

    def _repair(self) -> None:
        """Complete the last line, or cut it off."""
        if not self.path.exists():
            return
        end = self._format.end
        try:
            with self.path.open("r+b") as file:
                tail, start = b"", 0
                for offset, record in _split(file, end):
                    tail, start = record, offset
                if not tail or tail.endswith(end):
                    return
                if self._format.complete(tail):
                    file.seek(0, os.SEEK_END)
                    file.write(end)
                else:
                    file.truncate(start)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be opened ({error.strerror})") from None

    def _read(self) -> dict[str, StoredResult]:
        known: dict[str, StoredResult] = {}
        if not self.path.exists():
            return known
        with self.path.open("rb") as file:
            for number, record in self._records(file):
                try:
                    entry = self._format.decode(record)
                    error = entry["error"]
                    failure = None if error is None else TaskFailure.model_validate(error)
                    one = StoredResult(entry["task"], entry["settings"], failure)
                    name = entry["id"]
                except (ValueError, KeyError, TypeError):
                    raise self._foreign(number, "is no result of a batch") from None
                if name in known:
                    raise self._foreign(number, f"repeats the id {name!r}")
                known[name] = one
        return known

    def _records(self, file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
        """Number and bytes of every record that holds something, without the header."""
        for number, (_, record) in enumerate(_split(file, self._format.end), 1):
            if number == 1 and self._format.header:
                if record != self._format.header:
                    raise self._foreign(1, "has other columns than results of a batch")
            elif record.strip():
                yield number, record

    def _foreign(self, number: int, what: str) -> UsageError:
        return UsageError(
            f"{self.path}: line {number} {what}; give another file with -o, or move this one away"
        )


def _split(file: IO[bytes], end: bytes) -> Iterator[tuple[int, bytes]]:
    """Records with their offsets; the last one may lack its end."""
    offset, record = 0, b""
    for line in file:
        record += line
        if record.endswith(end):
            yield offset, record
            offset, record = offset + len(record), b""
    if record:
        yield offset, record


def _locked(path: Path) -> BaseFileLock:
    from filelock import FileLock, Timeout

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A soft lock would outlive a killed holder.
        lock = FileLock(
            path.with_name(f".{path.name}.lock"), thread_local=False, fallback_to_soft=False
        )
        lock.acquire(timeout=0)
    except Timeout:
        raise UsageError(f"{path}: another batch is writing it; wait for it or stop it") from None
    except (OSError, NotImplementedError) as error:
        raise UsageError(f"{path}: the results cannot be written there ({error})") from None
    return lock
