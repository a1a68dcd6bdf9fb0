"""Tables of answers as files."""

from __future__ import annotations

import io

import pytest
from looktwice.errors import BadInput
from looktwice.ui.web.tables import table_file, table_of, tables_file
from openpyxl import load_workbook

from .kit import answer

ROWS = (("item", "price"), ("Soup", "3.20"), ("=HYPERLINK(1)", "1.10"))


def test_a_table_as_csv_runs_nothing() -> None:
    text = table_file(answer(form="table", rows=ROWS), "csv").decode("utf-8-sig")
    assert text.splitlines() == ["item,price", "Soup,3.20", "'=HYPERLINK(1),1.10"]


def test_a_table_as_a_workbook_has_numbers() -> None:
    sheet = load_workbook(io.BytesIO(table_file(answer(form="table", rows=ROWS), "xlsx"))).active
    assert sheet is not None
    assert sheet["B2"].value == 3.2
    assert sheet["A1"].font.bold
    assert sheet["A3"].data_type == "s"


def test_tables_of_a_page_stand_one_after_another_in_csv_and_in_sheets_of_a_workbook() -> None:
    table = table_of(answer(form="table", rows=ROWS))
    text = tables_file([table, table], "csv").decode("utf-8-sig")
    assert text.split("\r\n\r\n")[1].startswith("item,price\r\n")
    assert len(load_workbook(io.BytesIO(tables_file([table, table], "xlsx"))).worksheets) == 2
    with pytest.raises(BadInput, match="no table was found"):
        tables_file([], "csv")


def test_an_answer_without_one_says_so() -> None:
    with pytest.raises(BadInput, match="no list and no table"):
        table_of(answer())
