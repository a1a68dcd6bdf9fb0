"""Which slot of llama.cpp reads a prompt, so that what was read of its picture is still there."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ...schema import Picture
from .base import Message

__all__ = ["PictureSlots"]


class PictureSlots:
    """Prompts that begin with the same picture go to the same slot.

    llama.cpp itself gives a prompt any slot that begins a little alike, and every prompt begins with the
    same rules: a question without a picture in between would cost what was read of the picture. All parts
    of pictures that are shown alone share one slot, since there are many and each is seen once.

    Args:
        count: slots there are.
    """

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._used: dict[int, str | None] = dict.fromkeys(range(count))  # longest ago first

    def take(self, messages: Sequence[Message]) -> int:
        """The slot of these messages; the one used longest ago where they begin as none did."""
        key = _beginning(messages)
        with self._lock:
            slot = next((n for n, known in self._used.items() if known == key), None)
            slot = next(iter(self._used)) if slot is None else slot
            del self._used[slot]
            self._used[slot] = key
        return slot


def _beginning(messages: Sequence[Message]) -> str:
    first = next((picture for message in messages for picture in message.pictures), None)
    if first is None:
        return "text"
    return f"part of {first.original}" if _is_part(first) else first.sha256


def _is_part(picture: Picture) -> bool:
    return picture.origin is not None and picture.origin.picture is not None
