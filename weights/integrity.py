"""Files on the disk that are known to be right, and the folders made from them.

A record beside the files (size, time of change, SHA-256 of each) says what was found when they were
last read in full, so that a large file is hashed before its first use and not at every start.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..errors import WeightsError
from .sources import File

log = logging.getLogger(__name__)

RECORD = ".verified.json"
Hashing = Literal["never", "changed", "always"]
"""Which files are read in full: none, those that changed since the record was written, or all."""


@dataclass(frozen=True)
class IntegrityReport:
    """What a check found.

    Attributes:
        faults: for each file that is not right, what is wrong; "missing" where it is not there.
        unchecked: some file has the right size and has not been read since it last changed.
    """

    faults: dict[str, str]
    unchecked: bool


def check(base: Path, files: Iterable[File], folder: Path, hashing: Hashing) -> IntegrityReport:
    """Compare the files below `base` with what they should be; the record lies in `folder`.

    Raises:
        WeightsError: a file cannot be read.
    """
    record = read_record(folder)
    stamps = record.get("files", {})
    known: dict[str, Any] = {}
    faults: dict[str, str] = {}
    unchecked = False
    try:
        for file in files:
            path, stamp = base / file.name, stamps.get(file.name)
            fits = path.is_file() and stamp == stamp_of(path, file.sha256)
            if fits and hashing != "always":
                known[file.name] = stamp
            elif hashing == "never" and path.is_file() and path.stat().st_size == file.size:
                unchecked = True
            elif (fault := fault_of(path, file)) is not None:
                faults[file.name] = fault
                # Kept with a time that fits no file: damage stays known, and so does the hash.
                known[file.name] = {"size": file.size, "mtime_ns": 0, "sha256": file.sha256}
            else:
                known[file.name] = stamp_of(path, file.sha256)
    except OSError as error:
        raise WeightsError(f"{base}: a file cannot be read: {error}") from error
    if hashing != "never" and known != stamps and folder.is_dir():
        write_record(folder, {**record, "files": known})
    return IntegrityReport(faults, unchecked)


def fault_of(path: Path, file: File) -> str | None:
    """What is wrong with a file, read in full; None when it is right."""
    if not path.is_file():
        return "missing"
    if (size := path.stat().st_size) != file.size:
        return f"has {size} bytes, expected {file.size}"
    if (digest := sha256_of(path)) != file.sha256:
        return f"has SHA-256 {digest[:12]}..., expected {file.sha256[:12]}..."
    return None


def stamp_of(path: Path, sha256: str) -> dict[str, Any]:
    """What the record holds of a file."""
    facts = path.stat()
    return {"size": facts.st_size, "mtime_ns": facts.st_mtime_ns, "sha256": sha256}


def read_record(folder: Path) -> dict[str, Any]:
    """The record of a folder; one that is lost or broken counts as empty."""
    try:
        record = json.loads((folder / RECORD).read_text("utf-8"))
        return record if isinstance(record, dict) and isinstance(record["files"], dict) else {}
    except (OSError, ValueError, KeyError):
        return {}


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Best effort: without it (in a folder that cannot be written) files are only read more often."""
    try:
        # Not mkstemp: other users who share this home must be able to read the record.
        fresh = folder / f"{RECORD}.{os.getpid()}-{threading.get_ident()}"
        fresh.write_text(json.dumps(record, indent=1), "utf-8")
        os.replace(fresh, folder / RECORD)
    except OSError as error:
        log.debug("cannot write %s: %s", folder / RECORD, error)


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, so that two processes fetch or make its contents once.

    Raises:
        WeightsError: the lock cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder.parent / ".locks" / f"{folder.name}.lock")
    with explained_write_errors(folder):
        Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            log.warning("another process is working on %s; waiting for it", folder)
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def explained_write_errors(folder: Path) -> Iterator[None]:
    """Turn a failure to write into one that says what to do."""
    try:
        yield
    except OSError as error:
        raise WeightsError(
            f"cannot write to {folder}: {error}. Set LOOKTWICE_HOME to a folder that can be written."
        ) from error


def make_once(made: Path, make: Callable[[Path], None]) -> Path:
    """Let `make` fill a folder, unless that was done before and nothing in it has changed.

    Call it with the lock of `made.parent` held, or after `is_intact` has said yes.

    Raises:
        WeightsError: the folder cannot be written.
    """
    if is_intact(made, again=False):
        return made
    with explained_write_errors(made):
        for stale in made.parent.glob(f".{made.name}-*"):  # left by a process that was killed
            shutil.rmtree(stale, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=f".{made.name}-", dir=made.parent) as name:
            into = Path(name, "made")
            into.mkdir()
            make(into)
            paths = sorted(path for path in into.rglob("*") if path.is_file())
            files = {p.relative_to(into).as_posix(): stamp_of(p, sha256_of(p)) for p in paths}
            write_record(into, {"files": files})
            if made.exists():  # it was damaged
                os.replace(made, Path(name, "old"))
            os.replace(into, made)  # a half-written result never has the final name
    return made


def is_intact(made: Path, *, again: bool) -> bool:
    """Whether a made folder is as it was written: by size and time, and with `again` by content."""
    stamps = read_record(made).get("files", {})
    for name, stamp in stamps.items():
        path = made / name
        if not path.is_file() or stamp_of(path, stamp["sha256"]) != stamp:
            return False
        if again and sha256_of(path) != stamp["sha256"]:
            return False
    return bool(stamps)


def remove_damaged(folder: Path) -> None:
    """Remove the made folders whose contents have changed; they are made again at the next use."""
    for record in folder.glob(f"*/{RECORD}"):
        if not is_intact(record.parent, again=True):
            log.warning("%s is damaged; it will be made again when it is needed", record.parent)
            shutil.rmtree(record.parent)


BLOCK = 1 << 20


def sha256_of(path: Path, offset: int = 0, size: int | None = None) -> str:
    """SHA-256 in hex of a file, or of `size` bytes of it from `offset`."""
    digest = hashlib.sha256()
    left = path.stat().st_size - offset if size is None else size
    with path.open("rb") as stream:
        stream.seek(offset)
        while left > 0 and (block := stream.read(min(BLOCK, left))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()
