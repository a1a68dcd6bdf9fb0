"""Office files, web pages and text as a whole: what is read, what is refused, what is left open."""

from __future__ import annotations

import socket
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

from .kit import (
    LIMITS,
    MAKERS,
    R,
    fault,
    kinds,
    paragraph,
    read,
    word,
    workbook,
    written,
)


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
