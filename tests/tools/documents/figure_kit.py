"""A page with a figure for tests."""

from __future__ import annotations

from looktwice.retrieval.pages import Page, RawLine, Word, build_page

CAPTION = "Figure 3: Revenue by region in euros"
TEXT = "All of these words are running text of the report here"


def page(*lines: tuple[float, str]) -> Page:
    """A page of A4; each line begins at x = 60 at a height, a letter is 6 points wide."""
    raw = []
    for y, line in lines:
        at, words = 0, []
        for text in line.split():
            words.append(Word(text, (60 + 6.0 * at, y, 60 + 6.0 * (at + len(text)), y + 10)))
            at += len(text) + 1
        raw.append(RawLine(tuple(words), begins=True))
    return build_page(1, raw, width=595, height=842)
