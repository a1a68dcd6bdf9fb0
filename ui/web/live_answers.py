"""Questions of the page at work: each shown while it grows, each with a stop button of its own.

Every question runs in a thread that keeps an `AnswerProgress` up to date; the page looks at it when it
has changed, so many tokens cost one look. An answer is written down by that thread, also where its page
was closed meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from ...agent.assistant import Assistant
from ...control import Control
from ...errors import LooktwiceError, UsageError
from ...schema import Event
from ...settings import PageLimits
from ..http.queue import Notify, QueuedRun, RunQueue
from .conversation import Exchange
from .progress import AnswerProgress, after_event
from .question import PageQuestion

_UPDATES_PER_SECOND = 8
"""At most so often the page of one question is drawn again ..."""
_ALL_UPDATES_PER_SECOND = 60
"""... and those of all questions together, so that many pages do not starve the models."""


@dataclass(eq=False)
class _LiveAnswer:
    """One answer as it grows; its thread writes, the page reads.

    Attributes:
        changed: there is something new to show.
        urgent: it should not wait: the first words, the end.
    """

    question: PageQuestion
    run: QueuedRun
    progress: AnswerProgress = field(default_factory=AnswerProgress)
    error: LooktwiceError | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    urgent: asyncio.Event = field(default_factory=asyncio.Event)
    done: bool = False

    def end(self) -> None:
        """Tell the page that there is no more to come."""
        self.done = True
        self.changed.set()
        self.urgent.set()


class LiveAnswers:
    """Runs questions on an assistant for the page; belongs to one event loop.

    Args:
        assistant: who answers.
        limits: how many at once, and how many wait.
    """

    def __init__(self, assistant: Assistant, limits: PageLimits) -> None:
        self._assistant, self._limits = assistant, limits
        self._queue = RunQueue(limits.running, limits.waiting)
        self._runs: dict[tuple[str, str], QueuedRun] = {}

    @property
    def running(self) -> int:
        """Questions that hold a slot."""
        return self._queue.running

    @property
    def waiting(self) -> int:
        """Questions in the queue."""
        return self._queue.waiting

    def stop(self, owner: str, page: str) -> bool:
        """Stop the question of one open page of one user; False where there is none."""
        run = self._runs.get((owner, page))
        if run is None:
            return False
        run.stop()
        return True

    def stop_all(self) -> None:
        """Stop every question: the program ends."""
        for run in list(self._runs.values()):
            run.stop()

    async def follow(
        self, owner: str, page: str, question: PageQuestion, save: Callable[[Exchange], None]
    ) -> AsyncGenerator[tuple[AnswerProgress, int | None]]:
        """The progress each time it has changed, and how many wait before it (None: at work).

        Leaving early stops the run. When it ends, `save` was called with the exchange.

        Raises:
            LooktwiceError: the question could not be asked; `Cancelled` when it was stopped before
                its turn.
        """
        self._check(owner, page)
        run = self._queue.enter()
        self._runs[owner, page] = run
        live = _LiveAnswer(question, run)
        try:
            async for place in self._queue.places(run):
                yield live.progress, place
            self._start(live, save)
            async for progress in self._changes(live):
                yield progress, None
            if live.error is not None:
                raise live.error
        finally:
            self._queue.leave(run)
            if self._runs.get((owner, page)) is run:
                del self._runs[owner, page]

    def _check(self, owner: str, page: str) -> None:
        if (owner, page) in self._runs:
            raise UsageError("the question before is still being answered; stop it first")
        if sum(1 for other, _ in self._runs if other == owner) >= self._limits.per_user:
            raise UsageError("you have too many questions at work; wait for one, or stop it")

    def _start(self, live: _LiveAnswer, save: Callable[[Exchange], None]) -> None:
        def work(control: Control, notify: Notify) -> None:
            try:
                save(self._answer(live, control, notify))
            except LooktwiceError as error:
                live.error = error
            except Exception as error:  # of a tool's or a backend's own making
                live.error = LooktwiceError(f"something broke inside: {error!r}")
            finally:
                notify(live.end)

        self._queue.start(live.run, work, self._assistant.settings.limits.seconds)

    def _answer(self, live: _LiveAnswer, control: Control, notify: Notify) -> Exchange:
        """Ask the assistant, keeping the progress up to date."""
        lock = threading.Lock()  # tools that run side by side report side by side

        def on_event(event: Event) -> None:
            with lock:
                had_words = bool(live.progress.text)
                live.progress = after_event(live.progress, event)
            if not live.changed.is_set():
                notify(live.changed.set)
            if bool(live.progress.text) != had_words:
                notify(live.urgent.set)

        question = live.question
        answer = self._assistant.ask(
            question.text,
            question.sent_pictures,
            index=question.index,
            control=control,
            history=question.history,
            on_event=on_event,
        )
        return Exchange(
            question=question.text,
            answer=answer,
            pictures=question.pictures,
            region=question.region,
            sent_pictures=question.sent_pictures,
            lines=tuple(x for x in live.progress.lines if x.seconds is not None),
        )

    async def _changes(self, live: _LiveAnswer) -> AsyncGenerator[AnswerProgress]:
        """Each new progress, not too often; the first words at once."""
        while not live.done:
            often = min(_UPDATES_PER_SECOND, _ALL_UPDATES_PER_SECOND / max(1, self.running))
            with contextlib.suppress(TimeoutError):  # let some changes gather
                await asyncio.wait_for(live.urgent.wait(), 1 / often)
            live.urgent.clear()
            await live.changed.wait()
            live.changed.clear()
            if not live.done:  # the end is shown by what follows
                yield live.progress
