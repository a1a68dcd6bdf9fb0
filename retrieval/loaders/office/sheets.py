"""Sheets of numbers as pages: blocks of whole rows, each under the sheet's head."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from ...pages import Page
from ...text.sentences import count_words
from .flowing import FlowLine, page_of, row_line

__all__ = ["csv_rows", "sheet_pages", "shown_value", "workbook_sheets"]

_BLOCK_WORDS = 180
"""So that a block is one passage and every passage of a long table begins with the table's head."""
_HEAD_WITHIN = 10
_SNIFFED = 2**14
_DELIMITERS = ",;\t|"

_NUMBER = re.compile(r"[-+(]?[^\w\s]?\s?[\d.,' ]*\d[.,]*\s?[^\w\s]?\)?")
"""Numbers, with the signs of currencies, shares and losses; also years, which do head columns."""

Row = Sequence[str]


def csv_rows(file: TextIO, tabs: bool) -> Iterator[Row]:
    """The rows of a text table, read as they are asked for.

    Raises:
        csv.Error: a field has no end.
    """
    start = file.read(_SNIFFED)
    try:
        dialect: Any = csv.Sniffer().sniff(start, _DELIMITERS)
    except csv.Error:
        dialect = csv.excel_tab if tabs else csv.excel
    file.seek(0)
    return csv.reader(file, dialect)


def workbook_sheets(path: Path) -> Generator[tuple[str, Iterator[Row]], None, None]:
    """Name and rows of every sheet of an Excel workbook, as its values were last computed."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # programs write wrong ones, which would hide rows
            yield sheet.title, (list(map(shown_value, row)) for row in sheet.iter_rows())
    finally:
        book.close()


def sheet_pages(rows: Iterable[Row], name: str, first: int) -> Iterator[Page]:
    """Pages of one sheet: what stands above its table once, the head of the table on every page.

    Args:
        rows: in order, read as the pages are asked for.
        name: the sheet's own, which labels its pages; "" for a file that has only one.
        first: the number of the first page.
    """
    numbered = ((at, _plain(row)) for at, row in enumerate(rows, 1))
    filled = ((at, row) for at, row in numbered if row)
    start = list(islice(filled, _HEAD_WITHIN))
    head_at = next((at for at, (_, row) in enumerate(start) if _is_head(row)), None)
    body = start if head_at is None else start[head_at + 1 :]
    head = () if head_at is None else start[head_at][1]
    above = [FlowLine(" ".join(filter(None, row)), begins=True) for _, row in start[: head_at or 0]]
    blocks = _blocks(chain(body, filled), _weight(head))
    ahead = list(islice(blocks, 2))
    section = (name,) if name else ()
    for number, block in enumerate(chain(ahead, blocks) if start else (), first):
        span = f"rows {block[0][0]} to {block[-1][0]}" if len(ahead) > 1 else ""
        label = ", ".join(filter(None, (name, span)))
        yield page_of(number, [*above, *_table(head, [row for _, row in block])], label, section)
        above = []


def _blocks(rows: Iterable[tuple[int, Row]], head: float) -> Iterator[list[tuple[int, Row]]]:
    """Rows (with their numbers) that make up a page; the last block may be empty, if it is the only one."""
    most = max(_BLOCK_WORDS - head, _BLOCK_WORDS / 2)
    block: list[tuple[int, Row]] = []
    words, any_full = 0.0, False
    for at, row in rows:
        weight = _weight(row)
        if block and words + weight > most:
            yield block
            block, words, any_full = [], 0.0, True
        block.append((at, row))
        words += weight
    if block or not any_full:
        yield block


def _table(head: Row, rows: Sequence[Row]) -> Iterator[FlowLine]:
    """Lines of a block; columns in which none of its rows has anything are left out."""
    used = [
        at
        for at in range(max(map(len, rows), default=0))
        if any(row[at : at + 1] != [""] for row in rows if row[at : at + 1])
    ]
    columns = used or range(len(head))
    for at, row in enumerate([head, *rows] if head else rows):
        cells = [row[column] if column < len(row) else "" for column in columns]
        yield row_line(cells, begins=at == 0)


def _is_head(row: Row) -> bool:
    """Whether a row names columns: two words or more, and no numbers."""
    cells = [cell for cell in row if cell]
    return len(cells) > 1 and not any(_NUMBER.fullmatch(cell) for cell in cells)


def _weight(row: Row) -> float:
    return count_words(" ".join(row))


def _plain(row: Row) -> list[str]:
    """Cells on one line each, without empty ones at the end."""
    cells = [" ".join(cell.split()) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def shown_value(cell: Any) -> str:
    """A cell as the sheet shows it, but with all of its digits."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, int | float):
        return _number(value, percent=str(cell.number_format).rstrip('"').endswith("%"))
    return str(value)


def _number(value: float, percent: bool) -> str:
    """The 15 digits that a sheet calculates with, without the rounding errors of binary ones after."""
    if percent:
        return f"{value * 100:.15g}%"
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.15g}"
