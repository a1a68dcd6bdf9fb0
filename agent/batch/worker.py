"""Answering the tasks of a batch where they are run: in this process, a child, or an actor."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ...control import Control
from ...errors import UsageError
from ...schema import Answer
from ...settings import Settings
from ..assistant import Assistant
from .engine import TaskRequest, failure_of
from .results import TaskFailure
from .tasks import BatchTask

AssistantFactory = Callable[[Settings], Assistant]
"""Makes the assistant of a worker."""


class Worker:
    """An assistant that answers requests; safe for threads.

    Args:
        assistant: closed with the worker.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def answer(self, request: TaskRequest, control: Control) -> Answer:
        """The answer; raises what `Assistant.ask` does."""
        task = request.task
        if task.extract is not None:
            return self._assistant.read_record(task.extract, task.documents[0], control)
        if request.fresh and request.session is not None:
            self._assistant.forget(request.session)
        return self._assistant.ask(
            task.question,
            task.images,
            index=task.index,
            session=request.session,
            control=control,
            documents=task.documents,
        )

    def close(self) -> None:
        """Close the assistant."""
        self._assistant.close()


def default_assistant(settings: Settings) -> Assistant:
    """An assistant on the settings' own model."""
    return Assistant(settings)


@dataclass(frozen=True)
class WorkerSpec:
    """How a worker elsewhere makes its assistant; crosses to it as JSON.

    Attributes:
        settings: the assistant's.
        factory: "module:function" of an `AssistantFactory`.
    """

    settings: Settings
    factory: str = f"{__name__}:{default_assistant.__name__}"

    def to_json(self) -> str:
        """All of it, the server's key included: for a pipe, never for a file or a command line."""
        values = self.settings.model_dump(mode="json")
        values["api_key"] = self.settings.api_key.get_secret_value()
        return json.dumps({"settings": values, "factory": self.factory})

    @classmethod
    def from_json(cls, text: str) -> WorkerSpec:
        """The inverse of `to_json`."""
        values = json.loads(text)
        return cls(Settings(**values["settings"]), values["factory"])

    def make(self) -> Worker:
        """The worker, its models loaded.

        Raises:
            UsageError: the factory cannot be imported.
        """
        module, _, name = self.factory.partition(":")
        try:
            factory: AssistantFactory = getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise UsageError(
                f"{self.factory}: cannot be imported in the worker ({error})"
            ) from None
        assistant = factory(self.settings)
        assistant.warm()
        return Worker(assistant)


def request_to_json(request: TaskRequest) -> str:
    """A request for a worker elsewhere, on one line."""
    values = {
        "task": request.task.model_dump(mode="json"),
        "session": request.session,
        "fresh": request.fresh,
        "seconds": request.seconds,
    }
    return json.dumps(values)


def answer_as_json(worker: Worker, text: str, control: Control | None = None) -> str:
    """Answer a request that came as JSON; whatever goes wrong comes back as data.

    Args:
        worker: who answers.
        text: the request.
        control: to stop it; by default one with the request's own time.
    """
    values = json.loads(text)
    request = TaskRequest(**{**values, "task": BatchTask.model_validate(values["task"])})
    try:
        answer = worker.answer(request, control or Control(request.seconds))
    except Exception as error:
        return json.dumps({"failure": failure_of(error).model_dump()})
    return json.dumps({"answer": answer.model_dump(mode="json")})


def outcome_from_json(text: str) -> Answer | TaskFailure:
    """The inverse of `answer_as_json`."""
    values: Mapping[str, Any] = json.loads(text)
    if "failure" in values:
        return TaskFailure.model_validate(values["failure"])
    return Answer.model_validate(values["answer"])


def close_quietly(worker: Worker) -> None:
    """Close at the end, where a failure helps nobody any more."""
    with suppress(Exception):
        worker.close()
