"""Which documents a filter lets through."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from .names import named
from .rows import Filters, path_out


def ids_that_fit(c: sqlite3.Connection, filters: Filters | None) -> set[int]:
    """The documents, of those that are ready, for which all conditions hold."""
    filters = filters or Filters()
    conditions, values = ["state = 'ready'"], list[Any]()
    if filters.types:
        conditions.append("type IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(filters.types))
    for bound, side in ((filters.after, ">="), (filters.before, "<=")):
        if bound:
            conditions.append(f"date != '' AND substr(date, 1, length(?)) {side} ?")
            values += [bound, bound]
    sql = f"SELECT id FROM documents WHERE {' AND '.join(conditions)}"
    found = {row["id"] for row in c.execute(sql, values)}
    if filters.folder:
        found &= _in_folder(c, filters.folder)
    if filters.documents:
        found &= {named(c, name) for name in filters.documents}
    return found


def _in_folder(c: sqlite3.Connection, folder: str) -> set[int]:
    inside = Path(folder).as_posix().rstrip("/") + "/"
    return {
        row["document"]
        for row in c.execute("SELECT path, name, document FROM files")
        if path_out(row["path"]).startswith(inside) or row["name"].startswith(inside)
    }
