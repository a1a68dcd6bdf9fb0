"""Pictures and uploads that nothing refers to any more: what they are, and their removal.

A picture is needed as long as its hash stands in a database of the data folder: in a chat, in a session,
wherever in it. What was asked without either (command line, server, batch) is needed for nothing after
its answer, but may be looked up by who keeps the answer; so it goes by age only. So do documents that came
with a question, and the index they were read into, which goes as a whole.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import UsageError

__all__ = ["Unneeded", "remove", "unneeded_files"]

Kind = Literal["picture", "upload", "document"]

_FOLDERS = {"picture": "store", "upload": "uploads", "document": "given"}
_SENT = Path("files") / "sent"
_HASH = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True)
class Unneeded:
    """A file that nothing refers to."""

    path: Path
    kind: Kind
    bytes: int


def unneeded_files(home: Path, seconds: float) -> list[Unneeded]:
    """Files of a data folder that nothing refers to and nobody used for so long.

    Args:
        home: the user's data folder.
        seconds: since a file was last added.

    Raises:
        UsageError: a database cannot be read, so that nobody knows what it refers to.
    """
    oldest = time.time() - seconds
    needed = {name for path in sorted(home.glob("*.db")) for name in _hashes_in(path)}
    found = []
    for path in _files(home / _FOLDERS["picture"]):
        if path.stem not in needed:
            found += _if_older(path, "picture", oldest)
    for path in _files(home / _FOLDERS["upload"]):
        found += _if_older(path, "upload", oldest)
    for path in _files(home / _SENT):
        found += _if_older(path, "document", oldest)
    for folder in _folders(home / _FOLDERS["document"]):
        parts = list(_files(folder))
        old = [one for path in parts for one in _if_older(path, "document", oldest)]
        found += old if len(old) == len(parts) else []
    return found


def remove(files: list[Unneeded]) -> int:
    """Remove files, and folders that are empty then; gives the bytes that are free now."""
    freed = 0
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            file.path.unlink()
            freed += file.bytes
        for folder in file.path.parents:
            kept = folder.name in (*_FOLDERS.values(), _SENT.name)
            if kept or not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()
    return freed


def _folders(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*")) if path.is_dir() and not path.is_symlink()]


def _files(folder: Path) -> Iterator[Path]:
    """Regular files below a folder, links neither followed nor taken."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if not path.is_symlink() and path.is_file():
            yield path


def _if_older(path: Path, kind: Kind, oldest: float) -> list[Unneeded]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return []
    return [Unneeded(path, kind, status.st_size)] if status.st_mtime < oldest else []


def _hashes_in(database: Path) -> set[str]:
    """Every hash that stands anywhere in a database, in text or in packed values."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as open_one:
            open_one.text_factory = bytes
            tables = open_one.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall()
            found: set[str] = set()
            for (name,) in tables:
                quoted = name.decode().replace('"', '""')
                for row in open_one.execute(f'SELECT * FROM "{quoted}"'):
                    for value in row:
                        if isinstance(value, bytes):
                            found.update(h.decode() for h in _HASH.findall(value))
            return found
    except sqlite3.Error as error:
        raise UsageError(
            f"{database}: cannot be read ({error}), so nobody knows which pictures it needs; "
            "nothing is removed"
        ) from error
