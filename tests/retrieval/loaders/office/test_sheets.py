"""Sheets and tables of text are blocks of whole rows under their heads."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from .kit import (
    fault,
    kinds,
    read,
    workbook,
    written,
)


def test_a_sheet_is_blocks_of_whole_rows_under_its_head(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Sales of the year"], [], ["Region", "Amount", None, "Day"]]
    rows += [[f"R{n}", 1_000_000.5 + n, None, datetime.datetime(2024, 1, 2)] for n in range(150)]
    few = [[0.1 + 0.2, True, 10**14, "x"]]
    path = workbook(tmp_path / "a.xlsx", {"Sales": rows, "Empty": [], "Few": few})
    about, pages = read(path)
    assert about.type == "xlsx"
    *sales, last = pages
    assert len(sales) > 2
    assert pages[0].text.startswith(
        "Sales of the year\nRegion | Amount | Day\nR0 | 1000000.5 | 2024"
    )
    assert all("Region | Amount | Day" in page.text for page in sales)
    assert {page.section for page in sales} == {("Sales",)}
    assert sales[0].label.startswith("Sales, rows 4 to ")
    assert sales[-1].label.endswith(" to 153")
    found = [text.split(" | ")[0] for page in sales for kind, text in kinds(page) if kind == "row"]
    assert [name for name in found if name != "Region"] == [f"R{n}" for n in range(150)]
    values = [cell for page in sales for table in page.tables for cell in table.cells]
    amounts = [cell for cell in values if cell.header == ("Amount",)]
    assert [cell.label for cell in amounts] == [(f"R{n}",) for n in range(150)]
    assert (last.label, last.text) == ("Few", "0.3 | TRUE | 100000000000000 | x")


def test_shares_are_shown_as_shares(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = 0.256
    book.active["A1"].number_format = "0%"
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")[1][0].text == "25.6%"


@pytest.mark.parametrize("comma", [",", ";", "\t", "|"])
def test_text_tables_are_read_whatever_parts_their_cells(tmp_path: Path, comma: str) -> None:
    rows = [["name", "amount", "note"], ["a", "1.50", f"x{comma}y"], ["b", "-2", ""]]
    text = "\n".join(comma.join(f'"{c}"' if comma in c else c for c in row) for row in rows)
    _, (page,) = read(written(tmp_path / "a.csv", text))
    shown = " " if comma == "\t" else comma
    assert page.text == f"name | amount | note\na | 1.50 | x{shown}y\nb | -2"
    assert {line.kind for line in page.lines} == {"row"}


def test_a_long_text_table_repeats_its_head(tmp_path: Path) -> None:
    text = "name,amount\n" + "".join(f"n{n},{n}.50\n" for n in range(500))
    _, pages = read(written(tmp_path / "a.csv", text))
    assert all(page.text.startswith("name | amount\nn") for page in pages)
    rows = [line for page in pages for line in page.text.splitlines()[1:]]
    assert rows == [f"n{n} | {n}.50" for n in range(500)]


def test_a_table_of_only_numbers_has_no_head(tmp_path: Path) -> None:
    _, (page,) = read(written(tmp_path / "a.csv", "1,2\n3,4\n"))
    assert page.text == "1 | 2\n3 | 4"


def test_a_text_table_whose_quote_never_ends_is_refused(tmp_path: Path) -> None:
    text = 'a,b\n1,"' + "x" * 200_000
    assert "rename it to .txt" in fault(written(tmp_path / "a.csv", text))
