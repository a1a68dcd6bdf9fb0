"""Pages of foreign files are drawn as they are read: in processes that are bounded and can be killed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ...closing import Closing
from ...settings import DocumentLimits
from .isolate import ChildReader
from .protocol import drawing_of

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["PageRenderer"]

_PROCESSES = 2
"""One page that takes all its time must not keep all others waiting."""
_IDLE_SECONDS = 60.0
"""An unused process is ended after so long."""


_Child: TypeAlias = "ChildReader[tuple[Image.Image, float]]"


class PageRenderer(Closing):
    """Draws pages, in processes that start when they are needed; safe for threads.

    Args:
        limits: what a page may take: memory and `page_seconds`; `render_dpi` and `render_pixels`.
    """

    def __init__(self, limits: DocumentLimits) -> None:
        self._limits = limits
        self._room = threading.BoundedSemaphore(_PROCESSES)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._timer: threading.Timer | None = None

    def draw(self, path: Path, number: int) -> tuple[Image.Image, float]:
        """Page `number` (from 1) as a picture, and the units of its frame in one pixel.

        Raises:
            BadInput: no such page, no look, damaged, or over a limit; names the file and what to do.
        """
        with self._room:
            reader = self._take()
            try:
                (drawing,) = reader.read(path, number)
                return drawing
            finally:
                self._give_back(reader)

    def close(self) -> None:
        """End the processes; one that is at work ends with its work."""
        with self._lock:
            idle, self._idle = self._idle, []
            if self._timer is not None:
                self._timer.cancel()
        for reader in idle:
            reader.close()

    def _take(self) -> _Child:
        with self._lock:
            return (
                self._idle.pop()
                if self._idle
                else ChildReader(self._limits, f"{__package__}.drawer", drawing_of)
            )

    def _give_back(self, reader: _Child) -> None:
        with self._lock:
            self._idle.append(reader)
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(_IDLE_SECONDS, self.close)
            self._timer.daemon = True
            self._timer.start()
