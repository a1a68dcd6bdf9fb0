"""Ctrl-C while a long command runs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

HOW_TO_RESUME = "stopped; run the same command again to go on"


@contextmanager
def on_interrupt(
    first: Callable[[], None], again: Callable[[], None] | None = None
) -> Iterator[None]:
    """The first Ctrl-C calls `first`, later ones `again`; without it the second ends the process.

    Outside the main thread, which hears no signals, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def handle_first(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL if again is None else handle_again)
        first()

    def handle_again(number: int, frame: FrameType | None) -> None:
        assert again is not None
        again()

    signal.signal(signal.SIGINT, handle_first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
