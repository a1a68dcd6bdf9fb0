"""Changes of the catalog's documents: added page by page, published, removed.

A document is "adding" until all of it is stored, "ready" from then on, and "removing" until nothing is
left of it. Whatever a kill leaves half done is in one of these states, so that it can be finished.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from ..pages import Page, well_formed
from .reading import CatalogReader
from .rows import NewFile
from .writing import (
    add_page,
    add_passages,
    attach,
    cut_back,
    delete_passages,
    first_of,
    grow,
    now,
    remember,
    retire,
    searchable,
)

if TYPE_CHECKING:
    from ..text.chunking import Chunk

_AT_ONCE = 1_000
"""Passages deleted in one transaction, so that readers and memory are not held up."""


class CatalogDocuments(CatalogReader):
    """Documents: each change is one transaction, but for `purge`, which is several."""

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
        pages: Sequence[tuple[Page, Sequence[Chunk]]],
        document_words: str,
    ) -> list[list[int]]:
        """Store the next pages of a document with their passages.

        Args:
            pages: in order, each with its chunks in the page's order.
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
            return [add_page(c, document_id, page, chunks, words) for page, chunks in pages]

    def rechunk(
        self,
        document_id: int,
        pages: Iterable[tuple[Page, Sequence[Chunk]]],
        document_words: str,
    ) -> None:
        """Put other passages in place of those of a document; its vectors are made afterwards.

        Args:
            pages: all of its pages, each with its new chunks.
            document_words: as for `add_pages`.
        """
        words = searchable(document_words)
        sql = "SELECT id FROM passages WHERE document = ?"
        with self._db.writing() as c:
            delete_passages(c, [row["id"] for row in c.execute(sql, (document_id,))])
            made = [add_passages(c, document_id, page, chunks, words) for page, chunks in pages]
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
