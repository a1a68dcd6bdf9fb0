"""How often something may happen."""

from __future__ import annotations

import time
from collections import defaultdict, deque


class RateLimiter:
    """At most `limit` events in any `seconds`, for each key.

    Args:
        limit: 0 forbids everything.
        seconds: length of the window.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)

    def take(self, key: str, now: float | None = None) -> float:
        """Count one event; gives 0, or the seconds to wait where it is one too many."""
        now = time.monotonic() if now is None else now
        if len(self._times) > 10_000:  # forget who has not been here for a window
            self._times = defaultdict(
                deque, {k: d for k, d in self._times.items() if d and d[-1] > now - self._seconds}
            )
        times = self._times[key]
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if len(times) >= self._limit:
            return max(0.001, times[0] + self._seconds - now) if times else self._seconds
        times.append(now)
        return 0.0

    def give_back(self, key: str) -> None:
        """Count the last event not at all: it was none of those that are limited."""
        if times := self._times.get(key):
            times.pop()
