"""Words become rows, headings, paragraphs and columns in reading order."""

from __future__ import annotations

import pytest
from looktwice.retrieval.pages import Page

from ... import pdf_kit
from .kit import Maker, kinds_of


def lines_of(page: Page) -> list[str]:
    return [page.text[line.start : line.end] for line in page.lines]


def test_figures_written_column_by_column_become_rows(make: Maker) -> None:
    labels = ("Revenue", "Cost of sales", "Gross profit")
    columns = {300: ("2022", "9,583", "(7,363)", "2,220"), 400: ("2021", "10,329", "8,042", "—")}
    content = b"".join(pdf_kit.text(72, 680 - 20 * at, x) for at, x in enumerate(labels))
    for x, cells in columns.items():
        content += b"".join(pdf_kit.text(x, 700 - 20 * at, c) for at, c in enumerate(cells))
    page = make.page(content)
    assert kinds_of(page) == {
        "Revenue 9,583 10,329": "row",
        "Cost of sales (7,363) 8,042": "row",
        "Gross profit 2,220 —": "row",
        "2022 2021": "row",
    }


def prose(x: float, at: int, side: str) -> bytes:
    return bytes(
        pdf_kit.text(x, 700 - 14 * at, f"{side} column line {chr(97 + at) * 5} goes on here", 10)
    )


@pytest.mark.parametrize("interwoven", [True, False])
def test_columns_of_text_are_read_one_after_the_other(make: Maker, interwoven: bool) -> None:
    left = [prose(72, at, "left") for at in range(8)]
    right = [prose(320, at, "right") for at in range(8)]
    pairs = [part for both in zip(left, right, strict=True) for part in both]
    page = make.page(b"".join(pairs if interwoven else left + right))
    sides = [line.split()[0] for line in lines_of(page)]
    assert sides == ["left"] * 8 + ["right"] * 8
    assert {line.kind for line in page.lines} == {"text"}


def test_a_table_of_words_is_not_taken_for_columns(make: Maker) -> None:
    people = [("Ann Lee Smith", "Chief executive officer of the company since May")] * 3
    people += [("Bo Li Wu", "Treasurer")] * 3
    content = b"".join(
        pdf_kit.text(x, 700 - 20 * at, part)
        for at, row in enumerate(people)
        for x, part in zip((72, 250), row, strict=True)
    )
    assert lines_of(make.page(content)) == [" ".join(row) for row in people]


def test_headings_are_larger_or_bolder_than_the_body(make: Maker) -> None:
    body = "The quick brown fox jumps over the lazy dog and so on, which takes a line."
    parts = [("Annual Report", 24, "F1"), ("Risk factors", 12, "F2")]
    parts += [(f"{body} {at}", 12, "F1") for at in "abcd"]
    content = b"".join(
        pdf_kit.text(72, 700 - 24 * at, words, size, font)
        for at, (words, size, font) in enumerate(parts)
    )
    page = make.page(content)
    assert [(line.kind, line.level) for line in page.lines[:3]] == [
        ("heading", 1),
        ("heading", 4),
        ("text", 0),
    ]
    assert page.lines[2].begins


def test_paragraphs_begin_after_a_gap_or_an_indent(make: Maker) -> None:
    places = [(72, 700), (72, 686), (72, 672), (72, 640), (72, 626), (92, 612), (72, 598)]
    content = b"".join(pdf_kit.text(x, y, f"words at {y} and on") for x, y in places)
    begins = [places[at][1] for at, line in enumerate(make.page(content).lines) if line.begins]
    assert begins == [700, 640, 612]
