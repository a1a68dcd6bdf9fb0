"""Which task is next: sessions in their order, and tasks about the same pictures one after the other.

What is asked about a picture that was asked about just before costs least: its text was read already, and
the model remembers the beginning of the prompt. So a worker goes on with its picture, and others take
other pictures as long as there are some.
"""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from .tasks import BatchJob, BatchTask


@dataclass
class _TaskGroup:
    """Tasks that belong together.

    Attributes:
        first: line of its first task.
        strict: never two at once.
        running: how many are being asked.
    """

    first: int
    strict: bool
    running: int = 0
    left: deque[BatchJob] = field(default_factory=deque)


class TaskQueue:
    """Hands jobs to threads: group by group, in the order of their first lines.

    Args:
        jobs: all there is to do, in order.
    """

    def __init__(self, jobs: Sequence[BatchJob]) -> None:
        self._groups: dict[Hashable, _TaskGroup] = {}
        self._changed = threading.Condition()
        self._stopped = False
        for job in jobs:
            strict = job.task.session is not None
            group = self._groups.setdefault(group_of(job.task), _TaskGroup(job.line, strict))
            group.left.append(job)
        self._idle = [(group.first, key) for key, group in self._groups.items()]
        heapq.heapify(self._idle)  # first lines differ, so keys are never compared

    def take(self) -> BatchJob | None:
        """The next job, waiting for one to become ready; None when there will be none."""
        with self._changed:
            self._changed.wait_for(self._settled)
            group = None if self._stopped else self._next()
            if group is None:
                return None
            group.running += 1
            return group.left.popleft()

    def done(self, job: BatchJob) -> None:
        """A job has ended: the next one of its group may start."""
        with self._changed:
            key = group_of(job.task)
            group = self._groups[key]
            group.running -= 1
            if not group.left and not group.running:
                del self._groups[key]
            elif not group.running:
                heapq.heappush(self._idle, (group.first, key))
            self._changed.notify_all()

    def stop(self) -> None:
        """Hand out nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _next(self) -> _TaskGroup | None:
        """A group nobody works on; where there is none, the one in which most is left."""
        if self._idle:
            return self._groups[heapq.heappop(self._idle)[1]]
        open_to_all = [g for g in self._groups.values() if g.left and not g.strict]
        return max(open_to_all, key=lambda group: len(group.left), default=None)

    def _settled(self) -> bool:
        """Whether waiting is of no use: there is something to take, or nothing will come."""
        if self._stopped or self._idle:
            return True
        waiting = [group for group in self._groups.values() if group.left]
        return not all(group.strict for group in waiting) or not waiting


def group_of(task: BatchTask) -> Hashable:
    """The same for tasks of one session, else for tasks about the same pictures or documents."""
    if task.session is not None:
        return ("session", task.session)
    if task.images or task.documents:
        return ("about", task.images, task.documents)
    return ("task", task.id)
