"""Past chats: questions with their answers, and which pictures belong to whom.

One SQLite file. Every query names an owner, and what belongs to somebody else does not exist:
a guessed or forged id finds nothing.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ...errors import BadInput, UsageError
from ...media.private import private_file
from ...schema import Picture
from .conversation import Exchange

_TITLE_CHARACTERS = 80
_MAX_CHATS = 200
_UNDO_SECONDS = 600.0
"""How long a removed chat can be had back; then nothing of it is left."""
_EMPTY_SECONDS = 24 * 3600.0
"""A chat without an answer for so long had a program that ended before."""
_EMPTY = "NOT EXISTS (SELECT 1 FROM exchanges WHERE chat = id)"
_TABLES = """
CREATE TABLE IF NOT EXISTS chats (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, updated REAL NOT NULL);
CREATE INDEX IF NOT EXISTS chats_of ON chats (owner, updated);
CREATE TABLE IF NOT EXISTS exchanges (
    chat TEXT NOT NULL REFERENCES chats (id) ON DELETE CASCADE, n INTEGER NOT NULL,
    words TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (chat, n));
CREATE TABLE IF NOT EXISTS pictures (
    owner TEXT NOT NULL, sha256 TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (owner, sha256));
"""


@dataclass(frozen=True, slots=True)
class Chat:
    """One conversation in a list; `updated` is a Unix time."""

    id: str
    title: str
    updated: float


class ChatHistory:
    """Chats in one file; safe to share between threads.

    Args:
        path: of the file; made if there is none, readable by its owner only.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            private_file(path)
            self._db = sqlite3.connect(path, check_same_thread=False, timeout=30)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA foreign_keys=ON")
            self._db.executescript(_TABLES)
            self._upgrade()
            self._forget_removed()
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"{path}: past chats cannot be read ({error})") from error

    def begin(self, owner: str, question: str) -> str:
        """A new chat, named after its first question; it is listed when it has an answer.

        Returns:
            The chat's id.
        """
        with self.writing() as db:
            return self._begin(db, owner, question)

    def drop_empty(self, owner: str, chat: str) -> None:
        """Forget a chat that got no answer."""
        with self.writing() as db:
            db.execute(f"DELETE FROM chats WHERE id = ? AND owner = ? AND {_EMPTY}", (chat, owner))

    def add(self, owner: str, chat: str | None, exchange: Exchange) -> str:
        """Write down an exchange at the end of a chat, of a new one where `chat` is None.

        Returns:
            The chat's id.

        Raises:
            BadInput: this owner has no such chat.
        """
        words = f"{exchange.question}\n{exchange.answer.text}"
        with self.writing() as db:
            if chat is None:
                chat = self._begin(db, owner, exchange.question)
            else:
                self._title(owner, chat)
            db.execute(
                "INSERT INTO exchanges SELECT ?, COALESCE(MAX(n) + 1, 0), ?, ? FROM exchanges"
                " WHERE chat = ?",
                (chat, words, exchange.model_dump_json(), chat),
            )
            db.execute("UPDATE chats SET updated = ? WHERE id = ?", (time.time(), chat))
            pictures = [*exchange.pictures, *exchange.sent_pictures, *exchange.answer.pictures]
            pictures += [e.picture for e in exchange.answer.evidence if e.picture is not None]
            pictures += [one.picture for one in exchange.answer.illustrations]
            self._add_pictures(owner, pictures)
        return chat

    def exchanges(self, owner: str, chat: str) -> list[Exchange]:
        """A whole chat, oldest first; BadInput where this owner has no such chat."""
        with self._lock:
            self._title(owner, chat)
            rows = self._db.execute("SELECT body FROM exchanges WHERE chat = ? ORDER BY n", (chat,))
            return [Exchange.model_validate_json(body) for (body,) in rows]

    def exchange(self, owner: str, chat: str, number: int) -> Exchange:
        """Exchange `number` (from 0) of a chat; BadInput where there is none."""
        with self._lock:
            self._title(owner, chat)
            row = self._db.execute(
                "SELECT body FROM exchanges WHERE chat = ? AND n = ?", (chat, number)
            ).fetchone()
        if row is None:
            raise BadInput("chat", f"it has no question {number + 1}")
        return Exchange.model_validate_json(row[0])

    def truncate(self, owner: str, chat: str, keep: int) -> None:
        """Forget all but the first `keep` exchanges; BadInput where there is no such chat."""
        with self.writing() as db:
            self._title(owner, chat)
            db.execute("DELETE FROM exchanges WHERE chat = ? AND n >= ?", (chat, keep))

    def find(self, owner: str, words: str = "", running: Sequence[str] = ()) -> list[Chat]:
        """The owner's chats, newest first; with `words`, those in which all of them stand.

        Args:
            owner: whose.
            words: to look for.
            running: ids of chats that are listed also where they have no answer yet.
        """
        terms = words.split()
        term_condition = (
            " AND EXISTS (SELECT 1 FROM exchanges WHERE chat = id AND words LIKE ? ESCAPE '\\')"
        )
        query = (
            "SELECT id, title, updated FROM chats WHERE owner = ? AND removed IS NULL"
            f" AND (NOT {_EMPTY} OR id IN ({', '.join('?' * len(running))}))"
            f"{term_condition * len(terms)}"
        )
        with self._lock:
            rows = self._db.execute(
                f"{query} ORDER BY updated DESC LIMIT {_MAX_CHATS}",
                (owner, *running, *map(_like, terms)),
            )
            return [Chat(*row) for row in rows]

    def title(self, owner: str, chat: str) -> str:
        """What a chat is called; BadInput where this owner has no such chat."""
        with self._lock:
            return self._title(owner, chat)

    def rename(self, owner: str, chat: str, title: str) -> None:
        """Call a chat something else; BadInput where this owner has no such chat, or without a name."""
        title = " ".join(title.split())[:_TITLE_CHARACTERS]
        if not title:
            raise BadInput("chat", "it needs a name")
        with self.writing() as db:
            self._title(owner, chat)
            db.execute("UPDATE chats SET title = ? WHERE id = ?", (title, chat))

    def remove(self, owner: str, chat: str) -> None:
        """Remove a chat; for some minutes `restore` brings it back. BadInput where there is none."""
        with self.writing() as db:
            self._title(owner, chat)
            self._forget_removed()
            db.execute("UPDATE chats SET removed = ? WHERE id = ?", (time.time(), chat))

    def restore(self, owner: str, chat: str) -> None:
        """Bring a removed chat back; BadInput where this owner has none of that kind."""
        with self.writing() as db:
            done = db.execute(
                "UPDATE chats SET removed = NULL WHERE id = ? AND owner = ? AND removed > ?",
                (chat, owner, time.time() - _UNDO_SECONDS),
            )
        if not done.rowcount:
            raise BadInput("chat", "it is gone for good")

    def add_pictures(self, owner: str, pictures: Sequence[Picture]) -> None:
        """Let the owner see these pictures from now on."""
        with self.writing():
            self._add_pictures(owner, pictures)

    def picture(self, owner: str, sha256: str) -> Picture | None:
        """A picture by its hash, if it is one of the owner's."""
        with self._lock:
            row = self._db.execute(
                "SELECT body FROM pictures WHERE owner = ? AND sha256 = ?", (owner, sha256)
            ).fetchone()
        return None if row is None else Picture.model_validate_json(row[0])

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The file for one change, which is whole or not at all; for what is kept beside the chats."""
        with self._lock, self._db:
            yield self._db

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _upgrade(self) -> None:
        """Add what files of an earlier version lack."""
        columns = {row[1] for row in self._db.execute("PRAGMA table_info(chats)")}
        if "removed" not in columns:
            self._db.execute("ALTER TABLE chats ADD COLUMN removed REAL")

    def _forget_removed(self) -> None:
        """Delete chats that were removed some time ago."""
        self._db.execute("DELETE FROM chats WHERE removed < ?", (time.time() - _UNDO_SECONDS,))
        self._db.execute(
            f"DELETE FROM chats WHERE updated < ? AND {_EMPTY}", (time.time() - _EMPTY_SECONDS,)
        )

    def _begin(self, db: sqlite3.Connection, owner: str, question: str) -> str:
        chat = secrets.token_urlsafe(12)
        title = " ".join(question.split())[:_TITLE_CHARACTERS]
        db.execute(
            "INSERT INTO chats (id, owner, title, updated) VALUES (?, ?, ?, ?)",
            (chat, owner, title, time.time()),
        )
        return chat

    def _title(self, owner: str, chat: str) -> str:
        row = self._db.execute(
            "SELECT title FROM chats WHERE id = ? AND owner = ? AND removed IS NULL", (chat, owner)
        ).fetchone()
        if row is None:
            raise BadInput("chat", "there is no such chat; it may have been removed")
        return str(row[0])

    def _add_pictures(self, owner: str, pictures: Iterable[Picture]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO pictures VALUES (?, ?, ?)",
            [(owner, p.sha256, p.model_dump_json()) for p in pictures],
        )


def _like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
