"""A folder of tables: files of each table for people, and `tables.jsonl` with all of them for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from ...errors import UsageError
from ...schema import Table
from .export import as_dict, write_csv, write_html, write_json, write_xlsx

__all__ = ["FORMATS", "Format", "TableFolder", "formats_of"]

Format = Literal["csv", "xlsx", "html", "json"]
FORMATS: tuple[Format, ...] = ("csv", "xlsx", "html", "json")
_ONE_TABLE: dict[Format, Callable[[Table, Path], None]] = {
    "csv": write_csv,
    "html": write_html,
    "json": write_json,
}
_NOT_IN_NAMES = re.compile(r"[^\w.\- ]")


def formats_of(text: str) -> tuple[Format, ...]:
    """The formats of a list as people write it: "csv, xlsx".

    Raises:
        UsageError: one of them is unknown, or there is none.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if unknown := [name for name in names if name not in FORMATS]:
        raise UsageError(f"--format: {unknown[0]!r} is none of {', '.join(FORMATS)}")
    if not names:
        raise UsageError(f"--format: expected one or more of {', '.join(FORMATS)}")
    return tuple(one for one in FORMATS if one in names)


class TableFolder:
    """Writes the tables of documents into a folder; a context manager.

    Args:
        folder: made where it is missing; files of a run before are written over.
        formats: which files each table gets; a workbook holds all tables of its document.

    Raises:
        UsageError: the folder cannot be written.
    """

    def __init__(self, folder: Path, formats: Sequence[Format] = FORMATS) -> None:
        self._folder, self._formats = folder, formats
        self._names: set[str] = set()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._list = (folder / "tables.jsonl").open("w", encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"{folder} cannot be written ({error.strerror}); name another folder with -o"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._list.close()

    def add(self, path: Path, tables: Iterable[Table]) -> int:
        """Write the tables of a document as they come; what came before a failure stays.

        Returns:
            How many there were.
        """
        name = self._name(path)
        kept: list[Table] = []
        try:
            for number, table in enumerate(tables, 1):
                files = [self._write(table, f"{name}-{number}", one) for one in self._own_files()]
                kept.append(table)
                book = [f"{name}.xlsx"] if "xlsx" in self._formats else []
                entry = {"file": str(path), "table": number, **as_dict(table)}
                self._list.write(
                    json.dumps(entry | {"files": [*files, *book]}, ensure_ascii=False) + "\n"
                )
                self._list.flush()
        finally:
            if kept and "xlsx" in self._formats:
                write_xlsx(kept, self._folder / f"{name}.xlsx")
        return len(kept)

    def _own_files(self) -> list[Format]:
        return [one for one in self._formats if one in _ONE_TABLE]

    def _write(self, table: Table, name: str, one: Format) -> str:
        _ONE_TABLE[one](table, self._folder / f"{name}.{one}")
        return f"{name}.{one}"

    def _name(self, path: Path) -> str:
        """A name for a document's files, its own even where two documents are called alike."""
        stem = _NOT_IN_NAMES.sub("_", path.stem).strip(". ") or "document"
        name, number = stem, 2
        while name.casefold() in self._names:
            name, number = f"{stem}_{number}", number + 1
        self._names.add(name.casefold())
        return name
