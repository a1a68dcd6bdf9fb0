"""The tables of workbooks and of tables as text: a sheet holds as many as empty rows part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ....schema import Table
from ...loaders.office.sheets import csv_rows, shown_value, workbook_sheets
from ...loaders.text_file import open_text
from ..spans import MOST_CELLS, SourceCell, table_of_rows

__all__ = ["tables_of_csv", "tables_of_workbook"]

_WITH_SPANS = 2**22
"""Bytes of a workbook that is read whole, which its merged cells need; larger ones row by row."""

Row = list[SourceCell]


def tables_of_workbook(path: Path) -> Iterator[Table]:
    """The tables of every sheet; a sheet's number is their page."""
    if path.stat().st_size <= _WITH_SPANS:
        yield from _whole(path)
        return
    with closing(workbook_sheets(path)) as sheets:
        for number, (name, rows) in enumerate(sheets, 1):
            plain = ([SourceCell(text) for text in row] for row in rows)
            yield from _blocks(plain, name, number)


def tables_of_csv(path: Path) -> Iterator[Table]:
    """The table of a CSV or TSV file."""
    with open_text(path) as file:
        rows = csv_rows(file, path.suffix.lower() == ".tsv")
        plain = ([SourceCell(" ".join(text.split())) for text in row] for row in rows)
        yield from _blocks(plain, "", None)


def _whole(path: Path) -> Iterator[Table]:
    from openpyxl import load_workbook

    book = load_workbook(path, data_only=True, keep_links=False)
    try:
        for number, sheet in enumerate(book.worksheets, 1):
            yield from _blocks(_sheet_rows(sheet), sheet.title, number)
    finally:
        book.close()


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    spans: dict[tuple[int, int], tuple[int, int]] = {}
    hidden: set[tuple[int, int]] = set()
    for merged in sheet.merged_cells.ranges:
        size = (merged.max_row - merged.min_row + 1, merged.max_col - merged.min_col + 1)
        spans[merged.min_row, merged.min_col] = size
        if size[0] * size[1] <= MOST_CELLS:
            hidden |= {
                (row, column)
                for row in range(merged.min_row, merged.max_row + 1)
                for column in range(merged.min_col, merged.max_col + 1)
            } - {(merged.min_row, merged.min_col)}
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield [
            SourceCell(" ".join(shown_value(cell).split()), *spans.get((number, at), (1, 1)))
            for at, cell in enumerate(row, 1)
            if (number, at) not in hidden
        ]


def _blocks(rows: Iterable[Row], name: str, page: int | None) -> Iterator[Table]:
    """Tables between empty rows; single cells above one are its title."""
    block: list[Row] = []
    above: list[str] = [name] if name else []
    for row in [*_endless(rows), None]:
        if row is not None and any(cell.text for cell in row):
            block.append(row)
            continue
        if not block:
            continue
        titles, body = _titles(block)
        table = table_of_rows(_trimmed(body), ": ".join([*above, *titles]), page)
        if table is not None and table.shape[1] > 1:
            yield table
            above = [name] if name else []
        else:
            above += [cell.text for line in block for cell in line if cell.text][:3]
        block = []


def _endless(rows: Iterable[Row]) -> Iterator[Row]:
    yield from rows


def _titles(block: list[Row]) -> tuple[list[str], list[Row]]:
    at = 0
    while at < len(block) - 1 and sum(bool(cell.text) for cell in block[at]) == 1:
        at += 1
    return [cell.text for row in block[:at] for cell in row if cell.text], block[at:]


def _trimmed(rows: Sequence[Row]) -> list[Row]:
    """Without empty columns on the left and the right."""
    first = min((_first(row) for row in rows), default=0)
    last = max((_last(row) for row in rows), default=0)
    return [_cut(row, first, last) for row in rows]


def _first(row: Row) -> int:
    at = 0
    for cell in row:
        if cell.text:
            return at
        at += cell.column_span
    return 1_000_000


def _last(row: Row) -> int:
    at = last = 0
    for cell in row:
        at += cell.column_span
        last = at if cell.text else last
    return last


def _cut(row: Row, first: int, last: int) -> Row:
    kept, at = [], 0
    for cell in row:
        if first <= at < last:
            kept.append(cell)
        at += cell.column_span
    return kept
