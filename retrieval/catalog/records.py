"""Records read from documents, kept in their catalog: a document that goes takes its records with it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ...closing import Closing
from .database import Database

__all__ = ["KeptRecords"]

_TABLE = """
CREATE TABLE IF NOT EXISTS records (
    document INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    schema TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (document, schema)
) WITHOUT ROWID
"""


class KeptRecords(Closing):
    """Records of a catalog's documents, as JSON; safe for threads, and for several processes at once.

    A record is stored when `keep` returns, so one who is stopped goes on behind it.

    Args:
        path: of the catalog.

    Raises:
        UsageError: it cannot be written.
        BadInput: it is no catalog or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self._db = Database(path, write=True)
        with self._db.writing() as connection:
            connection.execute(_TABLE)

    def of(self, schema: str) -> dict[int, str]:
        """The records of a schema by the document's id.

        Args:
            schema: what identifies it, such as a hash of it.
        """
        with self._db.reading() as connection:
            rows = connection.execute(
                "SELECT document, record FROM records WHERE schema = ?", (schema,)
            )
            return {row["document"]: row["record"] for row in rows}

    def keep(self, document: int, schema: str, record: str) -> None:
        """Keep a record in the place of an older one; of a document that is gone it is not kept."""
        with self._db.writing() as connection:
            try:
                connection.execute(
                    "INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (document, schema, record)
                )
            except sqlite3.IntegrityError:  # removed meanwhile
                return

    def close(self) -> None:
        """Close the catalog's file."""
        self._db.close()
