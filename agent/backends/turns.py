"""Whose turn it is with a model that does one thing at a time: first come, first served."""

from __future__ import annotations

import threading
from collections import deque

from ...control import Control

__all__ = ["Turns"]

_LOOK = 0.05
"""Seconds between looks at whether a run that waits was stopped."""


class Turns:
    """A lock whose waiters get it in the order in which they came.

    A plain lock goes to whoever is quickest, so one user's many calls could keep another's waiting.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: deque[threading.Event] = deque()
        self._taken = False

    def acquire(self, control: Control | None = None) -> bool:
        """Wait for a turn; False when `control` says stop before it comes."""
        with self._lock:
            if control is not None and control.should_stop:
                return False
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Event()
            self._line.append(mine)
        while not mine.wait(_LOOK):
            if control is not None and control.should_stop:
                return self._leave(mine)
        return True

    def _leave(self, mine: threading.Event) -> bool:
        """Out of the line, or (the turn came just now) straight on to the next one."""
        with self._lock:
            if not mine.is_set():
                self._line.remove(mine)
                return False
        self.release()
        return False

    def release(self) -> None:
        """End a turn; the next in line has it."""
        with self._lock:
            if self._line:
                self._line.popleft().set()
            else:
                self._taken = False

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()
