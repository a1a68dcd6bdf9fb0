"""The values used last, as many as fit."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Recent(Generic[_K, _V]):
    """Values by their keys, bounded by what they take together; safe to share between threads.

    Args:
        most: what they may take together; the ones unused for longest go first.
        size: what one takes. A value larger than all of the room is not kept.
    """

    def __init__(self, most: int, size: Callable[[_V], int]) -> None:
        self._most = self._left = most
        self._size = size
        self._values: OrderedDict[_K, _V] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: _K) -> _V | None:
        """The value, which is then the last one to go."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: _K, value: _V) -> _V:
        """Keep a value; of two under one key the first stays."""
        with self._lock:
            if key in self._values:
                return self._values[key]
            if self._size(value) > self._most:
                return value
            self._values[key] = value
            self._left -= self._size(value)
            while self._left < 0:
                self._left += self._size(self._values.popitem(last=False)[1])
            return value

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._left += sum(map(self._size, self._values.values()))
            self._values.clear()
