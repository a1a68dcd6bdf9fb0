"""Questions of programs, answered as streams of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from ...agent.assistant import Assistant
from ...agent.extraction.records.schemas.requests import RecordRequest
from ...agent.state import Turn
from ...control import Control
from ...schema import AnswerReady, Event, Picture
from ...settings import ServeLimits
from .queue import Notify, RunQueue

T = TypeVar("T")


class AnswerStreams:
    """Runs questions on an assistant for a server; belongs to one event loop.

    Args:
        assistant: who answers.
        limits: how many at once and in the queue.
    """

    def __init__(self, assistant: Assistant, limits: ServeLimits) -> None:
        self._assistant = assistant
        self.queue = RunQueue(limits.running, limits.waiting)

    async def follow(
        self, question: str, pictures: Sequence[Picture] = (), history: Sequence[Turn] = ()
    ) -> AsyncGenerator[Event]:
        """The events of one question, the last is `AnswerReady`; closing it stops the run.

        Raises:
            QueueFull: too many wait already.
            LooktwiceError: as `Assistant.stream` does.
        """

        def run(control: Control) -> Iterator[Event]:
            return self._assistant.stream(question, pictures, control=control, history=history)

        async with aclosing(self.run(run)) as events:
            async for event in events:
                yield event

    async def extract(
        self, request: RecordRequest, pictures: Sequence[Picture]
    ) -> AsyncGenerator[Event]:
        """The record that pictures of one document hold, as the answer of a run.

        Raises:
            QueueFull: too many wait already.
            LooktwiceError: as `Assistant.read_record` does.
        """

        def run(control: Control) -> Iterator[Event]:
            yield AnswerReady(answer=self._assistant.read_record(request, pictures, control))

        async with aclosing(self.run(run)) as events:
            async for event in events:
                yield event

    async def run(
        self, produce: Callable[[Control], Iterator[T]], seconds: float | None = None
    ) -> AsyncGenerator[T]:
        """What is produced in a thread of the queue; closing it stops the run.

        Args:
            produce: gets the run's control; what it raises is raised here.
            seconds: it may take; as long as a question by default.

        Raises:
            QueueFull: too many wait already.
        """
        produced: asyncio.Queue[T | _Ended] = asyncio.Queue()

        def work(control: Control, notify: Notify) -> None:
            error: BaseException | None = None
            try:
                for item in produce(control):
                    notify(produced.put_nowait, item)
            except BaseException as caught:
                error = caught
            notify(produced.put_nowait, _Ended(error))

        run = self.queue.enter()
        try:
            async for _ in self.queue.places(run):
                pass
            self.queue.start(run, work, seconds or self._assistant.settings.limits.seconds)
            while not isinstance(item := await produced.get(), _Ended):
                yield item
            if item.error is not None:
                raise item.error
        finally:
            self.queue.leave(run)


@dataclass(frozen=True)
class _Ended:
    """Nothing more is produced; the error is why, where there is one."""

    error: BaseException | None
