"""The catalog: what an index holds, in one SQLite file. It is the truth; the vectors follow it.

A document is "adding" until all of it is stored, "ready" from then on, and "removing" until nothing is
left of it. Whatever a kill leaves half done is in one of these states, so that it can be finished.
Reading is in `catalog_read`, keyword search in `catalog_words`; here is what changes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..pages import Page
from .names import unique_name
from .reading import CatalogReader
from .rows import (
    Document,
    Failure,
    Filters,
    KnownFile,
    NewFile,
    State,
    Stored,
    path_in,
    well_formed,
)
from .writing import (
    add_page,
    add_passages,
    attach,
    cut_back,
    delete_passages,
    detach,
    first_of,
    grow,
    now,
    remember,
    retire,
    searchable,
)

if TYPE_CHECKING:
    from ..text.chunking import Cut

__all__ = [
    "Catalog",
    "Document",
    "Failure",
    "Filters",
    "KnownFile",
    "NewFile",
    "Stored",
    "Unfinished",
]

_AT_ONCE = 1_000
"""Passages deleted in one transaction, so that readers and memory are not held up."""


class Unfinished(NamedTuple):
    """A document that a stop left half added or half removed."""

    id: int
    state: State
    passages: Iterator[int]


class Catalog(CatalogReader):
    """The catalog, to be read and, by one process at a time, written.

    Safe for threads. Each method that changes something is one transaction, on the disk when it
    returns (`purge` and `compact` are several, and may be called again after a stop).

    Args:
        path: of the database file.
        write: make it if there is none, and allow changes.

    Raises:
        UsageError: there is no catalog to read, a newer program wrote it, it cannot be opened or
            written (also from every method).
        BadInput: the file is no catalog or is damaged (also from every method).
    """

    def __init__(self, path: Path, write: bool) -> None:
        super().__init__(path, write)

    def set_meta(self, key: str, value: str) -> None:
        """Let the index remember something."""
        with self._db.writing() as c:
            remember(c, key, value)

    # files

    def add_file(
        self, path: str | Path, hint: str, bytes: int, mtime_ns: int, document_id: int
    ) -> str:
        """Let a file hold a document that is ready; a document that thereby loses its last file goes.

        Args:
            hint: the name it gets, unless it has one or somebody else does.

        Returns:
            Its name.
        """
        with self._db.writing() as c:
            before = attach(c, NewFile(str(path), hint, bytes, mtime_ns), document_id)
            retire(c, before)
            grow(c)
            return str(first_of(c, "SELECT name FROM files WHERE path = ?", path_in(path)))

    def touch(self, path: str | Path, bytes: int, mtime_ns: int) -> None:
        """A file's size or time is different now, and its content still the same."""
        with self._db.writing() as c:
            sql = "UPDATE files SET bytes = ?, mtime_ns = ? WHERE path = ?"
            c.execute(sql, (bytes, mtime_ns, path_in(path)))

    def rename_file(
        self, path: str | Path, new_path: str | Path, hint: str, document_words: str
    ) -> str:
        """A file has another place now; only its name changes, in the keyword index, too.

        Args:
            document_words: as for `add_pages`.

        Returns:
            Its new name.

        Raises:
            KeyError: the old path is not known.
        """
        old, new = path_in(path), path_in(new_path)
        with self._db.writing() as c:
            row = c.execute("SELECT id, document FROM files WHERE path = ?", (old,)).fetchone()
            if row is None:
                raise KeyError(str(path))
            lost = detach(c, new) if old != new else set()
            c.execute("UPDATE files SET name = '' WHERE id = ?", (row["id"],))
            name = unique_name(c, str(new_path), hint)
            c.execute("UPDATE files SET path = ?, name = ? WHERE id = ?", (new, name, row["id"]))
            c.execute(
                "UPDATE words SET document = ?"
                " WHERE rowid IN (SELECT id FROM passages WHERE document = ?)",
                (searchable(document_words), row["document"]),
            )
            retire(c, lost)
            grow(c)
            return name

    def forget_file(self, path: str | Path) -> bool:
        """A file is gone; a document that thereby loses its last file becomes "removing".

        Returns:
            Whether its document did.
        """
        with self._db.writing() as c:
            gone = retire(c, detach(c, path_in(path)))
            grow(c)
            return gone

    def add_root(self, path: str | Path) -> None:
        with self._db.writing() as c:
            c.execute("INSERT OR IGNORE INTO roots VALUES (?)", (path_in(path),))

    def record_failure(self, path: str | Path, reason: str, bytes: int, mtime_ns: int) -> None:
        """A file could not be added; the reason replaces an earlier one."""
        row = (path_in(path), well_formed(reason), bytes, mtime_ns, now())
        with self._db.writing() as c:
            c.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)", row)
            grow(c)

    def clear_failure(self, path: str | Path) -> None:
        """A file's failure no longer matters; adding the file clears it, too."""
        with self._db.writing() as c:
            c.execute("DELETE FROM failures WHERE path = ?", (path_in(path),))
            grow(c)

    # documents

    def begin(
        self,
        sha256: str,
        *,
        type: str,
        title: str = "",
        date: str = "",
        bytes: int,
        pages: int | None = None,
        replaces: int | None = None,
    ) -> tuple[int, int]:
        """Start adding a document, or go on with one of the same content that was half added.

        What was stored of it beyond its finished pages is deleted; `orphans` then names the passages
        whose vectors may be left.

        Args:
            pages: how many there will be, where that is known.
            replaces: the document that goes when this one is published.

        Returns:
            Its id, and how many pages are already done.

        Raises:
            ValueError: the document is ready (see `ready`).
        """
        about = (type, well_formed(title), date, bytes, pages, replaces)
        sql = (
            "SELECT id, state, pages_done FROM documents WHERE sha256 = ? AND state != 'removing'"
            " ORDER BY state DESC"
        )
        with self._db.writing() as c:
            row = c.execute(sql, (sha256,)).fetchone()
            if row and row["state"] == "ready":
                raise ValueError(f"expected a document that is not ready, {row['id']} is")
            if row:
                cut_back(c, row["id"], row["pages_done"])
                c.execute(
                    "UPDATE documents SET type = ?, title = ?, date = ?, bytes = ?, pages = ?,"
                    " replaces = ? WHERE id = ?",
                    (*about, row["id"]),
                )
                return row["id"], row["pages_done"]
            sql = (
                "INSERT INTO documents (type, title, date, bytes, pages, replaces, sha256, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'adding') RETURNING id"
            )
            return int(first_of(c, sql, *about, sha256)), 0

    def add_pages(
        self,
        document_id: int,
        pages: Sequence[tuple[Page, Sequence[Cut]]],
        document_words: str,
    ) -> list[list[int]]:
        """Store the next pages of a document with their passages.

        Args:
            pages: in order, each with its cuts in the page's order.
            document_words: what finds the whole document: its name and title.

        Returns:
            The ids of the passages, page by page; they are never used again.

        Raises:
            ValueError: a page is not later than those already stored.
        """
        words = searchable(document_words)
        with self._db.writing() as c:
            last = first_of(c, "SELECT max(number) FROM pages WHERE document = ?", document_id) or 0
            numbers = [int(last), *(page.number for page, _ in pages)]
            if any(later <= sooner for sooner, later in pairwise(numbers)):
                raise ValueError(f"expected pages after page {last}, in order, got {numbers[1:]}")
            return [add_page(c, document_id, page, cuts, words) for page, cuts in pages]

    def cut_again(
        self,
        document_id: int,
        pages: Iterable[tuple[Page, Sequence[Cut]]],
        document_words: str,
    ) -> None:
        """Put other passages in place of those of a document; its vectors are made afterwards.

        Args:
            pages: all of its pages, each with its new cuts.
            document_words: as for `add_pages`.
        """
        words = searchable(document_words)
        sql = "SELECT id FROM passages WHERE document = ?"
        with self._db.writing() as c:
            delete_passages(c, [row["id"] for row in c.execute(sql, (document_id,))])
            made = [add_passages(c, document_id, page, cuts, words) for page, cuts in pages]
            c.execute(
                "UPDATE documents SET passages = ? WHERE id = ?",
                (sum(map(len, made)), document_id),
            )
            grow(c)

    def done(self, document_id: int, pages_done: int) -> None:
        """All pages up to this one are finished, their vectors included."""
        with self._db.writing() as c:
            sql = "UPDATE documents SET pages_done = ? WHERE id = ?"
            c.execute(sql, (pages_done, document_id))

    def publish(self, document_id: int, files: Iterable[NewFile]) -> None:
        """Let a document be seen, held by these files; what held their place before goes.

        Raises:
            ValueError: no file is given, or the document is not being added.
        """
        with self._db.writing() as c:
            changed = c.execute(
                "UPDATE documents SET state = 'ready', added = ?,"
                " pages = (SELECT count(*) FROM pages WHERE document = documents.id),"
                " scanned = (SELECT total(scanned) FROM pages WHERE document = documents.id),"
                " passages = (SELECT count(*) FROM passages WHERE document = documents.id)"
                " WHERE id = ? AND state = 'adding' RETURNING replaces",
                (now(), document_id),
            ).fetchone()
            if changed is None:
                raise ValueError(f"expected a document that is being added, got {document_id}")
            before: set[int] = set() if changed["replaces"] is None else {changed["replaces"]}
            attached = [attach(c, file, document_id) for file in files]
            if not attached:
                raise ValueError(f"expected files that hold document {document_id}, got none")
            retire(c, before.union(*attached))
            grow(c)

    def remove(self, document_id: int) -> None:
        """Let a document be seen no more, at once; `purge` then deletes it."""
        held = "SELECT path FROM files WHERE document = ?"
        with self._db.writing() as c:
            c.execute(f"DELETE FROM failures WHERE path IN ({held})", (document_id,))
            c.execute("DELETE FROM files WHERE document = ?", (document_id,))
            c.execute("UPDATE documents SET state = 'removing' WHERE id = ?", (document_id,))
            grow(c)

    def purge(self, document_id: int) -> None:
        """Delete a removed document, after its vectors; `compact` then wipes its traces.

        Raises:
            ValueError: the document is to be seen.
        """
        sql = "SELECT id FROM passages WHERE document = ? LIMIT ?"
        while True:
            with self._db.writing() as c:
                state = first_of(c, "SELECT state FROM documents WHERE id = ?", document_id)
                if state == "ready":
                    raise ValueError(f"expected a removed document, {document_id} is ready")
                remember(c, "untidy", "yes")
                ids = [row["id"] for row in c.execute(sql, (document_id, _AT_ONCE))]
                delete_passages(c, ids)
                if len(ids) < _AT_ONCE:
                    c.execute("DELETE FROM documents WHERE id = ?", (document_id,))
                    grow(c)
                    return

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

    def check_words(self, mend: bool) -> bool:
        """Whether the keyword index agrees with the words it was made of; can be made again of them.

        Args:
            mend: make it again where it does not.
        """
        with self._db.writing() as c:
            try:
                c.execute("INSERT INTO words (words) VALUES ('integrity-check')")
                return True
            except sqlite3.DatabaseError:
                if mend:
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
