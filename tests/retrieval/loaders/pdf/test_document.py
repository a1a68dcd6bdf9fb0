"""A PDF as a whole: damage, encryption, limits, files that go."""

from __future__ import annotations

import contextlib
import re
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.base import Attachment
from looktwice.retrieval.loaders.load import open_document, render
from looktwice.retrieval.pages import Page
from looktwice.settings import DocumentLimits

from ... import pdf_kit
from .kit import LIMITS, Maker, fault


def test_encryption(make: Maker) -> None:
    sheet = pdf_kit.Sheet(pdf_kit.text(72, 700, "top secret"))
    assert make.read(sheet, user="")[0].text == "top secret"
    assert "encrypted with a password" in fault(make.file(sheet, user="guess"))


def test_damage_is_named(make: Maker) -> None:
    (make.folder / "a.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF")
    assert "damaged PDF" in fault(make.folder / "a.pdf")
    assert "no pages" in fault(make.file())


def test_a_bad_page_is_marked_and_the_others_are_read(make: Maker) -> None:
    good = pdf_kit.Sheet(pdf_kit.text(72, 700, "good"))
    data = make.file(good, good, good).read_bytes()
    kids = re.search(rb"/Kids\[\d+ 0 R (\d+) 0 R", data)
    assert kids is not None
    broken = data[: kids.start(1)] + b"9" * len(kids[1]) + data[kids.end(1) :]
    (make.folder / "b.pdf").write_bytes(broken)
    with open_document(make.folder / "b.pdf", LIMITS) as opened:
        pages = list(opened.pages())
    assert [(page.number, page.text, page.label) for page in pages if isinstance(page, Page)] == [
        (1, "good", ""),
        (2, "", "unreadable: the page is damaged"),
        (3, "good", ""),
    ]
    with pytest.raises(BadInput, match="no page 2 that can be read"):
        render(make.folder / "b.pdf", 2, LIMITS)


def test_limits_on_pages_and_characters(make: Maker) -> None:
    path = make.file(*[pdf_kit.Sheet(pdf_kit.text(72, 700, "many words"))] * 3)
    assert "3 pages" in fault(path, DocumentLimits(pages=2))
    with open_document(path, DocumentLimits(page_characters=4)) as opened:
        page = next(iter(opened.pages()))
    assert isinstance(page, Page)
    assert (page.text, page.label) == ("many", "cut after 4 characters")


def test_a_file_that_goes_while_it_is_read_is_read_to_the_end(make: Maker) -> None:
    path = make.file(*[pdf_kit.Sheet(pdf_kit.text(72, 400, "words"))] * 60)
    with open_document(path, LIMITS) as opened:
        pages = opened.pages()
        read = [next(pages)]
        path.unlink()
        read += pages
    assert [page.text for page in read if isinstance(page, Page)] == ["words"] * 60


def test_a_file_that_went_before_is_said(make: Maker) -> None:
    path = make.file(pdf_kit.Sheet())
    path.unlink()
    assert "no such file" in fault(path)


def test_ten_thousand_empty_pages_are_pages_without_text(make: Maker) -> None:
    path = make.file(*[pdf_kit.Sheet()] * 10_000)
    with open_document(path, LIMITS) as opened:
        pages = list(opened.pages())
    assert [page.number for page in pages if not isinstance(page, Attachment)] == list(
        range(1, 10_001)
    )
    assert {page.text for page in pages if isinstance(page, Page)} == {""}


def test_names_of_any_bytes(make: Maker) -> None:
    path = make.file(pdf_kit.Sheet(pdf_kit.text(72, 700, "words")))
    other = make.folder / "r\u00e9sum\u00e9 \udcff.pdf"
    try:
        shutil.copy(path, other)
    except OSError:
        pytest.skip("this file system takes only well-formed names")
    with open_document(other, LIMITS) as opened:
        assert opened.about.pages == 1


@given(data=st.data())
def test_any_damage_gives_pages_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = pdf_kit.Pdf(
        [
            pdf_kit.Sheet(pdf_kit.text(72, 700, "some words"), rotate=90),
            pdf_kit.Sheet(picture=True),
        ],
        outline=[(0, "One", 0, 3.0), (1, "Two", 1, None)],
    ).data()
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 12))):
        broken[data.draw(st.integers(5, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.pdf"
    path.write_bytes(broken)
    with (
        contextlib.suppress(BadInput),
        open_document(path, DocumentLimits(render_dpi=10, pages=50)) as opened,
    ):
        numbers = [page.number for page in opened.pages() if not isinstance(page, Attachment)]
        assert numbers == list(range(1, len(numbers) + 1))
