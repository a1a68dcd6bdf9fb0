"""What repeats at the edges of pages is furniture."""

from __future__ import annotations

from typing import Any

import numpy as np
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.pages import Page

from ... import pdf_kit
from .kit import LIMITS, Maker, kinds_of


def test_running_heads_feet_and_page_numbers_are_furniture(make: Maker) -> None:
    def sheet(number: int) -> Any:
        words = pdf_kit.text(72, 760, f"Report 2022 | part {number // 6}")
        words += pdf_kit.text(72, 400, f"Table with 3 columns, page {'ab'[number % 2] * number}")
        return pdf_kit.Sheet(words + pdf_kit.text(300, 30, f"{number}"))

    pages = make.read(*(sheet(number) for number in range(1, 13)))
    for number, page in enumerate(pages, 1):
        kinds = kinds_of(page)
        assert kinds.pop(f"Report 2022 | part {number // 6}") == "furniture"
        assert kinds.pop(f"{number}") == "furniture"
        assert list(kinds.values()) == ["text"]


def texts(document: Any, first: int = 1) -> list[Page]:
    """Its pages, all of which must hold text."""
    pages = list(document.pages(first))
    assert all(isinstance(page, Page) for page in pages)
    return pages


def test_reading_from_the_middle_gives_the_same_pages(make: Maker) -> None:
    sheets = [
        pdf_kit.Sheet(
            pdf_kit.text(72, 760, "Head") + pdf_kit.text(72, 400, "body " * 9, 9 + at % 3)
        )
        for at in range(12)
    ]
    path = make.file(*sheets)
    with open_document(path, LIMITS) as opened:
        whole, rest = texts(opened), texts(opened, 7)
    assert [page.number for page in rest] == list(range(7, 13))
    for one, other in zip(whole[6:], rest, strict=True):
        assert (one.text, one.lines) == (other.text, other.lines)
        assert np.array_equal(one.boxes, other.boxes)
