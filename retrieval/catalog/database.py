"""The catalog's file: its tables, its connections, and what goes wrong with them in words."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from ...errors import BadInput, UsageError
from ...media.private import private_file

__all__ = ["VERSION", "Database"]

VERSION = 3
"""Of the tables below; a catalog of a later version is refused. 2 keeps the tables of pages, 3 what a
detector found in pictures and the times of moments of videos."""
_APPLICATION = 0x4C54_5743  # "LTWC", so that another program's database is not taken for a catalog
_BUSY_SECONDS = 30.0
_BUSY_PAUSE = 0.005
_SYNCHRONOUS = "FULL"
"""What a method has stored survives a power loss; it costs 2 ms a transaction."""

TOKENIZER = "porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"
"""Marks belong to words: without them every Hindi vowel would end one."""

_DETECTIONS = """\
CREATE TABLE detections (
    document INTEGER NOT NULL,
    page INTEGER NOT NULL,
    label TEXT NOT NULL,
    score REAL NOT NULL,
    x1 REAL NOT NULL,
    y1 REAL NOT NULL,
    x2 REAL NOT NULL,
    y2 REAL NOT NULL,
    FOREIGN KEY (document, page) REFERENCES pages (document, number) ON DELETE CASCADE
);
CREATE INDEX detections_of ON detections (document, page);
CREATE INDEX detected ON detections (label);
"""

_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roots (path NOT NULL PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('adding', 'ready', 'removing')),
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    date TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    pages INTEGER,
    pages_done INTEGER NOT NULL DEFAULT 0,
    scanned INTEGER NOT NULL DEFAULT 0,
    passages INTEGER NOT NULL DEFAULT 0,
    added TEXT NOT NULL DEFAULT '',
    replaces INTEGER REFERENCES documents (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX one_of_each ON documents (sha256, state) WHERE state != 'removing';
CREATE INDEX replaced ON documents (replaces) WHERE replaces IS NOT NULL;
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE
);
CREATE INDEX files_of ON files (document);
CREATE TABLE failures (
    path NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    noted TEXT NOT NULL
);
CREATE TABLE pages (
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    lines BLOB NOT NULL,
    spans BLOB NOT NULL,
    boxes BLOB NOT NULL,
    width REAL NOT NULL,
    height REAL NOT NULL,
    frame TEXT NOT NULL,
    label TEXT NOT NULL,
    section TEXT NOT NULL,
    scanned INTEGER NOT NULL,
    tables BLOB,
    seconds REAL,
    until REAL,
    UNIQUE (document, number)
);
{_DETECTIONS}CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL,
    page INTEGER NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    heading TEXT NOT NULL,
    FOREIGN KEY (document, page) REFERENCES pages (document, number) ON DELETE CASCADE
);
CREATE INDEX passages_of ON passages (document, page, start);
CREATE TABLE orphans (id INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE words USING fts5 (body, heading, document, tokenize="{TOKENIZER}");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, 'row');
INSERT INTO meta VALUES ('version', '{VERSION}'), ('generation', '0'), ('untidy', '');
PRAGMA application_id = {_APPLICATION};
"""


_GROWTH = {
    2: ("ALTER TABLE pages ADD COLUMN tables BLOB",),
    3: (
        "ALTER TABLE pages ADD COLUMN seconds REAL",
        "ALTER TABLE pages ADD COLUMN until REAL",
        *_DETECTIONS.rstrip(";\n").split(";\n"),
    ),
}
"""What each version adds to the one before."""


