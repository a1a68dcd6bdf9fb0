"""Documents of further kinds, from the file to its pages."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from looktwice.retrieval.loaders.base import IllustratedPage
from looktwice.retrieval.loaders.load import open_document

from .kit import LIMITS, fault, png, read, written, zipped

ODF = "urn:oasis:names:tc:opendocument:xmlns:"
NAMES = " ".join(
    f'xmlns:{short}="{ODF}{long}:1.0"'
    for short, long in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("style", "style"), ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"),
    )
) + ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip


def opendocument(path: Path, kind: str, body: str, **parts: bytes) -> Path:
    mime = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}[kind]
    styles = (
        '<office:automatic-styles><style:style style:name="up"><style:text-properties '
        'style:text-position="super 58%"/></style:style></office:automatic-styles>'
    )
    content = (
        f"<office:document-content {NAMES}>{styles}<office:body><office:{mime}>{body}"
        f"</office:{mime}></office:body></office:document-content>"
    )
    found: dict[str, str | bytes] = {
        "mimetype": f"application/vnd.oasis.opendocument.{mime}",
        "content.xml": content,
        "meta.xml": f"<office:document-meta {NAMES}><office:meta><dc:title>Fees</dc:title>"
        "</office:meta></office:document-meta>",
    }
    more = {name.replace("__", "/").replace("_png", ".png"): data for name, data in parts.items()}
    return zipped(path, {**found, **more})


def test_an_opendocument_text(tmp_path: Path) -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>without tax</text:p></text:note-body></text:note>"
    )
    body = (
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        '<text:h text:outline-level="2">Berths</text:h>'
        '<text:p>Rent 27.5<text:span text:style-name="up">3</text:span> a<text:s text:c="2"/>'
        f"day{note}.</text:p>"
        "<office:annotation><dc:creator>Lu</dc:creator><text:p>dear</text:p></office:annotation>"
        '<table:table><table:table-row><table:table-cell table:number-rows-spanned="2">'
        "<text:p>East</text:p>"
        "</table:table-cell><table:table-cell><text:p>40</text:p></table:table-cell></table:table-row>"
        "<table:table-row><table:covered-table-cell/><table:table-cell><text:p>55</text:p>"
        "</table:table-cell></table:table-row></table:table>"
        '<text:p><draw:frame><draw:image xlink:href="Pictures/a.png"/></draw:frame></text:p>'
    )
    path = opendocument(tmp_path / "a.odt", "odt", body, Pictures__a_png=png())
    with open_document(path, LIMITS) as opened:
        (page,) = opened.pages()
        assert (opened.about.type, opened.about.title) == ("odt", "Fees")
    assert isinstance(page, IllustratedPage)
    assert page.page.text.split("\n") == [
        "Berths",
        "Rent 27.5 [3] a day [1].",
        "footnote 1: without tax",
        "comment by Lu: dear",
        "East | 40",
        "East | 55",
    ]


def test_an_opendocument_sheet(tmp_path: Path) -> None:
    def row(*cells: str) -> str:
        inner = "".join(f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in cells)
        end = '<table:table-cell table:number-columns-repeated="16380"/>'
        return f"<table:table-row>{inner}{end}</table:table-row>"

    body = (
        f'<table:table table:name="Boats">{row("Boat", "Berth")}{row("Tern", "C14")}'
        "<table:table-row><table:table-cell><text:p>All</text:p></table:table-cell>"
        '<table:table-cell table:formula="of:=SUM([.B1])"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
        f'</table:table><table:table table:name="Fees">{row("Day", "Fee")}{row("Monday", "12")}'
        "</table:table>"
    )
    _, pages = read(opendocument(tmp_path / "a.ods", "ods", body))
    assert [page.label for page in pages] == ["Boats", "Fees"]
    assert pages[0].text.split("\n") == [
        "Boat | Berth",
        "Tern | C14",
        "All | =SUM([.B1]) (not computed)",
    ]


def test_an_opendocument_presentation(tmp_path: Path) -> None:
    body = "".join(
        f'<draw:page draw:name="Part {n}"><draw:frame><draw:text-box><text:p>Fee {n}31</text:p>'
        "</draw:text-box></draw:frame></draw:page>"
        for n in (1, 2)
    )
    about, pages = read(opendocument(tmp_path / "a.odp", "odp", body))
    assert about.pages == 2
    assert [page.text for page in pages] == ["Fee 131", "Fee 231"]


def test_a_book_in_the_order_of_its_spine(tmp_path: Path) -> None:
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<c><r><rootfile full-path="OPS/a.opf"/></r></c>',
        "OPS/a.opf": '<p xmlns:dc="d"><dc:title>The tides</dc:title><dc:date>2019-05-04</dc:date>'
        '<item id="one" href="c%201.xhtml"/><item id="two" href="c2.xhtml"/><item id="no" href="x.xhtml"/>'
        '<itemref idref="two"/><itemref idref="one"/><itemref idref="no"/></p>',
        "OPS/c 1.xhtml": "<!DOCTYPE html><html><body><p>Last word: 88.</p></body></html>",
        "OPS/c2.xhtml": "<?xml version='1.0'?><html><h1>Spring tide</h1><p>It rises 4.2 m.</p></html>",
    }  # fmt: skip
    about, pages = read(zipped(tmp_path / "a.epub", parts))
    assert (about.type, about.title, about.date) == ("epub", "The tides", "2019-05-04")
    assert pages[0].text.split("\n") == [
        "Spring tide", "It rises 4.2 m.", "Last word: 88.", "(not read: OPS/x.xhtml (it is not there))",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "kind", "text"),
    [
        ("a.json", json.dumps({"fee": 31}), "json", "fee: 31"),
        ("a.jsonl", '{"fee": 31, "a": 1}\n{"fee": 32, "a": 2}', "jsonl", "fee | a\n31 | 1\n32 | 2"),
        (
            "a.ipynb",
            json.dumps({"cells": [{"source": "x = 31"}], "nbformat": 4}),
            "ipynb",
            "x = 31",
        ),
        ("a.xml", "<a><fee>31</fee></a>", "xml", "fee: 31"),
        ("a.rtf", r"{\rtf1 fee 31\par}", "rtf", "fee 31"),
        ("a.json", "\ufeff[1, 2]", "json", "1, 2"),
    ],
)
def test_data_files(tmp_path: Path, name: str, data: str, kind: str, text: str) -> None:
    about, pages = read(written(tmp_path / name, data))
    assert (about.type, pages[0].text) == (kind, text)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b"{"),
        ("a.rtf", b"MZ\x00\x01\x02"),
        ("a.epub", b"PK\x03\x04 broken"),
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        ("a.odt", b"plain words"),
    ],
)
def test_what_is_none_of_them_is_refused_by_name(tmp_path: Path, name: str, data: bytes) -> None:
    assert fault(written(tmp_path / name, data))


def test_xml_entities_are_not_opened(tmp_path: Path) -> None:
    secret = written(tmp_path / "s.txt", "secret")
    xml = f'<!DOCTYPE a [<!ENTITY b SYSTEM "{secret.as_uri()}">]><a><c>x&b;y</c></a>'
    assert "secret" not in read(written(tmp_path / "a.xml", xml))[1][0].text


def test_a_zip_with_a_strange_mimetype_is_no_book(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.odg", "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.graphics")
    assert "not read" in fault(tmp_path / "a.odg")
