"""load_office: every kind becomes pages that keep headings, rows and numbers; hostile ones are refused."""

from __future__ import annotations

import datetime
import socket
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.base import DocumentInfo
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.loaders.office.document import open_office
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
    assert [page.number for page in pages] == list(range(first, first + len(pages)))
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


def zipped(path: Path, parts: dict[str, str | bytes]) -> Path:
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


# --- Word --------------------------------------------------------------------------------------


def test_word_headings_open_pages_and_tables_keep_their_rows(tmp_path: Path) -> None:
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    table = "".join(
        row.format(paragraph(a), paragraph(b))
        for a, b in (("Year", "Profit"), ("2023", "1,234.50"))
    )
    body = "".join(
        [
            paragraph("Annual report", "T"),
            paragraph("Results", "H1"),
            paragraph("It *rose* by 5 % in_all. 1. One &lt;T&gt; &amp; more"),
            f"<w:tbl>{table}</w:tbl>",
            paragraph("Detail", "H2"),
            paragraph("Fine."),
            paragraph("Outlook", "H1"),
            paragraph("Good."),
        ]
    )
    about, pages = read(word(tmp_path / "a.docx", body))
    assert about == DocumentInfo("docx", "Annual report", None, "2023-04-05")
    assert [page.label for page in pages] == ["Annual report", "Outlook"]
    assert kinds(pages[0]) == [
        ("heading", "Annual report"),
        ("heading", "Results"),
        ("text", "It *rose* by 5 % in_all. 1. One <T> & more"),
        ("row", "Year | Profit"),
        ("row", "2023 | 1,234.50"),
        ("heading", "Detail"),
        ("text", "Fine."),
    ]
    assert [line.level for line in pages[0].lines if line.kind == "heading"] == [1, 1, 2]


def test_a_document_may_be_read_from_any_page(tmp_path: Path) -> None:
    body = "".join(paragraph(f"Part {n}", "H1") + paragraph(f"text {n}") for n in range(5))
    _, pages = read(word(tmp_path / "a.docx", body), first=4)
    assert [page.label for page in pages] == ["Part 3", "Part 4"]


def test_word_reads_no_other_file_and_no_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = written(tmp_path / "secret.txt", "the secret")
    calls: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *call: calls.append(call))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *call, **_: calls.append(call))
    drawing = (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/'
        '2006/wordprocessingDrawing"><a:graphic xmlns:a="http://schemas.openxmlformats.org/'
        'drawingml/2006/main"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/'
        'drawingml/2006/picture"><pic:blipFill><a:blip r:link="{}"/></pic:blipFill></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    relations = "".join(
        f'<Relationship Id="{ident}" Type="{R}/image" Target="{target}" TargetMode="External"/>'
        for ident, target in (("p1", secret.as_uri()), ("p2", "http://127.0.0.1:9/x.png"))
    )
    body = paragraph("Hello") + drawing.format("p1") + drawing.format("p2")
    _, pages = read(word(tmp_path / "a.docx", body, relations=relations))
    assert [page.text for page in pages] == ["Hello"]
    assert calls == []


# --- slides ------------------------------------------------------------------------------------


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


def test_a_slide_is_a_page_with_its_title_text_tables_charts_and_notes(tmp_path: Path) -> None:
    about, pages = read(presentation(tmp_path / "a.pptx"))
    assert (about.type, about.title, about.pages) == ("pptx", "", 3)
    assert [page.label for page in pages] == ["Growth", "", ""]
    assert kinds(pages[0]) == [
        ("heading", "Growth"),
        ("text", "> 50% growth"),
        ("text", "- 5 % loss"),
        ("text", "List<String>"),
        ("row", "Year | Profit"),
        ("row", "2023 | 1,234.50"),
        ("text", "say hello"),
    ]
    assert pages[1].text.splitlines()[1:] == ["East | 1.5", "West | 2.25"]
    assert pages[1].section == ("slide 2",)
    assert pages[2].text == ""


# --- sheets ------------------------------------------------------------------------------------


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


# --- web pages, Markdown, plain text -----------------------------------------------------------


