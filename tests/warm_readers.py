"""Reading processes that tests hand on to each other: one takes most of a second to start.

A conftest that imports the fixtures below has it; documents are read in processes of their own as ever.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from looktwice.control import Control
from looktwice.retrieval.loaders.isolate import ChildReader, _Child

_MOST = 6
_ABOUT_THEM = ("test_isolate.py", "test_drawing.py")
"""Files that test how the processes begin and end."""
_close, _order = ChildReader.close, ChildReader._order

Reader = ChildReader[Any]
Key = tuple[str, str, str | None]


class WarmReaders:
    """Children that wait for the next document; safe for threads."""

    def __init__(self) -> None:
        self._idle: list[tuple[Key, _Child]] = []
        self._lock = threading.Lock()

    def close(self, reader: Reader) -> None:
        """In place of `ChildReader.close`: a child that is done and well is kept."""
        child, reading = reader._child, reader._reading
        idle = reading is None or reading.finished
        if child is None or not idle or not _alive(child):
            _close(reader)
            return
        reader._child = reader._reading = None
        with self._lock:
            self._idle.append((_key(reader), child))
            over = [self._idle.pop(0) for _ in range(len(self._idle) - _MOST)]
        for _, one in over:
            one.end()

    def order(self, reader: Reader, order: dict[str, Any], control: Control) -> _Child:
        """In place of `ChildReader._order`: a waiting child is taken where there is one."""
        if reader._child is None:
            reader._child = self._taken(_key(reader))
        return _order(reader, order, control)

    def end(self) -> None:
        """End them all."""
        for _, child in self._idle:
            child.end()

    def _taken(self, key: Key) -> _Child | None:
        with self._lock:
            at = next(
                (n for n, (own, c) in enumerate(self._idle) if own == key and _alive(c)), None
            )
            return None if at is None else self._idle.pop(at)[1]


def _alive(child: _Child) -> bool:
    return not child.ended and child._process.poll() is None


def _key(reader: Reader) -> Key:
    """What a child was started with."""
    return reader._module, reader._limits.model_dump_json(), os.environ.get("PYTHONPATH")


@pytest.fixture(scope="session")
def reader_pool() -> Iterator[WarmReaders]:
    pool = WarmReaders()
    yield pool
    pool.end()


@pytest.fixture(autouse=True)
def _warm_readers(
    request: pytest.FixtureRequest, reader_pool: WarmReaders, monkeypatch: pytest.MonkeyPatch
) -> None:
    if request.path.name in _ABOUT_THEM:
        return
    monkeypatch.setattr(ChildReader, "close", lambda self: reader_pool.close(self))
    monkeypatch.setattr(
        ChildReader, "_order", lambda self, order, control: reader_pool.order(self, order, control)
    )
