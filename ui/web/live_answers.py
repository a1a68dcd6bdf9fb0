"""Questions of the page at work: each shown while it grows, each with a stop button of its own.

Every question runs in a thread that keeps an `AnswerProgress` up to date; the pages that watch it look at
it when it has changed, so many tokens cost one look. A question belongs to its chat, not to a page: it
goes on where its page was left, loaded again or cut off, and is found again in its chat.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import ExitStack
from dataclasses import replace

from ...agent.assistant import Assistant
from ...control import Control
from ...errors import LooktwiceError, UsageError
from ...schema import Event
from ...settings import PageLimits
from ..http.queue import Notify, RunQueue
from .conversation import Exchange
from .live_answer import LiveAnswer, Watcher
from .models import ModelChoices
from .progress import AnswerProgress, after_event
from .question import PageQuestion

_UPDATES_PER_SECOND = 8
"""At most so often the page of one question is drawn again ..."""
_ALL_UPDATES_PER_SECOND = 60
"""... and those of all questions together, so that many pages do not starve the models."""
_LAST_WORDS_S = 2.0
"""So long what a page has left may take to end."""
_UNSEEN_FAILURES = 100
"""Reasons that nobody has seen yet are kept for so many questions."""

Save = Callable[[Exchange], None]


class LiveAnswers:
    """Runs questions on an assistant for the page; belongs to one event loop.

    Args:
        assistant: who answers.
        limits: how many at once, and how many wait.
        models: who else may answer.
    """

    def __init__(
        self, assistant: Assistant, limits: PageLimits, models: ModelChoices | None = None
    ) -> None:
        self._assistant, self._limits = assistant, limits
        self._models = models or ModelChoices(assistant)
        self._queue = RunQueue(limits.running, limits.waiting)
        self._answers: dict[tuple[str, str], LiveAnswer] = {}
        self._watching: dict[tuple[str, str], tuple[Watcher, LiveAnswer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def running(self) -> int:
        """Questions that hold a slot."""
        return self._queue.running

    @property
    def waiting(self) -> int:
        """Questions in the queue."""
        return self._queue.waiting

    def of(self, owner: str, chat: str) -> LiveAnswer | None:
        """The question of a chat that is at work, or whose failure nobody has seen yet."""
        return self._answers.get((owner, chat))

    def chats(self, owner: str) -> list[str]:
        """The user's chats with a question in `of`."""
        return [chat for other, chat in self._answers if other == owner]

    def stop(self, owner: str, page: str) -> bool:
        """Stop the question that one open page of one user shows; False where there is none."""
        _, live = self._watching.get((owner, page), (None, None))
        if live is None:
            return False
        live.run.stop()
        return True

    def stop_chat(self, owner: str, chat: str) -> None:
        """Stop the question of a chat, if there is one."""
        if live := self.of(owner, chat):
            live.run.stop()

    def stop_all(self) -> None:
        """Stop every question: the program ends."""
        for live in list(self._answers.values()):
            live.run.stop()

    async def leave(self, owner: str, page: str) -> None:
        """An open page shows something else from now on; what it showed goes on.

        Returns when the last that was under way to the page has been sent: it would be shown over what
        the page shows next.
        """
        watcher = self._leave(owner, page)
        if watcher is not None:
            with contextlib.suppress(TimeoutError):  # a page that is cut off takes nothing more
                await asyncio.wait_for(watcher.gone.wait(), _LAST_WORDS_S)

    def _leave(self, owner: str, page: str) -> Watcher | None:
        watcher, _ = self._watching.pop((owner, page), (None, None))
        if watcher is not None:
            watcher.left = True
            watcher.wake(urgent=True)
        return watcher

    def start(
        self, owner: str, chat: str, number: int, question: PageQuestion, save: Save
    ) -> LiveAnswer:
        """Begin with a question, or put it in the queue; see `watch`.

        Args:
            owner: whose it is.
            chat: the id of its conversation.
            number: of the exchange there, from 0.
            question: what is asked.
            save: called, in another thread, with the exchange when it ends.

        Raises:
            LooktwiceError: it could not be asked.
        """
        self._check(owner, chat)
        live = LiveAnswer(owner, chat, number, question, self._queue.enter())
        self._answers[owner, chat] = live
        self._forget_failures()
        task = asyncio.get_running_loop().create_task(self._work(live, save))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return live

    async def watch(
        self, page: str, live: LiveAnswer
    ) -> AsyncGenerator[tuple[AnswerProgress, int | None]]:
        """The progress each time it has changed, and how many wait before it (None: at work).

        Ends early, with `live.done` not set, where the page is left meanwhile.

        Raises:
            LooktwiceError: why nothing became of it; `Cancelled` when it was stopped before its turn.
        """
        key = live.owner, page
        self._leave(*key)
        watcher = Watcher()
        self._watching[key] = watcher, live
        live.watchers.add(watcher)
        try:
            while not (live.done.is_set() or watcher.left):
                yield live.progress, live.place
                await self._change(watcher)
        finally:
            live.watchers.discard(watcher)
            watcher.gone.set()
            if self._watching.get(key) == (watcher, live):
                del self._watching[key]
        if live.error is not None and not watcher.left:
            self._forget(live)
            raise live.error

    async def _change(self, watcher: Watcher) -> None:
        """Wait for the next change, not too short; the first words come at once."""
        often = min(_UPDATES_PER_SECOND, _ALL_UPDATES_PER_SECOND / max(1, self.running))
        with contextlib.suppress(TimeoutError):  # let some changes gather
            await asyncio.wait_for(watcher.urgent.wait(), 1 / often)
        watcher.urgent.clear()
        await watcher.changed.wait()
        watcher.changed.clear()

    def _check(self, owner: str, chat: str) -> None:
        at_work = [k for k, live in self._answers.items() if not live.done.is_set()]
        if (owner, chat) in at_work:
            raise UsageError("the question before is still being answered; stop it first")
        if sum(1 for other, _ in at_work if other == owner) >= self._limits.per_user:
            raise UsageError("you have too many questions at work; wait for one, or stop it")

    def _forget(self, live: LiveAnswer) -> None:
        if self._answers.get((live.owner, live.chat)) is live:
            del self._answers[live.owner, live.chat]

    def _forget_failures(self) -> None:
        """Bound what is kept of questions that failed while nobody watched."""
        failed = [live for live in self._answers.values() if live.done.is_set()]
        for live in failed[:-_UNSEEN_FAILURES]:
            self._forget(live)

    async def _work(self, live: LiveAnswer, save: Save) -> None:
        """A question from the queue to its end."""
        ended = asyncio.Event()
        try:
            async for place in self._queue.places(live.run):
                live.place = place
                live.wake(urgent=True)
            live.place = None
            self._start(live, save, ended)
            await ended.wait()
        except LooktwiceError as error:
            live.error = error
        finally:
            self._queue.leave(live.run)
            if live.error is None:
                self._forget(live)
            live.done.set()
            live.wake(urgent=True)

    def _start(self, live: LiveAnswer, save: Save, ended: asyncio.Event) -> None:
        def work(control: Control, notify: Notify) -> None:
            try:
                exchange = self._answer(live, control, notify)
                save(exchange)
                live.exchange = exchange
            except LooktwiceError as error:
                live.error = error
            except Exception as error:  # of a tool's or a backend's own making
                live.error = LooktwiceError(f"something broke inside: {error!r}")
            finally:
                notify(ended.set)

        settings = live.question.settings or self._assistant.settings
        self._queue.start(live.run, work, settings.limits.seconds)

    def _answer(self, live: LiveAnswer, control: Control, notify: Notify) -> Exchange:
        """Ask the assistant, keeping the progress up to date."""
        lock = threading.Lock()  # tools that run side by side report side by side

        def on_event(event: Event) -> None:
            with lock:
                had_words = bool(live.progress.text)
                live.progress = after_event(live.progress, event)
            if first_words := bool(live.progress.text) != had_words:
                notify(lambda: live.wake(urgent=True))
            if not (first_words or all(w.changed.is_set() for w in tuple(live.watchers))):
                notify(live.wake)

        def on_loading(words: str) -> None:
            live.progress = replace(live.progress, doing=words)
            notify(lambda: live.wake(urgent=True))

        question = live.question
        with ExitStack() as stack:
            with control.waiting():  # loading is not time of the question
                who = self._models.answering(
                    question.settings or self._assistant.settings, on_loading
                )
                assistant = stack.enter_context(who)
            answer = assistant.ask(
                question.text,
                question.sent_pictures,
                index=question.index,
                control=control,
                history=question.history,
                on_event=on_event,
                settings=question.settings,
            )
        return Exchange(
            question=question.text,
            answer=answer,
            pictures=question.pictures,
            region=question.region,
            sent_pictures=question.sent_pictures,
            lines=tuple(x for x in live.progress.lines if x.seconds is not None),
        )
