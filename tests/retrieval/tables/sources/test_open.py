"""Office files, web pages and plain ones: their cells are theirs, with the spans they say."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from looktwice.errors import BadInput
from looktwice.retrieval.tables.sources.open import open_tables
from looktwice.schema import Table
from looktwice.settings import DocumentLimits
from pptx import Presentation
from pptx.util import Inches

from ..table_kit import PEOPLE, rows_of

ROWS = [list(row) for row in PEOPLE]


def tables(path: Path) -> list[Table]:
    opened = open_tables(path, DocumentLimits())
    found = list(opened.pages())
    opened.close()
    assert all(isinstance(one, Table) for one in found)
    return found


def test_a_web_page(tmp_path: Path) -> None:
    inner = "<table><tr><td>x</td><td>y</td></tr></table>"
    (tmp_path / "p.html").write_text(
        "<table><caption>Towns</caption><thead><tr><th rowspan=2>Town<th colspan=2>People</tr>"
        "<tr><th>2001<th>2011</tr></thead>"
        f"<tr><td>Aldport<td>1<script>no()</script><td>2</tr></table>{inner}<table><tr><td>layout</table>"
    )
    first, second = tables(tmp_path / "p.html")
    assert first.caption == "Towns"
    assert rows_of(first) == [["Town", "People", ""], ["", "2001", "2011"], ["Aldport", "1", "2"]]
    assert next(c for c in first.cells if c.text == "2").header == ("People", "2011")
    assert rows_of(second) == [["x", "y"]]


def test_spans_of_a_web_page_that_say_nonsense(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text(
        "<table><tr><td rowspan=0>a<td colspan=99999999>b<td colspan=x>c</tr><tr><td>d</tr></table>"
    )
    (table,) = tables(tmp_path / "p.html")
    assert table.shape == (2, 3)


def test_a_workbook_holds_several_tables(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Coast"
    sheet["B2"] = "Towns of the coast"
    for r, row in enumerate(PEOPLE, 3):
        for c, text in enumerate(row, 2):
            sheet.cell(r, c, text)
    sheet["B10"], sheet["C10"], sheet["B11"], sheet["C11"], sheet["D11"] = (
        "Boat",
        "Length",
        "Ann",
        12.5,
        3,
    )
    sheet.merge_cells("C10:D10")
    book.save(tmp_path / "b.xlsx")
    first, second = tables(tmp_path / "b.xlsx")
    assert (first.caption, first.page) == ("Coast: Towns of the coast", 1)
    assert rows_of(first) == ROWS
    assert rows_of(second) == [["Boat", "Length", ""], ["Ann", "12.5", "3"]]
    assert next(c for c in second.cells if c.text == "3").header == ("Length",)


def test_plain_files(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("\n".join(";".join(row) for row in PEOPLE))
    assert rows_of(tables(tmp_path / "t.csv")[0]) == ROWS
    lines = [" | ".join(row) for row in PEOPLE]
    (tmp_path / "t.md").write_text("\n".join(["# Towns", "", lines[0], "---|---|---", *lines[1:]]))
    assert rows_of(tables(tmp_path / "t.md")[0]) == ROWS
    (tmp_path / "t.txt").write_text("no table")
    with pytest.raises(BadInput, match="no tables"):
        open_tables(tmp_path / "t.txt", DocumentLimits())


def test_slides(tmp_path: Path) -> None:
    show = Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "Towns"
    shape = slide.shapes.add_table(2, 3, Inches(1), Inches(2), Inches(6), Inches(1))
    shape.table.cell(0, 0).merge(shape.table.cell(0, 1))
    for (r, c), text in {
        (0, 0): "Both",
        (0, 2): "One",
        (1, 0): "1",
        (1, 1): "2",
        (1, 2): "3",
    }.items():
        shape.table.cell(r, c).text = text
    show.save(str(tmp_path / "s.pptx"))
    (table,) = tables(tmp_path / "s.pptx")
    assert (table.caption, table.page) == ("Towns", 1)
    assert rows_of(table) == [["Both", "", "One"], ["1", "2", "3"]]
    assert next(c for c in table.cells if c.text == "2").header == ("Both",)
