"""Turns: in the order of coming, and given up by who is stopped."""

from __future__ import annotations

import threading

from looktwice.agent.backends.turns import Turns
from looktwice.control import Control


def waiting(turns: Turns, count: int) -> None:
    """Return when so many stand in line."""
    looked = threading.Event()
    while len(turns._line) < count:
        looked.wait(0.001)


def test_first_come_first_served() -> None:
    turns, order = Turns(), list[int]()

    def work(number: int) -> None:
        with turns:
            order.append(number)

    turns.acquire()
    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=work, args=(number,)))
        threads[-1].start()
        waiting(turns, number + 1)
    turns.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_who_is_stopped_leaves_the_line_to_the_next() -> None:
    turns, stopped, got = Turns(), Control(), list[bool]()
    turns.acquire()
    first = threading.Thread(target=lambda: got.append(turns.acquire(stopped)))
    first.start()
    waiting(turns, 1)
    stopped.cancel()
    first.join()
    assert got == [False]
    turns.release()
    assert turns.acquire(Control())
    assert not turns.acquire(stopped)
