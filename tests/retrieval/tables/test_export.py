"""Tables as files: what a spreadsheet opens runs nothing, spans and boxes are kept."""

from __future__ import annotations

import csv
import json
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
from looktwice.retrieval.tables.export import (
    as_dict,
    grid_of,
    write_csv,
    write_html,
    write_json,
    write_xlsx,
)
from looktwice.schema import Box, Cell, Table

ODD = '=HYPERLINK("http://x")'
TABLE = Table(
    caption="Costs <b>",
    page=3,
    cells=(
        Cell(text="Kind", row=0, column=0, row_span=2, is_header=True),
        Cell(text="Price", row=0, column=1, column_span=2, is_header=True),
        Cell(text="old", row=1, column=1, is_header=True),
        Cell(text="new", row=1, column=2, is_header=True),
        Cell(text=ODD, row=2, column=0),
        Cell(text="-12.5", row=2, column=1, header=("Price", "old"), label=(ODD,),
             box=Box(x1=1, y1=2, x2=3, y2=4, frame="page"), page=4),
        Cell(text="007", row=2, column=2),
    ),
)  # fmt: skip


def test_csv_is_what_stands_there_but_for_formulas(tmp_path: Path) -> None:
    write_csv(TABLE, tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [["Kind", "Price", ""], ["", "old", "new"], [f"'{ODD}", "-12.5", "007"]]


def test_a_workbook_has_numbers_spans_and_no_formula(tmp_path: Path) -> None:
    write_xlsx([TABLE, TABLE], tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    assert len(book.sheetnames) == 2
    sheet = book.worksheets[0]
    assert {str(area) for area in sheet.merged_cells.ranges} == {"A1:A2", "B1:C1"}
    assert sheet["B3"].value == -12.5
    assert sheet["C3"].value == "007"
    assert sheet["A3"].data_type == "s"
    assert sheet["A1"].font.bold
    write_xlsx([], tmp_path / "none.xlsx")
    assert openpyxl.load_workbook(tmp_path / "none.xlsx").sheetnames == ["no tables"]


def test_html_has_spans_and_escapes(tmp_path: Path) -> None:
    seen: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.append((tag, dict(attrs)))

    write_html(TABLE, tmp_path / "t.html")
    Reader().feed((tmp_path / "t.html").read_text("utf-8"))
    assert ("th", {"rowspan": "2"}) in seen
    assert ("th", {"colspan": "2"}) in seen
    assert "b" not in [tag for tag, _ in seen]


def test_json_says_where_each_cell_stands(tmp_path: Path) -> None:
    write_json(TABLE, tmp_path / "t.json")
    told = json.loads((tmp_path / "t.json").read_text("utf-8"))
    assert told == as_dict(TABLE)
    assert (told["rows"], told["columns"], told["page"]) == (3, 3, 3)
    price = next(cell for cell in told["cells"] if cell["text"] == "-12.5")
    assert price["header"] == ["Price", "old"]
    assert (price["page"], price["box"]) == (4, [1, 2, 3, 4])
    assert next(c for c in told["cells"] if c["text"] == "Price")["end_col"] == 2
    assert grid_of(TABLE)[0] == ["Kind", "Price", ""]
