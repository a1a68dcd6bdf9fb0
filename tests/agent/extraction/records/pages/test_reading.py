"""Pages as rows of cells, whatever order the file writes them in."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.agent.extraction.records.pages.reading import DocumentPages
from looktwice.agent.extraction.records.pages.rows import page_text
from looktwice.control import Control
from looktwice.errors import BadInput
from looktwice.retrieval.pages import RawLine, Word, build_page
from looktwice.settings import DocumentLimits


def line(*words: tuple[str, float, float]) -> RawLine:
    """Words with their left edge and top; letters 5 wide, 10 high."""
    return RawLine(tuple(Word(w, (x, y, x + 5 * len(w), y + 10)) for w, x, y in words))


def test_rows_are_what_stands_at_one_height() -> None:
    page = build_page(
        1,
        [
            line(("Item", 0, 0), ("Amount", 200, 1)),
            line(("12.00", 200, 21)),
            line(("Steel", 0, 20), ("rope", 30, 20)),
        ],
    )
    read = page_text(page)
    assert read.rows == (("Item", "Amount"), ("Steel rope", "12.00"))
    assert read.shown == "Item | Amount\nSteel rope | 12.00"
    assert read.page.text == "Item Amount\nSteel rope 12.00"
    (box,) = read.page.boxes_of(read.page.text.index("12.00"), len(read.page.text))
    assert box.xyxy == (200, 21, 225, 31)


def test_words_up_the_margin_are_left_out() -> None:
    page = build_page(
        1, [line(("Sum", 0, 0), ("5.00", 100, 0)), RawLine((Word("Copyright", (0, 0, 8, 90)),))]
    )
    assert page_text(page).rows == (("Sum", "5.00"),)


def test_a_document_without_layout_gives_its_lines() -> None:
    page = build_page(1, [RawLine((Word("Total:"), Word("5"))), RawLine((Word("Name"),))])
    assert page_text(page).rows == (("Total: 5",), ("Name",))


def test_documents_are_read_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Total: 5 EUR\n")
    with DocumentPages(DocumentLimits(), None) as pages:
        for _ in range(2):
            (read,) = pages.read(path, 1, Control())
            assert read.rows == (("Total: 5 EUR",),)
        with pytest.raises(BadInput, match="gone"):
            list(pages.read(tmp_path / "gone.pdf", 1, Control()))
        assert [p.number for p in pages.read(path, 1, Control())] == [1]
