"""Changes of the catalog's files: which there are, what they hold, what failed."""

from __future__ import annotations

from pathlib import Path

from ..pages import well_formed
from .names import unique_name
from .reading import CatalogReader
from .rows import NewFile, path_in
from .writing import attach, detach, first_of, grow, now, retire, searchable


class CatalogFiles(CatalogReader):
    """Files: each change is one transaction."""

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
