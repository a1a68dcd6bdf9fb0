"""Room for decoding: a small file may unpack to a gigabyte, and several callers may send one at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class PixelRoom:
    """Lets so many pixels be decoded at the same time; safe for threads.

    Args:
        pixels: of all pictures that are being decoded; one that has more waits to be alone.
    """

    def __init__(self, pixels: int) -> None:
        self._pixels = pixels
        self._taken = 0
        self._changed = threading.Condition()

    @contextmanager
    def taking(self, pixels: int) -> Iterator[None]:
        """Wait until there is room for a picture, and keep it until the block ends."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken or self._taken + pixels <= self._pixels)
            self._taken += pixels
        try:
            yield
        finally:
            with self._changed:
                self._taken -= pixels
                self._changed.notify_all()
