"""Rows that are written larger than the rest of their page are marked for the model."""

from __future__ import annotations

from looktwice.agent.extraction.records.pages.rows import PageText, page_text
from looktwice.retrieval.pages import RawLine, Word, build_page


def paged(*rows: tuple[str, float]) -> PageText:
    """A page of rows, each with the height of its letters."""
    lines = [
        RawLine((Word(text, (40, 40 + 30 * at, 40 + 6 * len(text), 40 + 30 * at + height)),))
        for at, (text, height) in enumerate(rows)
    ]
    return page_text(build_page(1, lines, width=600, height=800, frame="page"))


def test_a_title_is_marked() -> None:
    body = [(f"word{n}", 10.0) for n in range(6)]
    shown = paged(("Statement", 10.0), ("Invoice-4711", 16.0), *body).shown.splitlines()
    assert shown[:3] == ["Statement", "# Invoice-4711", "word0"]


def test_where_much_is_large_nothing_stands_out() -> None:
    rows = [(f"word{n}", 16.0 if n < 3 else 10.0) for n in range(8)]
    assert "#" not in paged(*rows).shown
