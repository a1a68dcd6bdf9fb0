"""Questions at work: how many at once, how many wait, and how each is stopped.

A slot is given back when the run has really ended, not when its caller left; so what is stopped
never works on beside what came next.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence

from ...agent.assistant import Assistant
from ...agent.state import Turn
from ...control import Control
from ...schema import AnswerReady, Event, Picture
from ...settings import ServeLimits
from ..openai_server.protocol import Refused

_RETRY_SECONDS = 5


class Runs:
    """Runs questions on an assistant for a server; belongs to one event loop.

    Args:
        assistant: who answers.
        limits: how many at once and in the queue.
    """

    def __init__(self, assistant: Assistant, limits: ServeLimits) -> None:
        self._assistant, self._limits = assistant, limits
        self._slots = asyncio.Semaphore(limits.running)
        self._controls: set[Control] = set()
        self._ended = asyncio.Event()
        self.waiting = 0

    @property
    def running(self) -> int:
        """Questions that hold a slot."""
        return len(self._controls)

    def check(self) -> None:
        """Raise `Refused` (429) where the queue is full."""
        if self._slots.locked() and self.waiting >= self._limits.waiting:
            raise Refused(
                f"{self.running} questions are being answered and {self.waiting} wait; "
                "try again in a moment",
                429,
                "busy",
                retry_after=_RETRY_SECONDS,
            )

    async def follow(
        self, question: str, pictures: Sequence[Picture] = (), history: Sequence[Turn] = ()
    ) -> AsyncGenerator[Event]:
        """The events of one question, the last is `AnswerReady`; closing it stops the run.

        Raises:
            LooktwiceError: as `Assistant.stream` does.
        """
        self.waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self.waiting -= 1
        control = Control(self._assistant.settings.limits.seconds)
        self._controls.add(control)
        loop = asyncio.get_running_loop()
        events: asyncio.Queue[Event | BaseException] = asyncio.Queue()

        def work() -> None:
            try:
                for event in self._assistant.stream(
                    question, pictures, control=control, history=history
                ):
                    loop.call_soon_threadsafe(events.put_nowait, event)
            except BaseException as error:
                loop.call_soon_threadsafe(events.put_nowait, error)
            finally:
                loop.call_soon_threadsafe(self._end, control)

        threading.Thread(target=work, name="looktwice-serve", daemon=True).start()
        try:
            while True:
                item = await events.get()
                if isinstance(item, BaseException):
                    raise item
                yield item
                if isinstance(item, AnswerReady):
                    return
        finally:
            control.cancel()

    async def drain(self, seconds: float) -> int:
        """Stop what still runs and wait for its end; returns how many did not end in time."""
        for control in self._controls:
            control.cancel()
        try:
            async with asyncio.timeout(seconds):
                while self._controls:
                    self._ended.clear()
                    await self._ended.wait()
        except TimeoutError:
            pass
        return len(self._controls)

    def _end(self, control: Control) -> None:
        self._controls.discard(control)
        self._slots.release()
        self._ended.set()
