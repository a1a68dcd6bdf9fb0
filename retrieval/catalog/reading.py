"""Reading the catalog. Only documents that are complete are ever seen here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from ...closing import Closing
from ..pages import UNREADABLE, Page
from .database import Database
from .filters import ids_that_fit
from .keywords import Keywords
from .names import named
from .rows import (
    Counts,
    Document,
    FailedFile,
    Filters,
    KnownFile,
    State,
    StoredPassage,
    headings_out,
    page_out,
    path_in,
    path_out,
)

__all__ = ["CatalogReader"]

_AT_ONCE = 10_000
"""Rows fetched together by iterators, which hold no transaction open in between."""

_PASSAGES = """
SELECT passages.*, pages.text AS page_text,
       (SELECT name FROM files WHERE files.document = passages.document ORDER BY files.id LIMIT 1)
       AS name
FROM passages
JOIN documents ON documents.id = passages.document AND documents.state = 'ready'
JOIN pages ON pages.document = passages.document AND pages.number = passages.page
"""


class CatalogReader(Closing):
    """What an index holds: documents, their pages and passages, and the files they came from.

    Safe for threads. Every method sees one state of the catalog, whatever is written meanwhile.
    """

    def __init__(self, path: Path, write: bool = False) -> None:
        self._db = Database(path, write)
        self._keywords = Keywords()

    def close(self) -> None:
        self._db.close()
        self._keywords.close()

    def meta(self, key: str) -> str | None:
        """Something that the index remembers, or None."""
        with self._db.reading() as c:
            return meta_of(c, key)

    @property
    def generation(self) -> int:
        """A number that grows whenever something changes that readers see."""
        return int(self.meta("generation") or 0)

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """Those that fit, in the order in which they were added."""
        with self._db.reading() as c:
            rows = c.execute("SELECT * FROM documents WHERE state = 'ready' ORDER BY id").fetchall()
            files: dict[int, list[sqlite3.Row]] = {}
            for file in c.execute("SELECT * FROM files ORDER BY id"):
                files.setdefault(file["document"], []).append(file)
            fits = ids_that_fit(c, filters)
        return [_document(row, files[row["id"]]) for row in rows if row["id"] in fits]

    def ids(self, filters: Filters | None = None) -> set[int]:
        """The ids of the documents that fit."""
        with self._db.reading() as c:
            return ids_that_fit(c, filters)

    def document(self, name: str) -> Document | None:
        """The document of this name, or the only one whose name ends so or has this stem."""
        with self._db.reading() as c:
            found = named(c, name)
            if found is None:
                return None
            row = c.execute("SELECT * FROM documents WHERE id = ?", (found,)).fetchone()
            return _document(row, _files_of(c, found))

    def document_of(self, document_id: int) -> Document | None:
        """The document of this id, if it is complete."""
        with self._db.reading() as c:
            sql = "SELECT * FROM documents WHERE id = ? AND state = 'ready'"
            row = c.execute(sql, (document_id,)).fetchone()
            return _document(row, _files_of(c, document_id)) if row else None

    def unreadable(self, document_id: int) -> list[tuple[int, str]]:
        """Pages that a document was stored without the words of, in any state, with the reasons."""
        sql = (
            "SELECT number, substr(label, ?) AS reason FROM pages"
            " WHERE document = ? AND substr(label, 1, ?) = ? ORDER BY number"
        )
        start = len(UNREADABLE)
        with self._db.reading() as c:
            rows = c.execute(sql, (start + 1, document_id, start, UNREADABLE)).fetchall()
        return [(row["number"], row["reason"]) for row in rows]

    def ready(self, sha256: str) -> int | None:
        """The document whose file has this hash, if it is complete."""
        with self._db.reading() as c:
            sql = "SELECT id FROM documents WHERE state = 'ready' AND sha256 = ?"
            row = c.execute(sql, (sha256,)).fetchone()
            return row["id"] if row else None

    def page(self, document_id: int, number: int) -> Page | None:
        """One page (1-based) of a document."""
        sql = (
            "SELECT pages.* FROM pages JOIN documents ON documents.id = pages.document"
            " WHERE pages.document = ? AND number = ? AND state = 'ready'"
        )
        with self._db.reading() as c:
            row = c.execute(sql, (document_id, number)).fetchone()
        return page_out(row) if row else None

    def page_texts(self, pages: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """The words of pages, each named by its document's id and its number (1-based)."""
        sql = (
            "SELECT document, number, text FROM pages JOIN json_each(?) AS wanted"
            " ON document = wanted.value ->> 0 AND number = wanted.value ->> 1"
        )
        with self._db.reading() as c:
            rows = c.execute(sql, (json.dumps(sorted(set(pages))),)).fetchall()
        return {(row["document"], row["number"]): row["text"] for row in rows}

    def passages(self, ids: Iterable[int]) -> list[StoredPassage]:
        """Passages in the order asked for; what is gone or not to be seen is left out."""
        wanted = list(ids)
        sql = f"{_PASSAGES} WHERE passages.id IN (SELECT value FROM json_each(?))"
        with self._db.reading() as c:
            rows = c.execute(sql, (json.dumps(wanted),)).fetchall()
        found = {row["id"]: _stored(row) for row in rows}
        return [found[wish] for wish in wanted if wish in found]

    def around(self, passage_id: int, before: int, after: int) -> list[StoredPassage]:
        """A passage and up to so many on either side of it, in the document's order, over pages."""
        with self._db.reading() as c:
            rows = c.execute(f"{_PASSAGES} WHERE passages.id = ?", (passage_id,)).fetchall()
            if not rows:
                return []
            place = (rows[0]["document"], rows[0]["page"], rows[0]["start"])
            earlier = _beside(c, place, "<", "DESC", before)
            later = _beside(c, place, ">", "ASC", after)
        return [_stored(row) for row in [*reversed(earlier), *rows, *later]]

    def passages_on(self, document_id: int, page: int) -> list[StoredPassage]:
        """The passages of a page, in its order."""
        sql = f"{_PASSAGES} WHERE passages.document = ? AND passages.page = ? ORDER BY start"
        with self._db.reading() as c:
            return [_stored(row) for row in c.execute(sql, (document_id, page))]

    def keyword(
        self, query: str, limit: int, documents: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Passages that hold words of the query: id and how much of it, 0..1 (BM25), best first.

        Args:
            query: any text; nothing in it has a special meaning.
            documents: look only at these; None looks at all.
        """
        with self._db.reading() as c:
            generation = int(meta_of(c, "generation") or 0)
            return self._keywords.find(c, generation, query, limit, documents)

    def all_passage_ids(self, state: State = "ready") -> Iterator[int]:
        """The passages of all documents in a state, in the order of their ids."""
        sql = (
            "SELECT passages.id FROM passages JOIN documents ON documents.id = document"
            " WHERE state = ? AND passages.id > ? ORDER BY passages.id LIMIT ?"
        )
        return self._in_steps(sql, state)

    def passage_ids(self, document_id: int) -> Iterator[int]:
        """The passages of a document in any state, in the order of their ids."""
        sql = "SELECT id FROM passages WHERE document = ? AND id > ? ORDER BY id LIMIT ?"
        return self._in_steps(sql, document_id)

    def _in_steps(self, sql: str, which: int | str) -> Iterator[int]:
        last = 0
        while True:
            with self._db.reading() as c:
                found = [row[0] for row in c.execute(sql, (which, last, _AT_ONCE))]
            yield from found
            if len(found) < _AT_ONCE:
                return
            last = found[-1]

    def counts(self) -> Counts:
        with self._db.reading() as c:
            documents, pages, passages, scanned = c.execute(
                "SELECT count(*), total(pages), total(passages), total(scanned)"
                " FROM documents WHERE state = 'ready'"
            ).fetchone()
            sizes = "SELECT type, sum(bytes) FROM documents WHERE state = 'ready' GROUP BY type"
            return Counts(
                documents=documents,
                files=c.execute("SELECT count(*) FROM files").fetchone()[0],
                pages=int(pages),
                passages=int(passages),
                scanned=int(scanned),
                failures=c.execute("SELECT count(*) FROM failures").fetchone()[0],
                bytes={row[0]: row[1] for row in c.execute(sizes)},
            )

    def failures(self) -> list[FailedFile]:
        """Files that could not be added, by path."""
        with self._db.reading() as c:
            rows = c.execute("SELECT * FROM failures").fetchall()
        return sorted(map(_failure, rows), key=lambda failure: failure.path)

    def failure(self, path: str | Path) -> FailedFile | None:
        """Why this file could not be added, if it could not."""
        with self._db.reading() as c:
            sql = "SELECT * FROM failures WHERE path = ?"
            row = c.execute(sql, (path_in(path),)).fetchone()
        return _failure(row) if row else None

    def file(self, path: str | Path) -> KnownFile | None:
        """What is known of a file, if it is part of the index."""
        with self._db.reading() as c:
            row = c.execute("SELECT * FROM files WHERE path = ?", (path_in(path),)).fetchone()
        return _known(row) if row else None

    def files(self, document_id: int | None = None) -> dict[str, KnownFile]:
        """The files of the index, or of one document, by path."""
        with self._db.reading() as c:
            rows = c.execute(
                "SELECT * FROM files WHERE ?1 IS NULL OR document = ?1 ORDER BY id", (document_id,)
            )
            return {path_out(row["path"]): _known(row) for row in rows}

    def roots(self) -> list[str]:
        """The folders and files that were added by hand, which `update` looks at again."""
        with self._db.reading() as c:
            return sorted(path_out(row["path"]) for row in c.execute("SELECT path FROM roots"))


def meta_of(c: sqlite3.Connection, key: str) -> str | None:
    """What the index remembers under a key."""
    row = c.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row["value"] if row else None


def _beside(
    c: sqlite3.Connection, place: tuple[int, int, int], side: str, order: str, limit: int
) -> list[sqlite3.Row]:
    document, page, start = place
    sql = (
        f"{_PASSAGES} WHERE passages.document = ? AND (passages.page, passages.start) {side} (?, ?)"
        f" ORDER BY passages.page {order}, passages.start {order} LIMIT ?"
    )
    return c.execute(sql, (document, page, start, max(0, limit))).fetchall()


def _files_of(c: sqlite3.Connection, document: int) -> list[sqlite3.Row]:
    sql = "SELECT * FROM files WHERE document = ? ORDER BY id"
    return c.execute(sql, (document,)).fetchall()


def _document(row: sqlite3.Row, files: Sequence[sqlite3.Row]) -> Document:
    return Document(
        id=row["id"],
        name=files[0]["name"],
        names=tuple(file["name"] for file in files),
        path=path_out(files[0]["path"]),
        type=row["type"],
        title=row["title"],
        date=row["date"],
        sha256=row["sha256"],
        bytes=row["bytes"],
        pages=row["pages"],
        scanned=row["scanned"],
        passages=row["passages"],
        added=row["added"],
    )


def _stored(row: sqlite3.Row) -> StoredPassage:
    return StoredPassage(
        id=row["id"],
        document=row["name"],
        document_id=row["document"],
        page=row["page"],
        start=row["start"],
        end=row["stop"],
        text=row["page_text"][row["start"] : row["stop"]],
        heading=headings_out(row["heading"]),
    )


def _failure(row: sqlite3.Row) -> FailedFile:
    return FailedFile(
        path_out(row["path"]), row["reason"], row["noted"], row["bytes"], row["mtime_ns"]
    )


def _known(row: sqlite3.Row) -> KnownFile:
    return KnownFile(row["bytes"], row["mtime_ns"], row["document"])
