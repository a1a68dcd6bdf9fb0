"""Workbooks: merged cells stand in their rows, hidden and uncomputed things are said, drawings are read."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from looktwice.retrieval.loaders.base import IllustratedPage
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.loaders.office.sheet_parts import _ranges
from openpyxl.chart import BarChart3D, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image

from .kit import LIMITS, png, read


def book() -> tuple[openpyxl.Workbook, openpyxl.worksheet.worksheet.Worksheet]:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Sales"
    for row in (("Area", "Half", "Sold"), ("East", 1, 40), (None, 2, 55), ("West", 1, 31)):
        sheet.append(row)
    return made, sheet


def test_merged_cells_stand_in_every_row(tmp_path: Path) -> None:
    made, sheet = book()
    sheet.merge_cells("A2:A3")
    made.save(tmp_path / "a.xlsx")
    (page,) = read(tmp_path / "a.xlsx")[1]
    assert page.text.split("\n")[1:] == ["East | 1 | 40", "East | 2 | 55", "West | 1 | 31"]


def test_hidden_sheets_rows_and_columns_are_said(tmp_path: Path) -> None:
    made, sheet = book()
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["B"].hidden = True
    other = made.create_sheet("Wages")
    other.append(["Name", "Pay"])
    other.append(["Ito", 3100])
    other.sheet_state = "hidden"
    made.save(tmp_path / "a.xlsx")
    pages = read(tmp_path / "a.xlsx")[1]
    assert pages[0].text.split("\n")[0] == "(hidden: rows 3; columns B)"
    assert pages[1].label == "Wages (hidden sheet)"
    assert "Ito | 3100" in pages[1].text


def test_formulas_that_nobody_computed_are_said(tmp_path: Path) -> None:
    made, sheet = book()
    sheet["C5"] = "=SUM(C2:C4)"
    sheet["A5"] = "All"
    made.save(tmp_path / "a.xlsx")
    (page,) = read(tmp_path / "a.xlsx")[1]
    assert "All |  | =SUM(C2:C4) (not computed)" in page.text.replace("All | | ", "All |  | ")


def test_raised_marks_in_cells_stay_apart(tmp_path: Path) -> None:
    made, sheet = book()
    sheet["C2"] = "MARK"
    made.save(tmp_path / "plain.xlsx")
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    strings = (
        b'<sst xmlns="%s"><si><r><t>40.5</t></r><r><rPr><vertAlign val="superscript"/></rPr>'
        b"<t>3</t></r></si></sst>" % main
    )
    swaps = [  # as Excel keeps texts: once each, in a part of their own
        (b'<c r="C2" t="inlineStr"><is><t>MARK</t></is></c>', b'<c r="C2" t="s"><v>0</v></c>'),
        (
            b"</Types>",
            b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
            b'officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
        ),
    ]
    with (
        zipfile.ZipFile(tmp_path / "plain.xlsx") as old,
        zipfile.ZipFile(tmp_path / "a.xlsx", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            for was, now in swaps:
                data = data.replace(was, now)
            new.writestr(name, data)
        new.writestr("xl/sharedStrings.xml", strings)
    assert "East | 1 | 40.5 [3]" in read(tmp_path / "a.xlsx")[1][0].text


def test_comments_charts_and_pictures_come_behind_the_cells(tmp_path: Path) -> None:
    made, sheet = book()
    sheet["C2"].comment = Comment("check with the till", "Mia")
    chart = BarChart3D()
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "F2")
    sheet.add_image(Image(io.BytesIO(png())), "F20")
    made.save(tmp_path / "a.xlsx")
    with open_document(tmp_path / "a.xlsx", LIMITS) as opened:
        pages = list(opened.pages())
    last = pages[-1]
    assert isinstance(last, IllustratedPage)
    assert "comment on C2: check with the till" in last.page.text
    assert len(last.pictures) == 1


@pytest.mark.parametrize(
    ("numbers", "words"), [([3, 4, 5, 9], "3-5, 9"), ([7], "7"), ([2, 1], "1-2")]
)
def test_ranges(numbers: list[int], words: str) -> None:
    assert _ranges(numbers) == words