class Database:
    """Connections to one catalog, lent to one thread at a time; safe for threads.

    Args:
        path: of the database file.
        write: whether it may be changed, and is made when there is none.

    Raises:
        UsageError: there is none to read, or a newer version of this program wrote it.
        BadInput: the file is no catalog, or is damaged.
    """

    def __init__(self, path: Path, write: bool) -> None:
        self.path = path
        self._write = write
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._lock = threading.Lock()
        self._one_writer = threading.Lock()
        if write:
            self._make()
        elif not path.is_file():
            raise UsageError(f"{path.parent}: there is no index here; make one with `index add`")
        with self.reading() as connection:
            self._check(connection)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the catalog from its first look on."""
        with self._lent("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is stored when the block ends, none when it raises."""
        self._must_write()
        with self._one_writer, self._lent("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def outside(self) -> Iterator[sqlite3.Connection]:
        """A connection without a transaction, for checkpoints and the like."""
        self._must_write()
        with self._one_writer, self._lent(None) as connection:
            yield connection

    def close(self) -> None:
        """Close what is idle now, and what is lent as soon as it comes back; twice is fine."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _must_write(self) -> None:
        if not self._write:
            raise UsageError(f"{self.path.parent}: the index was opened for reading only")

    @contextmanager
    def _lent(self, begin: str | None) -> Iterator[sqlite3.Connection]:
        with self._in_words():
            connection = self._borrow()
            try:
                if begin:
                    connection.execute(begin)
                yield connection
                if begin:
                    connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    with suppress(sqlite3.Error):  # a full disk has rolled back by itself
                        connection.execute("ROLLBACK")
                self._give_back(connection)

    def _borrow(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise UsageError(f"{self.path.parent}: the index is closed")
            if self._idle:
                return self._idle.pop()
        return self._open()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed and not isinstance(connection, _Frozen):
                self._idle.append(connection)
                return
        connection.close()

    def _open(self) -> sqlite3.Connection:
        if self._write:
            return _connected(self.path, "rwc")
        try:
            return _looked_at(_connected(self.path, "ro"))
        except sqlite3.OperationalError:
            # A folder that cannot be written holds no place for the files that readers share with a
            # writer. While there is no writer they are not needed.
            if _size_of(self.path.with_name(f"{self.path.name}-wal")):
                raise
            return _looked_at(_connected(self.path, "ro&immutable=1", _Frozen))

    def _make(self) -> None:
        with self._in_words():
            private_file(self.path)
            connection = _connected(self.path, "rwc")
            try:
                _create(connection)
                _grow(connection)
            finally:
                connection.close()

    def _check(self, connection: sqlite3.Connection) -> None:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        if application != _APPLICATION:
            raise BadInput(str(self.path), "is not the catalog of an index")
        (version,) = connection.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()
        if int(version) > VERSION:
            raise UsageError(
                f"{self.path.parent}: a newer version of Looktwice wrote this index (its catalog has "
                f"version {version}, this program knows {VERSION}); update Looktwice"
            )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise UsageError(f"{self.path}: the index cannot be used now: {error}") from error
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:
                raise  # its other kinds are mistakes of ours, not of the file
            raise BadInput(
                str(self.path), f"the catalog is damaged ({error}); make the index anew"
            ) from error
        except OSError as error:
            raise UsageError(f"{self.path.parent}: cannot be written: {error}") from error


class _Frozen(sqlite3.Connection):
    """Sees the file as it is now and nobody's later changes, so it is used once."""


def _connected(
    path: Path, mode: str, kind: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(path.as_posix())}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=kind,
    )
    connection.row_factory = sqlite3.Row
    try:
        connection.executescript(
            f"PRAGMA synchronous = {_SYNCHRONOUS}; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;"
            "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384;"
        )
    except BaseException:
        connection.close()
        raise
    return connection


def _looked_at(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Opening is put off until something is read; do that, so that a failure shows here."""
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables if the file is empty; whatever else it holds stays as it is."""
    if not _is_empty(connection):
        return
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    _keep_a_log(connection)
    connection.execute("BEGIN IMMEDIATE")
    if _is_empty(connection):  # still, now that nobody else can be making them
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
    connection.execute("COMMIT")


def _grow(connection: sqlite3.Connection) -> None:
    """Give a catalog of an earlier version what it lacks; what is no catalog is told by `_check`."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != _APPLICATION:
        return
    connection.execute("BEGIN IMMEDIATE")
    for later, statements in _GROWTH.items():
        sql = "UPDATE meta SET value = ? WHERE key = 'version' AND value = ? RETURNING value"
        if connection.execute(sql, (str(later), str(later - 1))).fetchone():
            for statement in statements:
                connection.execute(statement)
    connection.execute("COMMIT")


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Switch to WAL; where two do so at once SQLite refuses one of them without any waiting."""
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(_BUSY_PAUSE)


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None


def _size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
