"""The steps that changes of the catalog are made of; each runs inside somebody's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..pages import Page, well_formed
from ..text.terms import normalise
from .names import unique_name
from .reading import meta_of
from .rows import NewFile, headings_in, page_in, path_in

if TYPE_CHECKING:
    from ..text.chunking import Chunk


def now() -> str:
    """The time as it is stored: ISO, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def searchable(text: str) -> str:
    """A text as the keyword index takes it."""
    return normalise(well_formed(text))


def first_of(c: sqlite3.Connection, sql: str, *values: object) -> Any:
    """The first column of the first row, None without a row."""
    row = c.execute(sql, values).fetchone()
    return row[0] if row else None


def remember(c: sqlite3.Connection, key: str, value: str) -> None:
    """Set something of what the index remembers."""
    c.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def grow(c: sqlite3.Connection) -> None:
    """Readers see something else from now on."""
    remember(c, "generation", str(int(meta_of(c, "generation") or 0) + 1))


def attach(c: sqlite3.Connection, file: NewFile, document: int) -> set[int]:
    """Let a file hold a document; returns the one it held before, if that was another."""
    path = path_in(file.path)
    before = first_of(c, "SELECT document FROM files WHERE path = ?", path)
    if before is None:
        name = unique_name(c, file.path, file.hint)
        sql = "INSERT INTO files (path, name, bytes, mtime_ns, document) VALUES (?, ?, ?, ?, ?)"
        c.execute(sql, (path, name, file.bytes, file.mtime_ns, document))
    else:
        sql = "UPDATE files SET bytes = ?, mtime_ns = ?, document = ? WHERE path = ?"
        c.execute(sql, (file.bytes, file.mtime_ns, document, path))
    c.execute("DELETE FROM failures WHERE path = ?", (path,))
    return set() if before in (None, document) else {int(before)}


def detach(c: sqlite3.Connection, path: str | bytes) -> set[int]:
    """Forget a file; returns the document it held, if it was known."""
    sql = "DELETE FROM files WHERE path = ? RETURNING document"
    return {row["document"] for row in c.execute(sql, (path,)).fetchall()}


def retire(c: sqlite3.Connection, documents: Iterable[int]) -> bool:
    """Those of them that no file holds any more become "removing"; returns whether any did."""
    sql = (
        "UPDATE documents SET state = 'removing' WHERE id = ? AND state = 'ready'"
        " AND NOT EXISTS (SELECT 1 FROM files WHERE document = documents.id)"
    )
    return sum(c.execute(sql, (document,)).rowcount for document in documents) > 0


def add_page(
    c: sqlite3.Connection, document: int, page: Page, chunks: Sequence[Chunk], words: str
) -> list[int]:
    """Store a page; returns its passages' ids. `words` are those of the whole document."""
    c.execute(f"INSERT INTO pages VALUES ({', '.join('?' * 15)})", page_in(document, page))
    c.executemany(
        "INSERT INTO detections VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(document, page.number, d.label, d.score, *d.box.xyxy) for d in page.detections],
    )
    return add_passages(c, document, page, chunks, words)


def add_passages(
    c: sqlite3.Connection, document: int, page: Page, chunks: Sequence[Chunk], words: str
) -> list[int]:
    """Store the passages of a page that is there; returns their ids."""
    last = first_of(c, "SELECT seq FROM sqlite_sequence WHERE name = 'passages'") or 0
    ids = list(range(int(last) + 1, int(last) + 1 + len(chunks)))
    c.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)",
        [
            (id, document, page.number, chunk.start, chunk.end, headings_in(chunk.heading))
            for id, chunk in zip(ids, chunks, strict=True)
        ],
    )
    c.executemany(
        "INSERT INTO words (rowid, body, heading, document) VALUES (?, ?, ?, ?)",
        [
            (
                id,
                searchable(page.text[chunk.start : chunk.end]),
                searchable("\n".join(chunk.heading)),
                words,
            )
            for id, chunk in zip(ids, chunks, strict=True)
        ],
    )
    return ids


def cut_back(c: sqlite3.Connection, document: int, pages_done: int) -> None:
    """Delete the pages that are not done; their passages become orphans."""
    sql = "SELECT id FROM passages WHERE document = ? AND page > ?"
    ids = [row["id"] for row in c.execute(sql, (document, pages_done))]
    c.executemany("INSERT OR IGNORE INTO orphans VALUES (?)", [(one,) for one in ids])
    delete_passages(c, ids)
    c.execute("DELETE FROM pages WHERE document = ? AND number > ?", (document, pages_done))


def delete_passages(c: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Delete passages and their words."""
    rows = [(one,) for one in ids]
    c.executemany("DELETE FROM words WHERE rowid = ?", rows)
    c.executemany("DELETE FROM passages WHERE id = ?", rows)
