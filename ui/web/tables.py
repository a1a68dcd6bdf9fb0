"""The table or list of an answer, and the tables of a page, as files for a spreadsheet."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from ...errors import BadInput
from ...extensions.extras import needs
from ...retrieval.tables.export import write_csv, write_xlsx
from ...schema import Answer, Cell, Table

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""The kinds of files, by their endings."""


def table_of(answer: Answer) -> Table:
    """The rows of an answer; of a table the first one names the columns.

    Raises:
        BadInput: it is neither a list nor a table.
    """
    if not answer.rows:
        raise BadInput("answer", "it holds no list and no table")
    return Table(
        cells=tuple(
            Cell(text=text, row=row, column=column, is_header=row == 0 and answer.form == "table")
            for row, cells in enumerate(answer.rows)
            for column, text in enumerate(cells)
        )
    )


def table_file(answer: Answer, kind: str) -> bytes:
    """The rows of an answer as a file; cells that begin like a formula are made harmless.

    Args:
        kind: "csv" or "xlsx".
    """
    return tables_file([table_of(answer)], kind)


def tables_file(tables: Sequence[Table], kind: str) -> bytes:
    """Tables as a file: in a workbook each has its sheet, in CSV an empty line stands between them.

    Raises:
        BadInput: there are none.
    """
    if not tables:
        raise BadInput("page", "no table was found on it")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{kind}"
        if kind == "xlsx":
            with needs("documents"):
                write_xlsx(tables, path)
            return path.read_bytes()
        parts = []
        for table in tables:
            write_csv(table, path)
            parts.append(path.read_bytes().decode("utf-8-sig"))
        return "\r\n".join(parts).encode("utf-8-sig")
