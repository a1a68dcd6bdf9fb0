"""Conversations kept by name: the controller's graph with its memory in a file."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..closing import Closing
from ..control import Control
from ..errors import UsageError
from ..media.private import private_file
from ..schema import Value

if TYPE_CHECKING:
    from .graph import Graph

_LONGEST_NAME = 200


class Sessions(Closing):
    """All sessions of one file; it is opened, and LangGraph imported, at first use. Threads may share it.

    Args:
        file: SQLite; made if need be, for its user alone.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.RLock()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._connection: sqlite3.Connection | None = None
        self._graph: Graph | None = None

    @property
    def graph(self) -> Graph:
        """The graph that remembers what was said before under the same `thread_id`."""
        with self._lock:
            if self._graph is None:
                from .graph import build_graph

                self._graph = build_graph(self._saver())
            return self._graph

    def names(self) -> list[str]:
        """Of the sessions that are kept."""
        self.graph  # noqa: B018 (makes the tables)
        rows = self._connected().execute("SELECT DISTINCT thread_id FROM checkpoints")
        return sorted(row[0] for row in rows)

    def forget(self, name: str) -> None:
        """Remove a session and all it remembers."""
        self.graph.checkpointer.delete_thread(name)  # type: ignore[union-attr]

    @contextmanager
    def turn(self, name: str, control: Control) -> Iterator[None]:
        """Questions of one session come one after the other; waiting is not time of the one that waits."""
        lock = self._turns[name]
        with control.waiting():
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._graph = None
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _connected(self) -> sqlite3.Connection:
        with self._lock:
            if self._connection is None:
                private_file(self._file)
                self._connection = sqlite3.connect(self._file, check_same_thread=False, timeout=30)
            return self._connection

    def _saver(self) -> Any:
        from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
        from langgraph.checkpoint.sqlite import SqliteSaver

        # Only our own values may be brought back from the file, and never by pickle.
        ours = [(cls.__module__, cls.__name__) for cls in all_values()]
        saver = SqliteSaver(
            self._connected(), serde=JsonPlusSerializer(allowed_msgpack_modules=ours)
        )
        saver.setup()
        return saver


def all_values() -> list[type[Value]]:
    """Every class of values there is, `Value`'s subclasses and theirs."""
    found: list[type[Value]] = []
    todo = [Value]
    while todo:
        for cls in todo.pop().__subclasses__():
            found.append(cls)
            todo.append(cls)
    return found


def checked_session(name: str) -> str:
    """A usable name; UsageError otherwise."""
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError(f"session: expected 1 to {_LONGEST_NAME} printable characters")
    return name
