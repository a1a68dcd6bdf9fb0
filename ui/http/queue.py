"""The queue of questions: how many at once, how many wait, and how each is stopped.

A slot is given back when the work has really ended, not when its caller left; so what is stopped
never works on beside what came next.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any

from ...control import Control
from ...errors import Cancelled
from .errors import QueueFull

Notify = Callable[..., None]
"""Calls a function with arguments on the event loop, from any thread."""
Work = Callable[[Control, Notify], None]
"""What a run does, in a thread of its own; it raises nothing."""


@dataclass(eq=False)
class QueuedRun:
    """One question: in line, at work, or ended.

    Attributes:
        control: stops the work; None before it has begun.
        stopped: it is to end, or never to begin.
        moved: it came forward in the line, has its turn, or was stopped.
    """

    control: Control | None = None
    stopped: bool = False
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Ask it to end, wherever it is."""
        self.stopped = True
        if self.control is not None:
            self.control.cancel()
        self.moved.set()


class RunQueue:
    """Does work in threads, so much at once, the rest in line; belongs to one event loop.

    Args:
        slots: how many runs work at the same time.
        places: how many may wait; more are refused.
    """

    def __init__(self, slots: int, places: int) -> None:
        self._slots, self._places = slots, places
        self._at_work: set[QueuedRun] = set()
        self._line: deque[QueuedRun] = deque()
        self._ended = asyncio.Event()

    @property
    def running(self) -> int:
        """Runs that hold a slot."""
        return len(self._at_work)

    @property
    def waiting(self) -> int:
        """Runs in line."""
        return len(self._line)

    def check(self) -> None:
        """Raise `QueueFull` where one more run would be refused."""
        if self.running + self.waiting >= self._slots + self._places:
            raise QueueFull(self.running, self.waiting)

    def enter(self) -> QueuedRun:
        """A new run at the end of the line; whoever enters also has to `leave`.

        Raises:
            QueueFull: there is no place.
        """
        self.check()
        run = QueuedRun()
        self._line.append(run)
        self._advance()
        return run

    async def places(self, run: QueuedRun) -> AsyncGenerator[int]:
        """How many wait before a run, each time that has changed, until it has its turn.

        Raises:
            Cancelled: it was stopped before.
        """
        place = None
        while run not in self._at_work and not run.stopped:
            before = self._line.index(run)
            if before != place:
                place = before
                yield place
            await run.moved.wait()
            run.moved.clear()
        if run.stopped:
            raise Cancelled("it was stopped before its turn came")

    def start(self, run: QueuedRun, work: Work, seconds: float | None) -> None:
        """Begin the work of a run that has its turn.

        Args:
            run: see `places`.
            work: done in a thread; gets the run's control.
            seconds: how long it may take.
        """
        loop = asyncio.get_running_loop()
        control = run.control = Control(seconds)

        def notify(function: Callable[..., Any], *arguments: Any) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
                loop.call_soon_threadsafe(function, *arguments)

        def target() -> None:
            try:
                work(control, notify)
            finally:
                notify(self._end, run)

        threading.Thread(target=target, name="looktwice-run", daemon=True).start()

    def leave(self, run: QueuedRun) -> None:
        """The caller has gone: stop what still works, give back what never began."""
        run.stop()
        if run in self._line:
            self._line.remove(run)
            self._advance()
        elif run.control is None:
            self._end(run)

    async def drain(self, seconds: float) -> int:
        """Stop everything and wait for its end; returns how many did not end in time."""
        for run in (*self._line, *self._at_work):
            run.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._at_work:
                    self._ended.clear()
                    await self._ended.wait()
        return len(self._at_work)

    def _end(self, run: QueuedRun) -> None:
        self._at_work.discard(run)
        self._ended.set()
        self._advance()

    def _advance(self) -> None:
        """Give free slots to the first in line; tell all who moved."""
        moved = list(self._line)
        while self._line and len(self._at_work) < self._slots:
            self._at_work.add(self._line.popleft())
        for run in moved:
            run.moved.set()