def test_a_web_page_is_what_is_read_and_fetches_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = written(tmp_path / "secret.txt", "the secret")
    calls: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda *call: calls.append(call))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *call, **_: calls.append(call))
    path = written(
        tmp_path / "a.html",
        f"""<html><head><title>My page</title><script>alert(1)</script>
        <link rel="stylesheet" href="http://127.0.0.1:9/x.css"></head><body><h1>Top</h1>
        <p>a * b_c 1. &lt;T&gt; <b>bold</b> <a href="http://127.0.0.1:9/">link</a>
        <img alt="a dog" src="{secret.as_uri()}"><img src="data:image/png;base64,AAAA">
        <img alt="a cat" src="my (old) cat.png"></p>
        <iframe src="{secret.as_uri()}"></iframe>
        <table><tr><th>n</th><th>v</th></tr><tr><td>1</td><td>2,000.50</td></tr></table>
        <ol><li>first</li><li>second</li></ol></body></html>""",
    )
    about, (page,) = read(path)
    assert about.title == "My page"
    assert kinds(page) == [
        ("heading", "Top"),
        ("text", "a * b_c 1. <T> bold link a dog a cat"),
        ("row", "n | v"),
        ("row", "1 | 2,000.50"),
        ("text", "1. first"),
        ("text", "2. second"),
    ]
    assert calls == []


def test_a_web_page_nested_without_end_is_still_text(tmp_path: Path) -> None:
    deep = "<html><body>" + "<div>" * 5000 + "found" + "</div>" * 5000
    assert "found" in read(written(tmp_path / "a.html", deep))[1][0].text


def test_markdown_is_read_as_it_is_meant(tmp_path: Path) -> None:
    about, pages = read(
        written(
            tmp_path / "a.md",
            '---\ntitle: "Notes"\ndate: 2024-05-06\n---\n# Top\nfirst `code_x`\nsame paragraph\n\n'
            "## A\n- x\n- y\n\n| a | b |\n|---|---|\n| 1 | **2** |\n\n```py\n# no heading\n```\n"
            "<!-- hidden -->\n<script>bad()</script>\n\n"
            "## B\none<br>two [link](http://x) ![a cat](cat.png) 2 < 3\n",
        )
    )
    assert about == DocumentInfo("md", "Notes", None, "2024-05-06")
    assert [page.label for page in pages] == ["Top", "A", "B"]
    assert kinds(pages[0]) == [("heading", "Top"), ("text", "first code_x same paragraph")]
    assert kinds(pages[1]) == [
        ("heading", "A"),
        ("text", "x"),
        ("text", "y"),
        ("row", "a | b"),
        ("row", "1 | 2"),
        ("text", "# no heading"),
    ]
    assert pages[2].text == "B\none\ntwo link a cat 2 < 3"


def test_the_only_top_heading_is_the_title(tmp_path: Path) -> None:
    assert read(written(tmp_path / "a.md", "# Guide\n\n## A\nx\n\n## B\ny"))[0].title == "Guide"
    assert read(written(tmp_path / "b.md", "# A\nx\n\n# B\ny"))[0].title == ""


def test_long_text_is_cut_between_paragraphs(tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {n} " + "word " * 100 for n in range(30))
    _, pages = read(written(tmp_path / "a.txt", text))
    assert all(500 <= len(page.text.split()) <= 750 for page in pages[:-1])
    assert all(page.text.startswith("Paragraph") for page in pages)
    assert " ".join(page.text for page in pages).split() == text.split()


def test_text_of_one_endless_line_has_pages_too(tmp_path: Path) -> None:
    text = "Some words stand here. " * 5000
    _, pages = read(written(tmp_path / "a.txt", text))
    assert max(len(page.text.split()) for page in pages) < 2000
    assert " ".join(page.text for page in pages).split() == text.split()


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Übergröße 東京"),
        ("utf-8-sig", "Übergröße 東京"),
        ("utf-16", "Übergröße 東京"),
        ("utf-32", "Übergröße 東京"),
        ("cp1252", "Les élèves français étudiaient déjà à l’université; le café coûte 3 €."),
        ("cp1251", "Съешь же ещё этих мягких французских булок, да выпей чаю."),
        ("shift_jis", "東京都の売上は前年比で増加しました。カタカナも含まれます。"),
    ],
)
def test_text_is_read_in_its_own_encoding(tmp_path: Path, encoding: str, text: str) -> None:
    from looktwice.retrieval.loaders.text_file import open_text

    with open_text(written(tmp_path / "a.txt", text.encode(encoding))) as file:
        assert file.read() == text


def test_one_bad_byte_far_down_costs_one_letter(tmp_path: Path) -> None:
    data = b"plain words here\n" * 50_000 + "Gr\xfc\xdfe".encode("latin-1")
    _, pages = read(written(tmp_path / "a.txt", data))
    assert pages[-1].text.endswith("Grüße")


# --- what is refused ---------------------------------------------------------------------------

