"""Keeping the catalog sound: what a stop left half done, the keyword index, the size of the files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .reading import CatalogReader
from .rows import State
from .writing import grow, remember


class Unfinished(NamedTuple):
    """A document that a stop left half added or half removed."""

    id: int
    state: State
    passages: Iterator[int]


class CatalogUpkeep(CatalogReader):
    """What is to be finished, checked and tidied up."""

    def set_meta(self, key: str, value: str) -> None:
        """Let the index remember something."""
        with self._db.writing() as c:
            remember(c, key, value)

    def unfinished(self) -> list[Unfinished]:
        """What is still being added or removed; right after opening, what a stop left so."""
        sql = "SELECT id, state FROM documents WHERE state != 'ready' ORDER BY id"
        with self._db.reading() as c:
            rows = c.execute(sql).fetchall()
        return [Unfinished(r["id"], r["state"], self.passage_ids(r["id"])) for r in rows]

    def orphans(self) -> list[int]:
        """Passages that no longer exist while their vectors may; tell `orphans_gone` afterwards."""
        with self._db.reading() as c:
            return [row["id"] for row in c.execute("SELECT id FROM orphans ORDER BY id")]

    def orphans_gone(self, ids: Iterable[int]) -> None:
        """The vectors of these are deleted."""
        with self._db.writing() as c:
            c.executemany("DELETE FROM orphans WHERE id = ?", [(one,) for one in ids])

    def check_words(self, repair: bool) -> bool:
        """Whether the keyword index agrees with the words it was made of; can be made again of them.

        Args:
            repair: make it again where it does not.
        """
        with self._db.writing() as c:
            try:
                c.execute("INSERT INTO words (words) VALUES ('integrity-check')")
                return True
            except sqlite3.DatabaseError:
                if repair:
                    c.execute("INSERT INTO words (words) VALUES ('rebuild')")
                    grow(c)
                return False

    def compact(self) -> bool:
        """After removals: wipe what is left of them in the files, and give back the room.

        Costs a rewriting of the keyword index if something was purged since the last time, else
        nothing.

        Returns:
            False when readers were in the way the whole time; another call finishes it.
        """
        if not self.meta("untidy"):
            return True
        with self._db.writing() as c:
            c.execute("INSERT INTO words (words) VALUES ('optimize')")
        with self._db.outside() as c:
            c.execute("PRAGMA incremental_vacuum").fetchall()
            (busy, _, _) = c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            self.set_meta("untidy", "")
        return not busy
