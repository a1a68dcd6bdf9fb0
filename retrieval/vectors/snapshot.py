"""Copies of a local Chroma folder, for those who only read."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from ...errors import UsageError
from .folder import DATABASE, SEAL, Folder

_NAME = "looktwice-vectors-"
_LOCK = "taken.lock"
_TRIES = 10


@dataclass
class Snapshot:
    """A folder as it was at one moment; its taker may do anything with it.

    A lock tells other processes that it is in use.
    """

    path: Path

    def __post_init__(self) -> None:
        self.folder = Folder(self.path)
        self._taken = FileLock(self.path / _LOCK)
        self._taken.acquire()

    def discard(self) -> None:
        """Remove it."""
        self._taken.release()
        shutil.rmtree(self.path, ignore_errors=True)


def snapshot(folder: Folder) -> Snapshot | None:
    """A copy of what is there, between two changes; None when there is nothing yet.

    Raises:
        UsageError: another process keeps changing the folder.
    """
    if not (folder.path / DATABASE).is_file():
        return None
    _clear_left()
    copy = Snapshot(Path(tempfile.mkdtemp(prefix=_NAME)))
    try:
        if os.access(folder.path, os.W_OK):
            with folder.changing():
                _copy(folder, copy.path)
        else:
            _copy_unlocked(folder, copy.path)
    except BaseException:
        copy.discard()
        raise
    return copy


def _copy_unlocked(folder: Folder, target: Path) -> None:
    """Where this user cannot lock: again, if somebody else has changed it meanwhile."""
    for _ in range(_TRIES):
        before = folder.stamp
        _copy(folder, target)
        if folder.stamp == before:
            return
    raise UsageError(f"{folder.path}: these vectors keep changing; try again in a while")


def _copy(folder: Folder, target: Path) -> None:
    for name in (DATABASE, f"{DATABASE}-journal", f"{DATABASE}-wal", SEAL):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(folder.path / name, target / name)
    for graph in folder.graphs():
        (target / graph.name).mkdir(exist_ok=True)
        for file in graph.iterdir():
            own = target / graph.name / file.name
            shutil.copyfile(file, own)
            seen = file.stat()
            os.utime(own, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # the seal knows it by this


def _clear_left() -> None:
    """Remove the copies of processes that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{_NAME}*"):
        lock = FileLock(path / _LOCK)
        with contextlib.suppress(Timeout, OSError):
            lock.acquire(timeout=0)
            lock.release()
            shutil.rmtree(path, ignore_errors=True)
