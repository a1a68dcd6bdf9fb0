"""The batch in this process: threads that share one assistant, its model, detector and OCR."""

from __future__ import annotations

import queue
import threading
import weakref
from collections.abc import Callable
from functools import partial

from ...control import Control
from ...errors import ModelError
from ...schema import Answer
from .engine import GRACE_SECONDS, POLL_SECONDS, Engine, TaskDeadline, TaskRequest, failure_of
from .results import TaskFailure
from .worker import Worker, close_quietly


class LocalEngine(Engine):
    """Asks in threads; a thread that hangs is left alone, as Python cannot end it.

    Args:
        worker: shared by all threads.
        most_hanging: hanging threads from which on the run is ended: what they hold (the detector,
            the model) may block everybody else.
        grace: seconds a task may go on after its time.
    """

    def __init__(self, worker: Worker, most_hanging: int = 8, grace: float = GRACE_SECONDS) -> None:
        self._worker, self._grace = worker, grace
        self._most_hanging = most_hanging
        self._hanging: set[threading.Thread] = set()
        self._stuck: set[str] = set()
        self._idle: list[_TaskThread] = []
        weakref.finalize(self, _end_threads, self._idle)  # also where nobody closes it

    def ask(self, request: TaskRequest, control: Control) -> Answer | TaskFailure:
        """See `Engine.ask`.

        Raises:
            ModelError: too many tasks hang at once.
        """
        if request.session in self._stuck:
            return TaskFailure(kind="timeout", message="an earlier task of its session hangs")
        thread = self._take_thread()
        deadline = TaskDeadline(request, control, self._grace)
        thread.submit(partial(self._worker.answer, request, control))
        try:
            while True:
                try:
                    outcome = thread.outcomes.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    if deadline.over():
                        self._give_up(thread, request)
                        return deadline.failure()
                else:
                    self._idle.append(thread)
                    return outcome
        except BaseException:
            thread.end()
            raise

    def close(self) -> None:
        """Close the assistant, unless somebody still hangs in it."""
        _end_threads(self._idle)
        if not any(thread.is_alive() for thread in self._hanging):
            close_quietly(self._worker)

    def _take_thread(self) -> _TaskThread:
        try:
            return self._idle.pop()
        except IndexError:
            return _TaskThread()

    def _give_up(self, thread: _TaskThread, request: TaskRequest) -> None:
        thread.end()
        self._hanging = {t for t in self._hanging if t.is_alive()} | {thread}
        if request.session is not None:
            self._stuck.add(request.session)
        if len(self._hanging) >= self._most_hanging:
            raise ModelError(
                f"{len(self._hanging)} tasks hang at once, so something they share is stuck; run the"
                " same command again to go on, with --isolate to end hanging tasks for good"
            )


def _end_threads(idle: list[_TaskThread]) -> None:
    while idle:
        idle.pop().end()


class _TaskThread(threading.Thread):
    """A thread that answers one request after another; a new one for each would cost a tenth more.

    Attributes:
        outcomes: the outcomes, as they come.
    """

    def __init__(self) -> None:
        super().__init__(name="looktwice-task", daemon=True)
        self.outcomes: queue.SimpleQueue[Answer | TaskFailure] = queue.SimpleQueue()
        self._work: queue.SimpleQueue[Callable[[], Answer] | None] = queue.SimpleQueue()
        self.start()

    def submit(self, work: Callable[[], Answer]) -> None:
        """Answer this; what it raises becomes a failure."""
        self._work.put(work)

    def end(self) -> None:
        """End when the work that was submitted is done."""
        self._work.put(None)

    def run(self) -> None:
        """Answer until the end."""
        while (work := self._work.get()) is not None:
            try:
                self.outcomes.put(work())
            except BaseException as error:
                self.outcomes.put(failure_of(error))
