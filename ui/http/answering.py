"""Questions of programs, answered as streams of events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from ...agent.assistant import Assistant
from ...agent.state import Turn
from ...control import Control
from ...schema import AnswerReady, Event, Picture
from ...settings import ServeLimits
from .queue import Notify, RunQueue


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
        events: asyncio.Queue[Event | BaseException] = asyncio.Queue()

        def work(control: Control, notify: Notify) -> None:
            try:
                for event in self._assistant.stream(
                    question, pictures, control=control, history=history
                ):
                    notify(events.put_nowait, event)
            except BaseException as error:
                notify(events.put_nowait, error)

        run = self.queue.enter()
        try:
            async for _ in self.queue.places(run):
                pass
            self.queue.start(run, work, self._assistant.settings.limits.seconds)
            while True:
                item = await events.get()
                if isinstance(item, BaseException):
                    raise item
                yield item
                if isinstance(item, AnswerReady):
                    return
        finally:
            self.queue.leave(run)