MAKERS: dict[str, Callable[[Path], Path]] = {
    "docx": lambda path: word(path, paragraph("Hello")),
    "pptx": presentation,
    "xlsx": lambda path: workbook(path, {"A": [["a", 1]]}),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_what_unpacks_to_too_much_is_refused_before_it_is(tmp_path: Path, kind: str) -> None:
    path = MAKERS[kind](tmp_path / f"a.{kind}")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("bomb.bin", bytes(5_000_000))
    assert path.stat().st_size < 200_000
    assert "LOOKTWICE_DOCUMENTS__EXPANDED" in fault(path, DocumentLimits(expanded=4_000_000))


@pytest.mark.parametrize("kind", MAKERS)
def test_entities_are_never_expanded(tmp_path: Path, kind: str) -> None:
    whole = MAKERS[kind](tmp_path / f"a.{kind}")
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
    with zipfile.ZipFile(whole) as package:
        parts: dict[str, str | bytes] = {n: package.read(n) for n in package.namelist()}
    name = next(n for n in parts if n.endswith(("document.xml", "slide1.xml", "sheet1.xml")))
    for data in (bomb, f"<!-- {'x' * 9000} -->{bomb}", ("\ufeff" + bomb).encode("utf-16-le")):
        path = zipped(tmp_path / f"b.{kind}", {**parts, name: data})
        assert "entities" in fault(path)


def test_parts_outside_of_the_package_are_refused(tmp_path: Path) -> None:
    for name in ("../x.xml", "/etc/x.xml", "word/../../x.xml", "C:\\x.xml"):
        parts = word_parts(paragraph("Hello")) | {name: "<x/>"}
        assert "outside" in fault(zipped(tmp_path / "a.docx", parts))


def test_an_encrypted_part_is_named(tmp_path: Path) -> None:
    path = word(tmp_path / "a.docx", paragraph("Hello"))
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "encrypted" in fault(written(path, bytes(data)))


@pytest.mark.parametrize("kind", MAKERS)
def test_a_part_that_is_missing_or_broken_is_said(tmp_path: Path, kind: str) -> None:
    whole = MAKERS[kind](tmp_path / f"a.{kind}")
    with zipfile.ZipFile(whole) as package:
        parts: dict[str, str | bytes] = {n: package.read(n) for n in package.namelist()}
    name = next(n for n in parts if n.endswith(("document.xml", "presentation.xml", "sheet1.xml")))
    assert "damaged" in fault(zipped(tmp_path / f"b.{kind}", {**parts, name: "<broken"}))


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.sampled_from(["html", "md", "txt", "csv"]), st.binary(min_size=1, max_size=400))
def test_any_bytes_are_pages_or_a_reason(tmp_path: Path, kind: str, data: bytes) -> None:
    path = written(tmp_path / f"any.{kind}", data)
    with suppress(BadInput), open_office(path, kind, LIMITS) as opened:  # and nothing else
        assert all(isinstance(page, Page) for page in opened.pages())


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_damaged_office_files_are_pages_or_a_reason(tmp_path: Path, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(MAKERS)))
    whole = tmp_path / f"whole.{kind}"
    if not whole.exists():
        MAKERS[kind](whole)
    content = bytearray(whole.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path / f"broken.{kind}", bytes(content[: data.draw(st.integers(1, 10**6))]))
    with suppress(BadInput), open_office(path, kind, LIMITS) as opened:  # and nothing else
        assert all(isinstance(page, Page) for page in opened.pages())


def test_too_many_pages_are_refused_with_the_setting(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", "\n\n".join(["word " * 700] * 5))
    assert "LOOKTWICE_DOCUMENTS__PAGES" in fault(path, DocumentLimits(pages=3))


def test_a_page_of_too_many_letters_is_cut_and_says_so(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"A": [["x" * 30_000]]})
    _, (page,) = read(path, DocumentLimits(page_characters=1000))
    assert (len(page.text), page.label) == (1000, "cut after 1,000 characters")
    assert page.lines[-1].end == 1000


def test_pages_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    text = "a,b\n" + "x,1\n" * 20_000 + '"' + "y" * 200_000
    with open_document(written(tmp_path / "a.csv", text), LIMITS) as opened:
        first = next(iter(opened.pages()))
    assert isinstance(first, Page)
    assert first.text.startswith("a | b\nx | 1")


def test_nothing_is_left_open(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    import gc
    import warnings

    path = MAKERS["xlsx"](tmp_path / "a.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        with open_document(path, LIMITS) as opened:
            next(iter(opened.pages()))
        gc.collect()
    assert not [w for w in recwarn if issubclass(w.category, ResourceWarning)]
    path.unlink()
