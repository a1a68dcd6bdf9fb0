"""Sheets of numbers as pages: blocks of whole rows, each under the sheet's head."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, TextIO

from ...pages import Page
from ...text.marks import marked_text
from ...text.sentences import count_words
from ..base import IllustratedPage
from .flowing import FlowLine, page_of, row_line
from .sheet_parts import SheetParts

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


def workbook_sheets(
    source: Path | BytesIO, parts: Mapping[str, SheetParts] = MappingProxyType({})
) -> Generator[tuple[str, Iterator[Row]], None, None]:
    """Name and rows of every sheet of an Excel workbook, as its values were last computed.

    Args:
        source: the file.
        parts: what is known of each sheet; cells that are one stand in each row they cover.
    """
    from openpyxl import load_workbook

    book = load_workbook(source, read_only=True, data_only=True, keep_links=False, rich_text=True)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # programs write wrong ones, which would hide rows
            known = parts.get(sheet.title, SheetParts())
            yield sheet.title, _rows(sheet, known)
    finally:
        book.close()


def _rows(sheet: Any, known: SheetParts) -> Iterator[Row]:
    """The rows of a sheet; the text of merged cells in every row, formulas without a value as such."""
    down: dict[int, list[tuple[int, int]]] = {}
    for top, bottom, left, _ in known.merged:
        if bottom > top:
            down.setdefault(top, []).append((bottom, left))
    going: dict[int, tuple[int, str]] = {}
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row = list(map(shown_value, cells))
        for column in [c for c, (last, _) in going.items() if last < number]:
            del going[column]
        for column, (_, text) in going.items():
            row += [""] * (column - len(row))
            row[column - 1] = row[column - 1] or text
        for last, left in down.get(number, ()):
            if left <= len(row) and row[left - 1]:
                going[left] = last, row[left - 1]
        if known.formulas:
            for column, text in enumerate(row, 1):
                if not text and (number, column) in known.formulas:
                    row[column - 1] = f"{known.formulas[number, column]} (not computed)"
        yield row


def sheet_pages(
    rows: Iterable[Row], name: str, first: int, before: Sequence[FlowLine] = ()
) -> Iterator[Page | IllustratedPage]:
    """Pages of one sheet: what stands above its table once, the head of the table on every page.

    Args:
        rows: in order, read as the pages are asked for.
        name: the sheet's own, which labels its pages; "" for a file that has only one.
        first: the number of the first page.
        before: lines that the first page begins with.
    """
    numbered = ((at, _plain(row)) for at, row in enumerate(rows, 1))
    filled = ((at, row) for at, row in numbered if row)
    start = list(islice(filled, _HEAD_WITHIN))
    head_at = next((at for at, (_, row) in enumerate(start) if _is_head(row)), None)
    body = start if head_at is None else start[head_at + 1 :]
    head = () if head_at is None else start[head_at][1]
    above = [*before]
    above += [
        FlowLine(" ".join(filter(None, row)), begins=True) for _, row in start[: head_at or 0]
    ]
    blocks = _blocks(chain(body, filled), _weight(head))
    ahead = list(islice(blocks, 2))
    section = (name,) if name else ()
    if not start and before:
        yield page_of(first, list(before), name, section)
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
    if isinstance(value, list):  # letters of several looks
        return marked_text([_raised(part) for part in value])
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, int | float):
        return _number(value, percent=str(cell.number_format).rstrip('"').endswith("%"))
    return str(value)


def _raised(part: Any) -> tuple[int, str]:
    """A piece of a cell's text and its height."""
    if isinstance(part, str):
        return 0, part
    look = getattr(part.font, "vertAlign", None)
    return {"superscript": 1, "subscript": -1}.get(look or "", 0), part.text


def _number(value: float, percent: bool) -> str:
    """The 15 digits that a sheet calculates with, without the rounding errors of binary ones after."""
    if percent:
        return f"{value * 100:.15g}%"
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.15g}"
