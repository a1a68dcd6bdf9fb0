"""Records as sheets: CSV, XLSX or Parquet, made from the lines that a batch has written.

Values that people corrected stand there as they left them.

One row a document, one column a field. A list of line items is a sheet of its own in XLSX, and JSON in a
cell of the others. Cells that are unsure are marked in XLSX and named in a column of their own; at a cell
that somebody corrected stands who, and what was read.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...errors import BadInput, UsageError
from ...extensions.extras import needs
from ...media.cells import plain_cell
from ..extraction.records.reviewing.reviews import read_reviews, reviews_beside
from ..extraction.records.schemas.fields import RecordSpec
from ..extraction.records.schemas.paths import ListPath, rows_in
from .record_lines import Line, json_lines, with_reviews

_UNSURE_FILL = "FFF2CC"
_WIDEST = 60
_LONGEST_CELL = 32_767
"""Characters that a cell of XLSX holds."""

SHEETS = (".csv", ".xlsx", ".parquet")
"""Endings of files that are made when the records are there."""


def write_sheet(spec: RecordSpec, lines: Path, output: Path) -> None:
    """Make a sheet of the records in a file of lines; the sheet is replaced at once.

    Raises:
        UsageError: the ending of `output` is none of `SHEETS`.
        BadInput: it cannot be written.
    """
    write = _WRITERS.get(output.suffix.lower())
    if write is None:
        raise UsageError(f"{output}: records end in .jsonl, {', '.join(SHEETS)}")
    fresh = output.with_name(f".{output.name}.new")
    try:
        write(spec, list(_records(spec, lines)), fresh)
        os.replace(fresh, output)
    except OSError as error:
        raise BadInput(str(output), f"cannot be written ({error.strerror})") from None
    finally:
        fresh.unlink(missing_ok=True)


def _records(spec: RecordSpec, lines: Path) -> Iterator[Line]:
    reviews = read_reviews(reviews_beside(lines))
    for line in json_lines(lines):
        yield with_reviews(spec, line, reviews.get(line["id"], {}))


def _columns(spec: RecordSpec) -> list[str]:
    lists = [many.path for many in spec.lists]
    return ["file", "page", "status", *(one.path for one in spec.fields), *lists, "unsure", "error"]


def _row(spec: RecordSpec, line: Line) -> list[Any]:
    fields = {field["path"]: field for field in line["fields"]}
    values = [fields.get(one.path, {}).get("value") for one in spec.fields]
    lists = [_json(_at(line["record"], many.path)) for many in spec.lists]
    unsure = "; ".join(path for path, field in fields.items() if field["status"] == "unsure")
    error = line["error"]
    told = "" if error is None else f"{error['kind']}: {error['message']}"
    return [line["file"], line["page"], line["status"], *values, *lists, unsure, told]


def _at(record: Any, path: str) -> Any:
    for name in path.split("."):
        record = record.get(name) if isinstance(record, dict) else None
    return record


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None


def _cell(value: Any) -> Any:
    return plain_cell(value[:_LONGEST_CELL]) if isinstance(value, str) else value


def _csv(spec: RecordSpec, lines: list[Line], output: Path) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in _columns(spec)])
    for line in lines:
        writer.writerow([_cell(value) for value in _row(spec, line)])
    output.write_text(file.getvalue(), encoding="utf-8-sig", newline="")  # Excel needs the mark


def _xlsx(spec: RecordSpec, lines: list[Line], output: Path) -> None:
    with needs("documents"):
        from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "records"
    columns = [name for name in _columns(spec) if name not in {m.path for m in spec.lists}]
    _head(sheet, columns)
    for number, line in enumerate(lines, 2):
        named = dict(zip(_columns(spec), _row(spec, line), strict=True))
        fields = {field["path"]: field for field in line["fields"]}
        for column, name in enumerate(columns, 1):
            _put(sheet.cell(number, column), named[name], fields.get(name))
    for many in spec.lists:
        names = [column.path for column in many.columns]
        rows = book.create_sheet(_title(many.path))
        _head(rows, ["file", "page", "row", *names])
        at = 1
        for line in lines:
            fields = {field["path"]: field for field in line["fields"]}
            there = zip(
                rows_in(many.path, fields), _at(line["record"], many.path) or (), strict=False
            )
            for number, (row, values) in enumerate(there, 1):
                at += 1
                for column, value in enumerate((line["file"], line["page"], number), 1):
                    _put(rows.cell(at, column), value, None)
                for column, name in enumerate(names, 4):
                    path = str(ListPath(many.path, row, "" if many.plain else name))
                    _put(
                        rows.cell(at, column),
                        values if many.plain else _at(values, name),
                        fields.get(path),
                    )
    book.save(output)


def _head(sheet: Any, names: list[str]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for column, name in enumerate(names, 1):
        _put(sheet.cell(1, column), name, None)
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = min(
            _WIDEST, max(12, len(name) + 2)
        )
    sheet.freeze_panes = "A2"


def _put(cell: Any, value: Any, field: Mapping[str, Any] | None) -> None:
    """A cell as plain text or a number; an unsure one is coloured and says why."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell.value = _cell(value)
    if isinstance(value, str):
        cell.data_type = "s"
    if field is None:
        return
    review = field.get("review")
    if field["status"] == "unsure":
        cell.fill = PatternFill("solid", fgColor=_UNSURE_FILL)
        cell.comment = Comment(field["reason"] or "unsure", "looktwice")
    elif review is not None and review["found"] != field["value"]:
        told = f"corrected by {review['by']}, {review['at']}; {review['found']!r} was read"
        cell.comment = Comment(ILLEGAL_CHARACTERS_RE.sub("", told), "looktwice")


def _title(path: str) -> str:
    """A name that a sheet may have."""
    return "".join("_" if c in "[]:*?/\\" else c for c in path)[:31] or "rows"


def _parquet(spec: RecordSpec, lines: list[Line], output: Path) -> None:
    """Typed columns, written by DuckDB."""
    with needs("documents"):
        import duckdb

    kinds = {one.path: _SQL.get(one.kind, "VARCHAR") for one in spec.fields} | {"page": "INTEGER"}
    columns = ", ".join(f"{_quoted(name)} {kinds.get(name, 'VARCHAR')}" for name in _columns(spec))
    marks = ", ".join("?" * len(_columns(spec)))
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE records ({columns})")
        for line in lines:
            database.execute(f"INSERT INTO records VALUES ({marks})", _row(spec, line))
        database.execute("COPY records TO ? (FORMAT parquet)", [str(output)])


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


_SQL = {
    "date": "DATE",
    "money": "DOUBLE",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
}
_WRITERS: dict[str, Callable[[RecordSpec, list[Line], Path], None]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".parquet": _parquet,
}
