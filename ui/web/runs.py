"""Questions of the page at work: how many at once, who waits, and the stop button of each.

Every question runs in a thread of its own that keeps a `View` up to date; the page looks at the view
when it has changed, so many tokens cost one look. An answer is written down by that thread, also where
its page was closed meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from ...agent.assistant import Assistant
from ...agent.state import Turn
from ...control import Control
from ...errors import Cancelled, LooktwiceError, UsageError
from ...schema import Box, Event, Picture
from ...settings import PageLimits
from ...tools.documents.search import Searchable
from .conversation import Exchange
from .html.rendering import View, follow

_LOOKS_PER_SECOND = 8
"""At most so often the page of one question is drawn again ..."""
_ALL_LOOKS = 60
"""... and those of all questions together, so that many pages do not starve the models."""
_WAIT_LOOK = 0.5


@dataclass(frozen=True)
class Asking:
    """A question with all it is asked with.

    Attributes:
        pictures: what the user gave; `asked` is what the assistant gets: the same, or a crop.
        history: what was said before.
    """

    question: str
    pictures: tuple[Picture, ...] = ()
    region: Box | None = None
    asked: tuple[Picture, ...] = ()
    history: tuple[Turn, ...] = ()
    index: Searchable | None = None


@dataclass(eq=False)
class Job:
    """One question on its way; the thread writes, the page reads.

    Attributes:
        changed: there is something new to show.
        urgent: it should not wait: the first words, the end.
    """

    asking: Asking
    view: View = field(default_factory=View)
    control: Control | None = None
    stopped: bool = False
    exchange: Exchange | None = None
    error: Exception | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    urgent: asyncio.Event = field(default_factory=asyncio.Event)
    done: bool = False


def turns(exchanges: Sequence[Exchange]) -> tuple[Turn, ...]:
    """What the assistant is told of a conversation."""
    return tuple(
        Turn(question=e.question, answer=e.answer.text, status=e.answer.status, pictures=e.asked)
        for e in exchanges
    )


class Runs:
    """Runs questions on an assistant for the page; belongs to one event loop.

    Args:
        assistant: who answers.
        limits: how many at once, and how many wait.
        keep: writes an exchange down; called in the question's thread.
    """

    def __init__(self, assistant: Assistant, limits: PageLimits) -> None:
        self._assistant, self._limits = assistant, limits
        self._jobs: dict[tuple[str, str], Job] = {}
        self._queue: deque[Job] = deque()
        self._running = 0

    @property
    def running(self) -> int:
        """Questions that hold a slot."""
        return self._running

    @property
    def waiting(self) -> int:
        """Questions in the queue."""
        return len(self._queue)

    def stop(self, owner: str, tab: str) -> bool:
        """Stop the question of one tab of one user; False where there is none."""
        job = self._jobs.get((owner, tab))
        if job is None:
            return False
        job.stopped = True
        if job.control is not None:
            job.control.cancel()
        job.changed.set()
        return True

    def stop_all(self) -> None:
        """Stop every question: the program ends."""
        for owner, tab in list(self._jobs):
            self.stop(owner, tab)

    async def follow(
        self, owner: str, tab: str, asking: Asking, keep: Callable[[Exchange], None]
    ) -> AsyncGenerator[tuple[View, int | None]]:
        """The view each time it has changed, and how many wait before it (None: it has its turn).

        Leaving early stops the run. When it ends, `keep` was called with the exchange.

        Raises:
            LooktwiceError: the question could not be asked; `Cancelled` when it was stopped before
                its turn.
        """
        job = self._enter(owner, tab, asking)
        try:
            async for place in self._turn(job):
                yield job.view, place
            self._start(job, keep)
            async for view in self._views(job):
                yield view, None
            if job.error is not None:
                raise job.error
        finally:
            job.stopped = True
            if job.control is not None:
                job.control.cancel()
            if job in self._queue:
                self._queue.remove(job)
            if self._jobs.get((owner, tab)) is job:
                del self._jobs[owner, tab]

    def _enter(self, owner: str, tab: str, asking: Asking) -> Job:
        if (owner, tab) in self._jobs:
            raise UsageError("the question before is still being answered; stop it first")
        if sum(1 for other, _ in self._jobs if other == owner) >= self._limits.per_user:
            raise UsageError("you have too many questions at work; wait for one, or stop it")
        if len(self._queue) >= self._limits.waiting:
            raise UsageError(f"{len(self._queue)} questions wait already; try again in a minute")
        job = Job(asking)
        self._jobs[owner, tab] = job
        self._queue.append(job)
        return job

    async def _turn(self, job: Job) -> AsyncGenerator[int]:
        """Wait for a slot, telling the place in the queue."""
        told = None
        while self._queue[0] is not job or self._running >= self._limits.running:
            place = self._queue.index(job)
            if place != told:
                told = place
                yield place
            job.changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(job.changed.wait(), _WAIT_LOOK)
            if job.stopped:
                raise Cancelled("it was stopped before its turn came")
        self._queue.popleft()

    def _start(self, job: Job, keep: Callable[[Exchange], None]) -> None:
        self._running += 1
        job.control = Control(self._assistant.settings.limits.seconds)
        loop = asyncio.get_running_loop()

        def tell(what: Callable[[], None]) -> None:
            with contextlib.suppress(RuntimeError):  # the server is gone
                loop.call_soon_threadsafe(what)

        def ended() -> None:
            self._running -= 1
            job.done = True
            job.changed.set()
            job.urgent.set()
            if self._queue:
                self._queue[0].changed.set()

        def work() -> None:
            try:
                self._work(job, keep, tell)
            except LooktwiceError as error:
                job.error = error
            except Exception as error:  # of a tool's or a backend's own making
                job.error = LooktwiceError(f"something broke inside: {error!r}")
            finally:
                tell(ended)

        threading.Thread(target=work, name="looktwice-page", daemon=True).start()

    def _work(
        self,
        job: Job,
        keep: Callable[[Exchange], None],
        tell: Callable[[Callable[[], None]], None],
    ) -> None:
        one = threading.Lock()  # tools that run side by side tell side by side

        def happened(event: Event) -> None:
            with one:
                had_words = bool(job.view.text)
                job.view = follow(job.view, event)
            if not job.changed.is_set():
                tell(job.changed.set)
            if bool(job.view.text) != had_words:
                tell(job.urgent.set)

        asking = job.asking
        answer = self._assistant.ask(
            asking.question,
            asking.asked,
            index=asking.index,
            control=job.control,
            history=asking.history,
            on_event=happened,
        )
        job.exchange = Exchange(
            question=asking.question,
            answer=answer,
            pictures=asking.pictures,
            region=asking.region,
            asked=asking.asked,
            lines=tuple(x for x in job.view.lines if x.seconds is not None),
        )
        keep(job.exchange)

    async def _views(self, job: Job) -> AsyncGenerator[View]:
        """Each new view, not too often; the first words at once."""
        while not job.done:
            looks = min(_LOOKS_PER_SECOND, _ALL_LOOKS / max(1, self._running))
            with contextlib.suppress(TimeoutError):  # let some changes gather
                await asyncio.wait_for(job.urgent.wait(), 1 / looks)
            job.urgent.clear()
            await job.changed.wait()
            job.changed.clear()
            if not job.done:  # the end is shown by what follows
                yield job.view
