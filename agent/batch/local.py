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
from .engine import GRACE, LOOK, Engine, Patience, Request, failure_of
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

    def __init__(self, worker: Worker, most_hanging: int = 8, grace: float = GRACE) -> None:
        self._worker, self._grace = worker, grace
        self._most_hanging = most_hanging
        self._hanging: set[threading.Thread] = set()
        self._stuck: set[str] = set()
        self._idle: list[_Helper] = []
        weakref.finalize(self, _end_all, self._idle)  # also where nobody closes it

    def ask(self, request: Request, control: Control) -> Answer | TaskFailure:
        """See `Engine.ask`.

        Raises:
            ModelError: too many tasks hang at once.
        """
        if request.session in self._stuck:
            return TaskFailure(kind="timeout", message="an earlier task of its session hangs")
        helper = self._helper()
        patience = Patience(request, control, self._grace)
        helper.ask(partial(self._worker.answer, request, control))
        try:
            while True:
                try:
                    outcome = helper.said.get(timeout=LOOK)
                except queue.Empty:
                    if patience.over():
                        self._leave(helper, request)
                        return patience.failure()
                else:
                    self._idle.append(helper)
                    return outcome
        except BaseException:
            helper.end()
            raise

    def close(self) -> None:
        """Close the assistant, unless somebody still hangs in it."""
        _end_all(self._idle)
        if not any(thread.is_alive() for thread in self._hanging):
            close_quietly(self._worker)

    def _helper(self) -> _Helper:
        try:
            return self._idle.pop()
        except IndexError:
            return _Helper()

    def _leave(self, thread: _Helper, request: Request) -> None:
        thread.end()
        self._hanging = {t for t in self._hanging if t.is_alive()} | {thread}
        if request.session is not None:
            self._stuck.add(request.session)
        if len(self._hanging) >= self._most_hanging:
            raise ModelError(
                f"{len(self._hanging)} tasks hang at once, so something they share is stuck; run the"
                " same command again to go on, with --isolate to end hanging tasks for good"
            )


def _end_all(idle: list[_Helper]) -> None:
    while idle:
        idle.pop().end()


class _Helper(threading.Thread):
    """A thread that answers one request after another; a new one for each would cost a tenth more.

    Attributes:
        said: the outcomes, as they come.
    """

    def __init__(self) -> None:
        super().__init__(name="looktwice-task", daemon=True)
        self.said: queue.SimpleQueue[Answer | TaskFailure] = queue.SimpleQueue()
        self._asked: queue.SimpleQueue[Callable[[], Answer] | None] = queue.SimpleQueue()
        self.start()

    def ask(self, work: Callable[[], Answer]) -> None:
        """Answer this; what it raises is said as a failure."""
        self._asked.put(work)

    def end(self) -> None:
        """End when what was asked is done."""
        self._asked.put(None)

    def run(self) -> None:
        """Answer until the end."""
        while (work := self._asked.get()) is not None:
            try:
                self.said.put(work())
            except BaseException as error:
                self.said.put(failure_of(error))
