"""One answer of the page as it grows, and the open pages that show it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ...errors import LooktwiceError
from ..http.queue import QueuedRun
from .conversation import Exchange
from .progress import AnswerProgress
from .question import PageQuestion


@dataclass(eq=False)
class Watcher:
    """An open page that shows an answer.

    Attributes:
        changed: there is something new to show.
        urgent: it should not wait: the first words, the end.
        left: the page shows something else by now.
        gone: nothing more of it comes to the page.
    """

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    urgent: asyncio.Event = field(default_factory=asyncio.Event)
    left: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self, *, urgent: bool) -> None:
        """There is something new to show."""
        self.changed.set()
        if urgent:
            self.urgent.set()


@dataclass(eq=False)
class LiveAnswer:
    """One answer as it grows; its thread writes, pages read.

    Attributes:
        chat: the id of its conversation.
        number: of its exchange there, from 0.
        place: how many wait before it; None when it is at work.
        exchange: what became of it.
        error: why nothing became of it.
    """

    owner: str
    chat: str
    number: int
    question: PageQuestion
    run: QueuedRun
    place: int | None = None
    progress: AnswerProgress = field(default_factory=AnswerProgress)
    exchange: Exchange | None = None
    error: LooktwiceError | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)
    watchers: set[Watcher] = field(default_factory=set)

    def wake(self, *, urgent: bool = False) -> None:
        """Tell every page that shows it; on the event loop."""
        for watcher in self.watchers:
            watcher.wake(urgent=urgent)
