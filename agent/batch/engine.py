"""What answers the tasks of a batch: one interface, with threads, processes or a cluster behind it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from ...control import Control
from ...errors import BadInput, DeadlinePassed, LooktwiceError, ModelError, UsageError, WeightsError
from ...schema import Answer
from .results import TaskFailure
from .tasks import BatchTask

GRACE_SECONDS = 10.0
"""Seconds a task may go on after its time, to end by itself; then it is given up."""
POLL_SECONDS = 0.1
"""Seconds between two looks at the stop button."""

_KINDS: dict[type[BaseException], str] = {
    DeadlinePassed: "timeout",
    BadInput: "bad_input",
    UsageError: "usage",
    WeightsError: "weights",
    ModelError: "model",
}
_STOPS = {"deadline": "timeout", "budget": "budget"}


@dataclass(frozen=True)
class TaskRequest:
    """One task as an engine gets it, its paths absolute.

    Attributes:
        session: the name it is kept under, apart from the user's own sessions.
        fresh: it is the session's first task, so what an earlier batch left is forgotten.
        seconds: it may take.
    """

    task: BatchTask
    session: str | None
    fresh: bool
    seconds: float


class TaskAbandoned(Exception):
    """The run was stopped before the task ended; it counts as not asked."""


class Engine(Protocol):
    """Answers tasks; called by as many threads at once as there are workers."""

    def ask(self, request: TaskRequest, control: Control) -> Answer | TaskFailure:
        """The answer, or why there is none; always comes back soon after the time is over.

        Raises:
            GivenUp: the control was cancelled.
        """
        ...

    def close(self) -> None:
        """Give back what was opened."""
        ...


class TaskDeadline:
    """How long an engine waits for one task.

    Args:
        request: says how much time it has.
        control: ends the waiting when it is cancelled.
        grace: seconds beyond the task's time.
    """

    def __init__(
        self, request: TaskRequest, control: Control, grace: float = GRACE_SECONDS
    ) -> None:
        self._control = control
        self._seconds = request.seconds
        self._end = time.monotonic() + request.seconds + grace

    def over(self) -> bool:
        """Whether the task has to be given up as hanging.

        Raises:
            GivenUp: the run was stopped.
        """
        if self._control.cancelled:
            raise TaskAbandoned
        return time.monotonic() >= self._end

    def failure(self) -> TaskFailure:
        """What is said of a task that hangs."""
        return TaskFailure(
            kind="timeout",
            message=f"did not end within its {self._seconds:g} seconds and was given up",
        )


def failure_of(error: BaseException) -> TaskFailure:
    """An exception in words."""
    kind = next((kind for cls, kind in _KINDS.items() if isinstance(error, cls)), "error")
    ours = isinstance(error, LooktwiceError)
    return TaskFailure(
        kind=kind, message=str(error) if ours else f"{type(error).__name__}: {error}"
    )


def failure_in(answer: Answer) -> TaskFailure | None:
    """Why an answer is none; None for one that answers, partly answers or declines."""
    if answer.status != "failed":
        return None
    return TaskFailure(kind=_STOPS.get(answer.stop_reason, "error"), message=answer.text)
