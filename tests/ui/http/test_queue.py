"""The queue of questions: slots, places, stopping, and an end for everything."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from looktwice.control import Control
from looktwice.errors import Cancelled
from looktwice.ui.http.errors import QueueFull
from looktwice.ui.http.queue import Notify, QueuedRun, RunQueue


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def until_stopped(control: Control, notify: Notify) -> None:
    while not control.cancelled:
        threading.Event().wait(0.005)


async def begin(queue: RunQueue, run: QueuedRun, work: Callable[..., Any]) -> list[int]:
    """The places a run had before its work began."""
    places = [place async for place in queue.places(run)]
    queue.start(run, work, None)
    return places


def test_runs_come_forward_in_their_order_and_hold_their_slot_to_the_end() -> None:
    async def main() -> None:
        queue = RunQueue(1, 2)
        release = threading.Event()
        first, second, third = (queue.enter() for _ in range(3))
        assert await begin(queue, first, lambda control, notify: release.wait(10)) == []
        waiting = asyncio.create_task(begin(queue, second, until_stopped))
        last = asyncio.create_task(begin(queue, third, until_stopped))
        with pytest.raises(QueueFull, match="1 questions are being answered and 2 wait already"):
            queue.enter()
        await asyncio.sleep(0)
        queue.leave(first)  # its caller has gone, its work has not ended
        await asyncio.sleep(0.05)
        assert (queue.running, queue.waiting) == (1, 2)
        assert not waiting.done()
        release.set()
        assert await waiting == [0]
        second.stop()
        assert await last == [1, 0]
        third.stop()
        await until(lambda: queue.running == 0)

    asyncio.run(main())


def test_who_leaves_gives_place_and_slot_back() -> None:
    async def main() -> None:
        queue = RunQueue(1, 1)
        first, second = queue.enter(), queue.enter()
        queue.leave(second)
        assert (queue.running, queue.waiting) == (1, 0)
        queue.leave(first)  # it had its turn and never began
        assert (queue.running, queue.waiting) == (0, 0)
        with pytest.raises(Cancelled):
            await begin(queue, first, until_stopped)

    asyncio.run(main())


def test_at_the_end_everything_is_stopped() -> None:
    async def main() -> None:
        queue = RunQueue(1, 1)
        first, second = queue.enter(), queue.enter()
        await begin(queue, first, until_stopped)
        waiting = asyncio.create_task(begin(queue, second, until_stopped))
        await asyncio.sleep(0)
        drained = asyncio.create_task(queue.drain(5))
        with pytest.raises(Cancelled):
            await waiting
        queue.leave(second)
        assert await drained == 0
        stuck = queue.enter()
        release = threading.Event()
        await begin(queue, stuck, lambda control, notify: release.wait(10))
        assert await queue.drain(0.05) == 1
        release.set()
        await until(lambda: queue.running == 0)

    asyncio.run(main())
