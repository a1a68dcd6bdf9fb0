"""Stopping a run: one object that the controller, the model and the tools all look at."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import Cancelled, DeadlinePassed


class Control:
    """A stop button and a clock for one run, safe to share between threads.

    Args:
        seconds: how long the run may take; None for no limit.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._stop = threading.Event()
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._waits = 0  # under way
        self._paused = 0.0  # since when
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Ask everything that looks at this object to stop."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    @property
    def expired(self) -> bool:
        return self._deadline is not None and self._now() >= self._deadline

    @property
    def should_stop(self) -> bool:
        return self.cancelled or self.expired

    def remaining(self, at_most: float | None = None) -> float | None:
        """Seconds left, never below zero; None means no limit."""
        if self._deadline is None:
            return at_most
        left = max(0.0, self._deadline - self._now())
        return left if at_most is None else min(left, at_most)

    def part(self) -> Control:
        """One for a part of the run: it ends with the run, and may be stopped alone."""
        return _Part(self)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Time spent in here, until somebody else's work is done, does not count.

        Waits of several threads at once count as one.
        """
        with self._lock:
            if not self._waits:
                self._paused = time.monotonic()
            self._waits += 1
        try:
            yield
        finally:
            with self._lock:
                self._waits -= 1
                if not self._waits and self._deadline is not None:
                    self._deadline += time.monotonic() - self._paused

    def _now(self) -> float:
        """The clock, which stands still while the run waits."""
        with self._lock:
            return self._paused if self._waits else time.monotonic()

    def check(self) -> None:
        """Raise if the run should stop.

        Raises:
            Cancelled: the stop button was pressed.
            DeadlinePassed: the time is over.
        """
        if self.cancelled:
            raise Cancelled("the run was stopped")
        if self.expired:
            raise DeadlinePassed("the time limit was reached")


class _Part(Control):
    """Stops when the whole does; has no clock of its own."""

    def __init__(self, whole: Control) -> None:
        super().__init__()
        self._whole = whole

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set() or self._whole.cancelled

    @property
    def expired(self) -> bool:
        return self._whole.expired

    def remaining(self, at_most: float | None = None) -> float | None:
        return self._whole.remaining(at_most)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        with self._whole.waiting():
            yield
