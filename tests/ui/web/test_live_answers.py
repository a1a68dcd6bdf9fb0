"""Questions of the page at work: turns, limits, stopping."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from looktwice.errors import Cancelled, UsageError
from looktwice.settings import PageLimits
from looktwice.ui.http.errors import QueueFull
from looktwice.ui.web.conversation import Exchange
from looktwice.ui.web.live_answer import LiveAnswer
from looktwice.ui.web.live_answers import LiveAnswers
from looktwice.ui.web.question import PageQuestion

from ...agent.kit import EndlessModel, Script, make_assistant


class Pages:
    """Runs on an assistant that never ends by itself."""

    def __init__(self, home: Path, **limits: int) -> None:
        self.model = EndlessModel(Script())
        self.assistant = make_assistant(home, self.model)
        self.answers = LiveAnswers(self.assistant, PageLimits(**limits))
        self.kept: list[Exchange] = []

    def start(self, owner: str, chat: str) -> LiveAnswer:
        return self.answers.start(owner, chat, 0, PageQuestion("Hello!"), self.kept.append)

    async def watch(self, page: str, live: LiveAnswer) -> list[int | None]:
        return [place async for _, place in self.answers.watch(page, live)]

    async def ask(self, owner: str, page: str) -> list[int | None]:
        return await self.watch(page, self.start(owner, page))


async def until(true: object) -> None:
    async with asyncio.timeout(20):
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.01)


def test_questions_wait_their_turn_and_each_is_stopped_alone(home: Path) -> None:
    async def main() -> None:
        pages = Pages(home, running=1)
        first = asyncio.create_task(pages.ask("ann", "1"))
        await until(lambda: pages.answers.running == 1)
        second = asyncio.create_task(pages.ask("bob", "2"))
        await until(lambda: pages.answers.waiting == 1)
        assert not pages.answers.stop("bob", "1")  # ann's tab
        assert pages.answers.running == 1
        assert pages.answers.stop("ann", "1")
        assert set(await first) <= {None}  # it never waited
        await until(lambda: pages.answers.waiting == 0)
        assert pages.kept[0].answer.stop_reason == "cancelled"
        assert pages.answers.stop("bob", "2")
        assert 0 in await second  # it was next
        await until(lambda: pages.answers.running == 0)
        pages.assistant.close()

    asyncio.run(main())


def test_a_question_stopped_in_the_queue_never_starts(home: Path) -> None:
    async def main() -> None:
        pages = Pages(home, running=1, per_user=2, waiting=1)
        first = asyncio.create_task(pages.ask("ann", "1"))
        await until(lambda: pages.answers.running == 1)
        second = asyncio.create_task(pages.ask("ann", "2"))
        await until(lambda: pages.answers.waiting == 1)
        with pytest.raises(UsageError, match="too many"):
            await pages.ask("ann", "3")
        with pytest.raises(QueueFull, match="wait already"):
            await pages.ask("bob", "1")
        with pytest.raises(UsageError, match="still being answered"):
            await pages.ask("ann", "1")
        pages.answers.stop("ann", "2")
        with pytest.raises(Cancelled):
            await second
        pages.answers.stop_all()
        await first
        assert len(pages.kept) == 1
        pages.assistant.close()

    asyncio.run(main())


def test_a_question_whose_page_is_left_goes_on_and_is_found_again(home: Path) -> None:
    async def main() -> None:
        pages = Pages(home)
        live = pages.start("ann", "a chat")
        first = asyncio.create_task(pages.watch("one", live))
        await until(lambda: live.progress.text)
        await pages.answers.leave("ann", "one")
        assert not live.watchers
        assert set(await first) == {None}
        assert not live.done.is_set()
        assert pages.answers.of("ann", "a chat") is live
        assert pages.answers.of("bob", "a chat") is None
        again = asyncio.create_task(pages.watch("two", live))
        await until(lambda: pages.answers.stop("ann", "two"))
        await again
        assert live.exchange is pages.kept[0]
        assert pages.answers.chats("ann") == []
        pages.assistant.close()

    asyncio.run(main())


def test_what_is_shown_next_waits_for_what_is_under_way(home: Path) -> None:
    async def main() -> None:
        pages = Pages(home)
        live = pages.start("ann", "a chat")
        shown = pages.answers.watch("one", live)
        await anext(shown)  # ... and this is still being sent
        leaving = asyncio.create_task(pages.answers.leave("ann", "one"))
        await until(lambda: not pages.answers.stop("ann", "one"))
        assert not leaving.done()
        with pytest.raises(StopAsyncIteration):
            await anext(shown)
        await leaving
        pages.answers.stop_all()
        await live.done.wait()
        pages.assistant.close()

    asyncio.run(main())


def test_why_a_question_failed_is_kept_until_somebody_sees_it(home: Path) -> None:
    async def main() -> None:
        pages = Pages(home, running=1)
        first = pages.start("ann", "1")
        second = pages.start("ann", "2")
        second.run.stop()
        await second.done.wait()
        assert pages.answers.of("ann", "2") is second
        with pytest.raises(Cancelled):
            await pages.watch("page", second)
        assert pages.answers.of("ann", "2") is None
        pages.answers.stop_all()
        await first.done.wait()
        pages.assistant.close()

    asyncio.run(main())


def test_after_200_asked_and_stopped_questions_nothing_is_left(home: Path) -> None:
    async def main() -> None:
        pages = Pages(home, running=4, waiting=200, per_user=200)
        before = threading.active_count()

        async def one(number: int) -> None:
            task = asyncio.create_task(pages.ask("ann", str(number)))
            await until(lambda: pages.answers.stop("ann", str(number)) or task.done())
            await asyncio.gather(task, return_exceptions=True)

        for start in range(0, 200, 20):
            await asyncio.gather(*(one(start + n) for n in range(20)))
        await until(lambda: pages.answers.running == 0)
        assert (pages.answers.waiting, pages.answers._watching) == (0, {})
        assert all(live.done.is_set() for live in pages.answers._answers.values())
        threads = [t for t in threading.enumerate() if t.name.startswith("looktwice-run")]
        await until(lambda: not any(t.is_alive() for t in threads if "warm" not in t.name))
        assert threading.active_count() <= before + 8  # asyncio's own pool
        pages.assistant.close()

    asyncio.run(main())
