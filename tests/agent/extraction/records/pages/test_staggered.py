"""An amount that stands at the foot of its cell belongs to the row beside it."""

from __future__ import annotations

from looktwice.agent.extraction.records.pages.rows import page_text
from looktwice.retrieval.pages import RawLine, Word, build_page

Cell = tuple[str, float, float]
"""A word, and where its left upper corner is."""


def rows_of(*cells: Cell) -> tuple[tuple[str, ...], ...]:
    """The rows of a page with these words, eight points high."""
    lines = [RawLine((Word(text, (x, y, x + 5 * len(text), y + 8)),)) for text, x, y in cells]
    return page_text(build_page(1, lines, width=600, height=800, frame="page")).rows


def test_a_cell_in_an_empty_column_goes_on_the_row_that_it_touches() -> None:
    assert rows_of(
        ("1", 70, 135), ("Rope", 190, 135), ("2", 400, 135), ("173.10", 510, 143),
        ("2", 70, 165), ("Hook", 190, 165), ("1", 400, 165), ("10.08", 510, 173),
    ) == (("1", "Rope", "2", "173.10"), ("2", "Hook", "1", "10.08"))  # fmt: skip


def test_words_under_a_cell_stay_a_row_of_their_own() -> None:
    rows = rows_of(("1", 70, 135), ("Rope", 190, 135), ("9.00", 400, 135), ("galvanised", 190, 144))
    assert rows == (("1", "Rope", "9.00"), ("galvanised",))


def test_a_sum_some_lines_below_is_another_row() -> None:
    rows = rows_of(("1", 70, 135), ("Rope", 190, 135), ("173.10", 510, 160))
    assert rows == (("1", "Rope"), ("173.10",))
