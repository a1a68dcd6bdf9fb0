"""The words of pages as they are compared."""

from __future__ import annotations

from looktwice.retrieval.pages import Page, RawLine, Word, build_page
from looktwice.tools.comparing.reading import words_of


def page(number: int, *lines: str) -> Page:
    return build_page(number, [RawLine(tuple(Word(w) for w in line.split())) for line in lines])


def texts(*pages: Page) -> list[str]:
    return [word.text for word in words_of(pages)]


def test_halves_of_a_word_are_one_also_over_a_page() -> None:
    body = [f"line {n} of the text" for n in "abcd"]
    first = page(1, "Lease of Ms Lind", *body, "its dura-")
    second = page(2, "Lease of Ms Lind", "tion is a year", *body)
    found = texts(first, second)
    assert "duration" in found
    assert found.count("Lease") == 1  # the running head


def test_cells_of_tables_are_known_by_their_heads() -> None:
    cells = (("Item", "2024"), ("Rent", "900"))
    rows = [
        RawLine((Word(a), Word("|"), Word(b)), "row", begins=not n, cells=(a, b))
        for n, (a, b) in enumerate(cells)
    ]
    words = {word.text: word.cell for word in words_of([build_page(1, rows)])}
    assert words["900"] == "Rent, 2024"
    assert "|" not in words
