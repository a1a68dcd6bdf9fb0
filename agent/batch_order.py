"""Which task is next: those of one session one after the other, all others side by side."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Sequence

from .batch_tasks import Job


class Order:
    """Hands jobs to threads, in the order of their lines as far as sessions allow.

    Args:
        jobs: all there is to do, in order.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._chains: dict[str, deque[Job]] = {}
        self._ready: list[Job] = []
        self._changed = threading.Condition()
        self._stopped = False
        for job in jobs:
            name = job.task.session
            if name is None:
                self._ready.append(job)
            elif name in self._chains:
                self._chains[name].append(job)
            else:
                self._chains[name] = deque()
                self._ready.append(job)
        self._ready.sort(key=lambda job: job.line)  # a sorted list is a heap

    def take(self) -> Job | None:
        """The next job, waiting for one to become ready; None when there will be none."""
        with self._changed:
            self._changed.wait_for(self._settled)
            return None if self._stopped or not self._ready else heapq.heappop(self._ready)

    def done(self, job: Job) -> None:
        """A job has ended: the next one of its session may start."""
        with self._changed:
            name = job.task.session
            if name is not None:
                if self._chains[name]:
                    heapq.heappush(self._ready, self._chains[name].popleft())
                else:
                    del self._chains[name]
            self._changed.notify_all()

    def stop(self) -> None:
        """Hand out nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _settled(self) -> bool:
        return self._stopped or bool(self._ready) or not any(self._chains.values())
