"""A thread with an event loop, so that a blocking caller can stop a request at any moment.

A synchronous client cannot be interrupted while it connects, waits for the first byte or sleeps between
retries; a task on an event loop can.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from ...control import Control

T = TypeVar("T")
Emit = Callable[[str], None]

_LOOK = 0.05  # seconds between two looks at the stop button


class Interrupted(Exception):
    """The control said stop while the work was under way."""


class Silent(Exception):
    """Nothing was heard for too long."""


class Closed(Exception):
    """The loop was closed before or during the work."""


class BackgroundLoop:
    """Runs coroutines for threads; at most one loop and one thread, started at once."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def run(
        self,
        work: Callable[[Emit], Coroutine[Any, Any, T]],
        *,
        on_item: Emit | None = None,
        control: Control | None = None,
        silence: float | None = None,
    ) -> T:
        """Run `work` to its end and hand what it emits to `on_item`, in the caller's thread.

        Args:
            work: given a function that emits pieces of text, returns the coroutine to run.
            on_item: called with each piece.
            control: looked at often; when it says stop, the work is cancelled.
            silence: seconds that may pass without a piece.

        Raises:
            Interrupted, Silent, Closed: the work was cancelled, for the reason named; or whatever
                the work or `on_item` raised.
        """
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()  # None: the work has ended
        with self._lock:
            if self._closed.is_set():
                raise Closed
            future = asyncio.run_coroutine_threadsafe(work(pieces.put), self._loop)
        future.add_done_callback(lambda _: pieces.put(None))
        heard = time.monotonic()
        try:
            while True:
                if control is not None and control.should_stop:
                    raise Interrupted
                try:
                    piece = pieces.get(timeout=_LOOK)
                except queue.Empty:
                    if silence is not None and time.monotonic() - heard > silence:
                        raise Silent from None
                    continue
                if piece is None:
                    return future.result()
                heard = time.monotonic()
                if on_item is not None:
                    on_item(piece)
        except CancelledError:
            raise Closed from None
        finally:
            future.cancel()

    def close(self, last: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Cancel what runs, run `last`, end the thread; calling twice is fine."""
        with self._lock:
            if self._closed.is_set():
                return
            self._closed.set()
        asyncio.run_coroutine_threadsafe(self._wind_up(last), self._loop).add_done_callback(
            lambda _: self._loop.call_soon_threadsafe(self._loop.stop)
        )
        if threading.current_thread() is not self._thread:
            self._thread.join()

    async def _wind_up(self, last: Callable[[], Coroutine[Any, Any, None]] | None) -> None:
        running = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if last is not None:
            await last()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
