"""Tables as files: CSV, XLSX and HTML for people, JSON with spans, boxes and header paths for programs."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from ...media.cells import plain_cell
from ...schema import Cell, Table

__all__ = ["as_dict", "grid_of", "write_csv", "write_html", "write_json", "write_xlsx"]

_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_SHEET_NAME_MOST = 31
_CELL_MOST = 32_767
"""Characters in a cell of Excel."""
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def grid_of(table: Table) -> list[list[str]]:
    """The table's texts by row and column; a cell with spans stands in its first place."""
    rows, columns = table.shape
    grid = [[""] * columns for _ in range(rows)]
    for cell in table.cells:
        grid[cell.row][cell.column] = cell.text
    return grid


def as_dict(table: Table) -> dict[str, Any]:
    """The table for programs: one entry a cell, rows and columns from 0, their ends included."""
    rows, columns = table.shape
    return {
        "caption": table.caption,
        "page": table.page,
        "rows": rows,
        "columns": columns,
        "box": None if table.box is None else list(table.box.xyxy),
        "frame": None if table.box is None else table.box.frame,
        "cells": [_cell(cell, table.page) for cell in table.cells if cell.text],
    }


def _cell(cell: Cell, page: int | None) -> dict[str, Any]:
    return {
        "row": cell.row,
        "col": cell.column,
        "end_row": cell.row + cell.row_span - 1,
        "end_col": cell.column + cell.column_span - 1,
        "text": cell.text,
        "is_header": cell.is_header,
        "header": list(cell.header),
        "label": list(cell.label),
        "page": cell.page or page,
        "box": None if cell.box is None else [round(side, 2) for side in cell.box.xyxy],
    }


def write_csv(table: Table, path: Path) -> None:
    """Comma-separated, UTF-8 with a mark that spreadsheets know it by; no cell runs as a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([plain_cell(text) for text in row] for row in grid_of(table))


def write_json(table: Table, path: Path) -> None:
    """As `as_dict` gives it."""
    path.write_text(json.dumps(as_dict(table), ensure_ascii=False, indent=1) + "\n", "utf-8")


def write_html(table: Table, path: Path) -> None:
    """A page with one table; every text escaped."""
    with path.open("w", encoding="utf-8") as file:
        caption = html.escape(table.caption)
        file.write(f'<!doctype html>\n<meta charset="utf-8">\n<title>{caption}</title>\n<table>\n')
        if caption:
            file.write(f"<caption>{caption}</caption>\n")
        _write_rows(table, file)
        file.write("</table>\n")


def _write_rows(table: Table, file: IO[str]) -> None:
    rows: list[list[Cell]] = [[] for _ in range(table.shape[0])]
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        rows[cell.row].append(cell)
    for row in rows:
        file.write("<tr>" + "".join(map(_html_cell, row)) + "</tr>\n")


def _html_cell(cell: Cell) -> str:
    tag = "th" if cell.is_header else "td"
    spans = "".join(
        f' {name}="{span}"'
        for name, span in (("rowspan", cell.row_span), ("colspan", cell.column_span))
        if span > 1
    )
    return f"<{tag}{spans}>{html.escape(cell.text)}</{tag}>"


def write_xlsx(tables: Iterable[Table], path: Path) -> None:
    """A workbook with a sheet for each table; texts stay texts, plain numbers become numbers."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for number, table in enumerate(tables, 1):
        _fill(book.create_sheet(_sheet_name(table, number)), table)
    if not book.worksheets:
        book.create_sheet("no tables")
    book.save(path)


def _sheet_name(table: Table, number: int) -> str:
    page = f"p{table.page} " if table.page else ""
    caption = _SHEET_NAME.sub(" ", table.caption).strip("' ")
    return f"{number} {page}{caption}"[:_SHEET_NAME_MOST].strip("' ")


def _fill(sheet: Any, table: Table) -> None:
    from openpyxl.styles import Font

    for cell in table.cells:
        place = sheet.cell(cell.row + 1, cell.column + 1)
        place.value = _value(cell.text)
        if isinstance(place.value, str):
            place.data_type = "s"  # never a formula, whatever it begins with
        if cell.is_header:
            place.font = Font(bold=True)
        if cell.row_span > 1 or cell.column_span > 1:
            sheet.merge_cells(
                start_row=cell.row + 1,
                start_column=cell.column + 1,
                end_row=cell.row + cell.row_span,
                end_column=cell.column + cell.column_span,
            )


def _value(text: str) -> str | float | int | None:
    """A plain number as a number; what a locale might read otherwise stays as written."""
    if not text:
        return None
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,14})", text):
        return int(text)
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,9})\.\d{1,5}", text):
        return float(text)
    return plain_cell(_UNWRITABLE.sub("", text))[:_CELL_MOST]
