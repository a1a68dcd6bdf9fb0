"""What documents are called: giving short names, each once, and finding a document by its name."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from ..text.unicode_forms import normal_form


def unique_name(c: sqlite3.Connection, path: str, hint: str) -> str:
    """A name that no file has yet: the hint, with as many parent folders in front as it takes."""
    for name in _candidates(path, _shown(hint)):
        if c.execute("SELECT 1 FROM files WHERE name = ?", (name,)).fetchone() is None:
            return name
    raise AssertionError("numbers never end")


def _candidates(path: str, hint: str) -> Iterator[str]:
    yield hint
    parts = _shown(Path(path).as_posix()).strip("/").split("/")
    for taken in range(hint.count("/") + 2, len(parts) + 1):
        yield "/".join(parts[-taken:])
    for number in count(2):
        yield f"{hint} ({number})"


def _shown(path: str) -> str:
    """A path that can be printed, also where its bytes are not UTF-8."""
    return os.fsencode(path).decode("utf-8", "replace")


def named(c: sqlite3.Connection, name: str) -> int | None:
    """A document by the whole name of a file, else by an ending or a stem that only it has."""
    row = c.execute("SELECT document FROM files WHERE name = ?", (name,)).fetchone()
    if row:
        return int(row["document"])
    wish = _plain(name)
    names = [(_plain(row["name"]), row["document"]) for row in c.execute("SELECT * FROM files")]
    ways: tuple[Callable[[str], bool], ...] = (
        lambda own: own == wish,
        lambda own: own.endswith(f"/{wish}"),
        lambda own: own.rsplit("/", 1)[-1].rsplit(".", 1)[0] == wish,
    )
    for way in ways:
        found = {document for own, document in names if way(own)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _plain(name: str) -> str:
    return normal_form("NFC", name).casefold()
