"""Word: what hangs on paragraphs is read as what it is, what was deleted is not, a broken part is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.retrieval.loaders.base import IllustratedPage
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.loaders.office.word import word_lines

from .kit import LIMITS, R, paragraph, png, with_parts, word_parts, zipped


def read(tmp_path: Path, body: str, **parts: str) -> list[str]:
    path = zipped(tmp_path / "a.docx", with_parts(body, parts))
    return [line.text for line in word_lines(path) if line.picture is None]


def test_headers_footers_footnotes_and_comments(tmp_path: Path) -> None:
    body = (
        '<w:p><w:r><w:t>The roof costs 9,410</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        '<w:r><w:t> crowns.</w:t></w:r><w:r><w:commentReference w:id="7"/></w:r></w:p>'
        '<w:p><w:r><w:t>It is paid</w:t></w:r><w:r><w:endnoteReference w:id="1"/></w:r></w:p>'
    )
    found = read(
        tmp_path,
        body,
        header=f"<w:hdr>{paragraph('Ref. 88-K')}</w:hdr>",
        footer=f"<w:ftr>{paragraph('IBAN 4410')}</w:ftr>",
        footnotes=f'<w:footnotes><w:footnote w:id="2">{paragraph("without tax")}</w:footnote>'
        "</w:footnotes>",
        endnotes=f'<w:endnotes><w:endnote w:id="1">{paragraph("in May")}</w:endnote></w:endnotes>',
        comments='<w:comments><w:comment w:id="7" w:author="O. Reis">'
        f"{paragraph('Too much?')}</w:comment></w:comments>",
    )
    assert found == [
        "header: Ref. 88-K",
        "The roof costs 9,410 [2] crowns.",
        "footnote 2: without tax",
        "comment by O. Reis: Too much?",
        "It is paid [1]",
        "endnote 1: in May",
        "footer: IBAN 4410",
    ]


def test_deleted_moved_and_hidden_words_are_not_there_inserted_ones_are(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>The rent is </w:t></w:r><w:del><w:r><w:delText>700</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>815</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t> or less</w:t></w:r>"
        "<w:moveFrom><w:r><w:t> a week</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t> a month</w:t></w:r>"
        "</w:moveTo></w:p><w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:r><w:t>gone</w:t></w:r>"
        "</w:p></w:tc></w:tr></w:tbl>"
    )
    assert read(tmp_path, body) == ["The rent is 815 a month"]


def test_text_boxes_are_read_once(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{paragraph('Gate code 5520')}</w:txbxContent>"
    body = (
        '<w:p xmlns:mc="m"><w:r><w:t>Arrival</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>'
        f"<w:drawing><x>{box}</x></w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert read(tmp_path, body) == ["Arrival", "Gate code 5520"]


def test_raised_marks_stay_apart(tmp_path: Path) -> None:
    raised = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{}</w:t></w:r>'
    body = (
        f"<w:p><w:r><w:t>Loans 62.7</w:t></w:r>{raised.format(4)}<w:r><w:t> of 9 km</w:t></w:r>"
        f"{raised.format(2)}</w:p>"
    )
    assert read(tmp_path, body) == ["Loans 62.7 [4] of 9 km²"]


def test_merged_and_inner_cells(tmp_path: Path) -> None:
    def cell(text: str, more: str = "", inner: str = "") -> str:
        return f"<w:tc><w:tcPr>{more}</w:tcPr>{paragraph(text)}{inner}</w:tc>"

    begin, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    inner = f"<w:tbl><w:tr>{cell('up to 5 m')}{cell('46.00')}</w:tr></w:tbl>"
    rows = [
        cell("Pier", '<w:gridSpan w:val="2"/>') + cell("Fee"),
        cell("North", begin) + cell("day") + cell("12"),
        cell("", on) + cell("night") + cell("31"),
        cell("South") + cell("day", inner=inner) + cell("9"),
    ]
    body = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    assert read(tmp_path, body) == [
        "Pier | Pier | Fee",
        "North | day | 12",
        "North | night | 31",
        "South | day | 9",
        "up to 5 m | 46.00",
    ]


PICTURE = '<w:p><w:r><w:drawing><a:blip xmlns:a="a" r:embed="{}"/></w:drawing></w:r></w:p>'


def test_pictures_come_along_and_linked_or_lost_ones_cost_themselves(tmp_path: Path) -> None:
    relations = (
        f'<Relationship Id="in" Type="{R}/image" Target="media/a.png"/>'
        f'<Relationship Id="lost" Type="{R}/image" Target="media/b.png"/>'
        f'<Relationship Id="out" Type="{R}/image" Target="http://x/c.png" TargetMode="External"/>'
    )
    body = (
        paragraph("Above")
        + "".join(map(PICTURE.format, ("in", "out", "lost")))
        + paragraph("Below")
    )
    parts = word_parts(body, relations=relations)
    parts["word/media/a.png"] = png()
    with open_document(zipped(tmp_path / "a.docx", parts), LIMITS) as opened:
        (page,) = opened.pages()
    assert isinstance(page, IllustratedPage)
    assert page.page.text.split("\n") == [
        "Above",
        "Below",
        "(not read: a linked image, which is not in the file)",
        "(not read: word/media/b.png (it is not there))",
    ]
    assert [inset.after for inset in page.pictures] == [1]


@pytest.mark.parametrize("part", ["numbering", "footnotes", "header"])
def test_a_broken_part_is_named(tmp_path: Path, part: str) -> None:
    found = read(tmp_path, paragraph("The mill is let."), **{part: "<w:open>"})
    assert found[0] == "The mill is let."
    assert found[1].startswith(f"(not read: word/{part}.xml (")
