"""Tables of whole files, through the process that reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from looktwice.errors import BadInput
from looktwice.retrieval.tables.read import TableReader
from looktwice.schema import Picture, TextLine
from looktwice.settings import DocumentLimits
from PIL import Image, ImageDraw

from .table_kit import PEOPLE, drawn, pdf, prose, rows_of

ROWS = [list(row) for row in PEOPLE]


@pytest.fixture(scope="module")
def reader() -> Iterator[TableReader]:
    with TableReader(DocumentLimits()) as opened:
        yield opened


@pytest.mark.parametrize("ruled", [True, False])
def test_a_pdf(reader: TableReader, tmp_path: Path, ruled: bool) -> None:
    page = prose(760) + drawn(PEOPLE, y=660, ruled=ruled) + prose(500)
    (table,) = reader.read(pdf(tmp_path / "towns.pdf", page))
    assert rows_of(table) == ROWS
    area = next(cell for cell in table.cells if cell.text == "88.0")
    assert (area.header, area.label, area.page) == (("Area",), ("Cormouth",), 1)
    assert area.box is not None
    assert area.box.x1 > 292
    assert 186 < area.box.center[1] < 204


def test_a_turned_page_reads_alike(reader: TableReader, tmp_path: Path) -> None:
    (table,) = reader.read(pdf(tmp_path / "turned.pdf", drawn(PEOPLE, ruled=True), rotate=90))
    assert rows_of(table) == ROWS
    assert table.box is not None
    assert table.box.height > table.box.width


def test_a_table_over_two_pages(reader: TableReader, tmp_path: Path) -> None:
    rows = [[f"Town {n}", str(100 + n), f"{n}.5"] for n in range(40)]
    pages = [[PEOPLE[0], *rows[:30]], [PEOPLE[0], *rows[30:]]]
    path = pdf(tmp_path / "long.pdf", *(drawn(page, y=740, high=20) for page in pages))
    (table,) = reader.read(path)
    assert rows_of(table) == [ROWS[0], *rows]
    assert {cell.page for cell in table.cells} == {1, 2}


def test_a_picture_is_read_by_ocr(tmp_path: Path) -> None:
    picture = Image.new("RGB", (700, 400), "white")
    draw = ImageDraw.Draw(picture)
    for at in range(6):
        draw.line((50, 50 + 50 * at, 500, 50 + 50 * at), "black", 2)
    for at in range(4):
        draw.line((50 + 150 * at, 50, 50 + 150 * at, 300), "black", 2)
    picture.save(tmp_path / "towns.png")

    def read_text(image: Any, of: Picture) -> list[TextLine]:
        assert image.size == (700, 400)
        return [
            TextLine(text=words, score=1, box=of.box(x, y, x + 9 * len(words), y + 20))
            for r, row in enumerate(PEOPLE)
            for c, words in enumerate(row)
            for x, y in [(60 + 150 * c, 65 + 50 * r)]
        ]

    with TableReader(DocumentLimits(), read_text) as reader:
        (table,) = reader.read(tmp_path / "towns.png")
    assert rows_of(table) == ROWS
    assert table.box is not None
    assert table.box.frame == "picture"
    with TableReader(DocumentLimits()) as reader, pytest.raises(BadInput, match="needs OCR"):
        list(reader.read(tmp_path / "towns.png"))


def test_a_broken_file_costs_itself(reader: TableReader, tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 nothing else")
    with pytest.raises(BadInput, match=r"broken\.pdf"):
        list(reader.read(tmp_path / "broken.pdf"))
    whole = pdf(tmp_path / "whole.pdf", drawn(PEOPLE))
    assert len(list(reader.read(whole))) == 1
    empty = pdf(tmp_path / "empty.pdf", b"")
    assert list(reader.read(empty)) == []


def test_shaded_rows_are_no_rules(reader: TableReader, tmp_path: Path) -> None:
    """Accounts shade every other row cell by cell: what parts cells of one colour cannot be seen."""
    shades = b"0.8 0.93 1 rg\n" + b"".join(
        b"%g %g 55 18 re f\n" % (72 + 55 * c, 700 - 18 * (r + 1)) for r in (1, 3) for c in range(6)
    )
    page = prose(760) + shades + b"0 g\n" + drawn(PEOPLE, y=700)
    (table,) = reader.read(pdf(tmp_path / "shaded.pdf", page))
    assert rows_of(table) == ROWS


def test_only_some_pages(reader: TableReader, tmp_path: Path) -> None:
    path = pdf(tmp_path / "many.pdf", *(drawn(PEOPLE, ruled=True) + prose(500) for _ in range(6)))
    assert [table.page for table in reader.read(path, first=2, last=3)] == [2, 3]
    assert len(list(reader.read(path))) == 6
