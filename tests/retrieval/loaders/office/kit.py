"""Office files for tests."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.base import Attachment, DocumentInfo
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.pages import Page
from looktwice.settings import DocumentLimits

LIMITS = DocumentLimits()


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


PACKAGE = "http://schemas.openxmlformats.org/package/2006"


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def read(
    path: Path, limits: DocumentLimits = LIMITS, first: int = 1
) -> tuple[DocumentInfo, list[Page]]:
    with open_document(path, limits) as opened:
        pages = list(opened.pages(first))
    assert all(isinstance(page, Page) for page in pages)
    assert [page.number for page in pages if not isinstance(page, Attachment)] == list(
        range(first, first + len(pages))
    )
    return opened.about, pages  # type: ignore[return-value]


def fault(path: Path, limits: DocumentLimits = LIMITS) -> str:
    with pytest.raises(BadInput) as caught:
        read(path, limits)
    assert caught.value.source == str(path)
    return caught.value.reason


def written(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def kinds(page: Page) -> list[tuple[str, str]]:
    return [(line.kind, page.text[line.start : line.end]) for line in page.lines]


def zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return path


def paragraph(text: str, style: str = "") -> str:
    mark = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{mark}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def word_parts(body: str, *, before: str = "", relations: str = "") -> dict[str, str | bytes]:
    """The parts of a Word document by hand, so that the tests can also make harmful ones."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{ident}"><w:name w:val="{name}"/></w:style>'
        for ident, name in (("H1", "heading 1"), ("H2", "heading 2"), ("T", "Title"))
    )
    office = f"{R}/officeDocument"
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{WORD}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{WORD}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="s1" Type="{R}/styles" Target="styles.xml"/>{relations}</Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{W}">{styles}</w:styles>',
        "word/document.xml": f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>',
        "docProps/core.xml": '<cp:p xmlns:cp="c" xmlns:dc="d" xmlns:dt="t"><dc:title>Annual report'
        "</dc:title><dt:created>2023-04-05T06:07:08Z</dt:created></cp:p>",
    }


def word(path: Path, body: str, **more: str) -> Path:
    return zipped(path, word_parts(body, **more))


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def presentation(path: Path) -> Path:
    from pptx import Presentation
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    area = (Inches(1), Inches(4), Inches(3), Inches(1))
    show = Presentation()
    show.core_properties.title = "PowerPoint Presentation"
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "Growth"
    slide.placeholders[1].text = "> 50% growth\n- 5 % loss\nList<String>"
    slide.notes_slide.notes_text_frame.text = "say hello"
    table = slide.shapes.add_table(2, 2, *area).table
    for at, text in enumerate(["Year", "Profit", "2023", "1,234.50"]):
        table.cell(at // 2, at % 2).text = text
    slide = show.slides.add_slide(show.slide_layouts[6])
    chart = CategoryChartData()
    chart.categories = ["East", "West"]
    chart.add_series("2023", (1.5, 2.25))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *area, chart)
    show.slides.add_slide(show.slide_layouts[6])
    show.save(str(path))
    return path


MAKERS: dict[str, Callable[[Path], Path]] = {
    "docx": lambda path: word(path, paragraph("Hello")),
    "pptx": presentation,
    "xlsx": lambda path: workbook(path, {"A": [["a", 1]]}),
}


def with_parts(body: str, parts: dict[str, str]) -> dict[str, str | bytes]:
    """A Word document with more parts, each by the last word of its kind: {"header": "<w:hdr>..."}."""
    names = f'xmlns:w="{W}" xmlns:r="{R}"'
    relations = "".join(
        f'<Relationship Id="r{kind}" Type="{R}/{kind}" Target="{kind}.xml"/>' for kind in parts
    )
    found = word_parts(body, relations=relations)
    for kind, xml in parts.items():
        found[f"word/{kind}.xml"] = xml.replace(">", f" {names}>", 1)
    return found


def png(width: int = 300, height: int = 100) -> bytes:
    """A picture that is large enough to hold words."""
    import io

    from PIL import Image

    file = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).save(file, "PNG")
    return file.getvalue()
