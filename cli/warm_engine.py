"""The warm program as what answers the tasks of an extraction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..agent.batch.engine import Engine, TaskDeadline, TaskRequest
from ..agent.batch.worker import outcome_from_json, request_to_json

if TYPE_CHECKING:
    from ..agent.batch.results import TaskFailure
    from ..control import Control
    from ..schema import Answer
    from ..ui.service.client import Service


class _TooLong(Exception):
    """The task's time is over."""


class WarmEngine(Engine):
    """Asks the warm program, which stops a task that is given up."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def ask(self, request: TaskRequest, control: Control) -> Answer | TaskFailure:
        """See `Engine.ask`."""
        deadline = TaskDeadline(request, control)

        def waiting() -> None:
            if deadline.over():
                raise _TooLong

        try:
            return outcome_from_json(self._service.task(request_to_json(request), waiting))
        except _TooLong:
            return deadline.failure()

    def close(self) -> None:
        """It goes on without us."""
