"""One writer at a time for an index: a lock that says who holds it.

The lock is the operating system's and ends with its holder, so one that was killed leaves nothing in
the way. A note beside it names the holder; it is only read when the lock is held. Readers take none.
"""

from __future__ import annotations

import json
import os
import platform
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ..errors import UsageError
from ..media.private import make_private

if TYPE_CHECKING:
    from filelock import BaseFileLock

__all__ = ["Holder", "WriterLock"]

_LOCK = "writer.lock"
_NOTE = "writer.json"


@dataclass(frozen=True)
class Holder:
    """Who holds a lock; `since` is an ISO time with its zone."""

    purpose: str
    pid: int
    host: str
    since: str

    def __str__(self) -> str:
        started = datetime.fromisoformat(self.since).astimezone()
        today = started.date() == datetime.now().astimezone().date()
        where = "" if self.host == platform.node() else f" on {self.host}"
        return f"`{self.purpose}` (process {self.pid}{where} since {started:{_clock(today)}})"


class WriterLock:
    """The right to write one index; taken by `acquire` or `with`, by one holder at a time.

    Two objects exclude each other wherever they are: in one thread, in threads, in processes.

    Args:
        folder: of the index; made if there is none.
        purpose: what the holder does, shown to those who wait: a command.
    """

    def __init__(self, folder: Path, purpose: str) -> None:
        self._folder = folder
        self._purpose = purpose
        self._lock: BaseFileLock | None = None
        self._turn = threading.Lock()

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._lock is not None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def acquire(self, wait: float = 0, on_wait: Callable[[str], None] | None = None) -> None:
        """Take the lock.

        Args:
            wait: seconds to wait for another holder; `inf` for as long as it takes.
            on_wait: called once, with a sentence that says who is waited for.

        Raises:
            UsageError: somebody else holds it, who is named; or the folder cannot be written.
        """
        lock = self._new_lock()
        try:
            taken = _taken(lock, 0)
            if not taken and wait > 0:
                if on_wait is not None:
                    on_wait(f"waiting for {self._holder_in_words()}")
                taken = _taken(lock, wait)
        except OSError as error:
            raise UsageError(f"{self._folder}: the index cannot be written: {error}") from error
        except NotImplementedError as error:
            raise UsageError(
                f"{self._folder}: this file system has no locks; put the index on another one"
            ) from error
        if not taken:
            raise UsageError(
                f"{self._folder}: the index is being written by {self._holder_in_words()};"
                " wait for it or stop it"
            )
        self._lock = lock
        self._note()

    def release(self) -> None:
        """Give the lock back; without it, nothing happens."""
        with self._turn:
            lock, self._lock = self._lock, None
        if lock is not None:
            with suppress(OSError):
                (self._folder / _NOTE).unlink(missing_ok=True)
            lock.release()

    def holder(self) -> Holder | None:
        """Who took the lock last, as far as a note tells; true only while the lock is held."""
        try:
            note = Holder(**json.loads((self._folder / _NOTE).read_text("utf-8")))
            str(note)
        except (OSError, ValueError, TypeError):
            return None
        return note

    def _new_lock(self) -> BaseFileLock:
        from filelock import FileLock

        try:
            make_private(self._folder)
        except OSError as error:
            raise UsageError(f"{self._folder}: the index cannot be written: {error}") from error
        # A soft lock would outlive a killed holder. The thread that releases may be another one.
        return FileLock(self._folder / _LOCK, thread_local=False, fallback_to_soft=False)

    def _note(self) -> None:
        """Best effort: without it the others are told less."""
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        holder = Holder(self._purpose, os.getpid(), platform.node(), since)
        fresh = self._folder / f"{_NOTE}.new"
        with suppress(OSError):
            fresh.write_text(json.dumps(asdict(holder)), "utf-8")
            os.replace(fresh, self._folder / _NOTE)

    def _holder_in_words(self) -> str:
        return str(self.holder() or "another process")


def _taken(lock: BaseFileLock, wait: float) -> bool:
    from filelock import Timeout

    try:
        lock.acquire(timeout=-1 if wait == float("inf") else wait)
    except Timeout:
        return False
    return True


def _clock(today: bool) -> str:
    return "%H:%M" if today else "%Y-%m-%d %H:%M"
