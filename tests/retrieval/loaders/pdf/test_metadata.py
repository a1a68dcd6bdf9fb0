"""What a PDF says about itself: outline, title, date, length."""

from __future__ import annotations

import pytest
from looktwice.retrieval.loaders.base import DocumentInfo
from looktwice.retrieval.loaders.load import open_document

from ... import pdf_kit
from .kit import LIMITS, Maker, fault


def test_the_outline_gives_sections_and_headings(make: Maker) -> None:
    outline = [
        (0, "Part I", 0, None),
        (1, "Item 1. Business", 0, 400.0),
        (1, "Item 2. Risks", 2, 780.0),
        (0, "Part II", 3, None),
    ]
    sheets = [pdf_kit.Sheet(pdf_kit.text(72, 400, "ITEM 1 BUSINESS")) for _ in range(4)]
    pages = make.read(*sheets, outline=outline)
    assert [page.section for page in pages] == [
        ("Part I",),
        ("Part I", "Item 1. Business"),
        ("Part I", "Item 2. Risks"),
        ("Part II",),
    ]
    assert [page.lines[0].kind for page in pages] == ["heading", "text", "text", "text"]
    assert pages[0].lines[0].level == 2


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Annual Report 2022", "Annual Report 2022"),
        ("Microsoft Word - draft3.doc", ""),
        ("Untitled-1", ""),
        ("final_v2.indd", ""),
        ("0001018724-18-000005", ""),
        ("the  file", ""),
    ],
)
def test_only_a_useful_title_is_kept(make: Maker, title: str, expected: str) -> None:
    path = make.file(pdf_kit.Sheet(), name="The File.pdf", info={"Title": title})
    with open_document(path, LIMITS) as opened:
        assert opened.about == DocumentInfo("pdf", expected, 1, "")


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("D:20230105161720-05'00'", "2023-01-05"),
        ("D:20231341", ""),
        ("yesterday", ""),
        ("D:00000000000000", ""),
    ],
)
def test_the_date_is_the_one_in_the_file(make: Maker, stamp: str, expected: str) -> None:
    path = make.file(pdf_kit.Sheet(), info={"CreationDate": stamp})
    with open_document(path, LIMITS) as opened:
        assert opened.about.date == expected


def test_a_file_that_is_cut_off_is_refused(make: Maker) -> None:
    data = make.file(*[pdf_kit.Sheet(pdf_kit.text(72, 700, "words"))] * 50).read_bytes()
    for length in (len(data) // 2, len(data) * 9 // 10):
        (make.folder / "cut.pdf").write_bytes(data[:length])
        assert "cut off" in fault(make.folder / "cut.pdf")
    (make.folder / "padded.pdf").write_bytes(data + bytes(5000))
    with open_document(make.folder / "padded.pdf", LIMITS) as opened:
        assert opened.about.pages == 50


def test_a_linearized_file_knows_its_length(make: Maker) -> None:
    data = make.file(pdf_kit.Sheet()).read_bytes()
    hint = b"%PDF-1.7\n9 0 obj\n<</Linearized 1/L 99999/H[1 2]/O 1/E 1/N 1/T 1>>\nendobj\n"
    (make.folder / "cut.pdf").write_bytes(hint + data)
    assert "cut off" in fault(make.folder / "cut.pdf")
