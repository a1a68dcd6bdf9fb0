"""What of a document's pages can be summed up: its sentences, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ...retrieval.pages import Page
from ...retrieval.text.sentences import count_words, sentence_ends

_FEWEST_WORDS, _MOST_WORDS = 5, 90
_LETTERS = 0.6
"""Share of letters among what is no space: less is a table, a formula, a line of a contents page."""
_FEWEST_SENTENCES = 3
"""From which a stretch is summed up by its sentences alone; slides have lines."""
STOPS = frozenset(".!?…。！？｡؟।።")


class Unit(NamedTuple):
    """A sentence, or a line of a slide: characters `start` to `end` of a page."""

    page: int
    start: int
    end: int
    text: str

    @property
    def is_sentence(self) -> bool:
        """Whether it ends like one."""
        return self.text[-1:] in STOPS


def units_of(pages: Iterable[Page]) -> list[Unit]:
    """What is said on pages, in order."""
    return [unit for page in pages for unit in _of_page(page)]


def telling(units: Sequence[Unit]) -> Sequence[Unit]:
    """The sentences among units; all of them where there are hardly any, as on slides."""
    sentences = [unit for unit in units if unit.is_sentence]
    return sentences if len(sentences) >= _FEWEST_SENTENCES else units


def _of_page(page: Page) -> Iterator[Unit]:
    for start, end in _paragraphs(page):
        text = page.text[start:end]
        borders = [0, *sentence_ends(text), len(text)]
        for a, b in pairwise(borders):
            said = " ".join(text[a:b].split())
            if _says_something(said):
                lead = len(text[a:b]) - len(text[a:b].lstrip())
                yield Unit(page.number, start + a + lead, start + b, said)


def _paragraphs(page: Page) -> Iterator[tuple[int, int]]:
    """Spans of running text, and rows of tables one by one.

    What begins with a small letter goes on with what stands before, also past a gap.
    """
    start = end = -1
    for line in page.lines:
        text = page.text[line.start : line.end]
        if line.kind in ("heading", "furniture"):
            continue
        goes_on = start >= 0 and text[:1].islower() and page.text[end - 1] not in STOPS
        apart = (line.kind == "row" or line.begins) and not goes_on
        if apart and start >= 0:
            yield start, end
        if apart or start < 0:
            start = line.start
        end = line.end
    if start >= 0:
        yield start, end


def _says_something(text: str) -> bool:
    signs = [sign for sign in text if not sign.isspace()]
    if sum(map(str.isalpha, signs)) < _LETTERS * len(signs):
        return False
    return _FEWEST_WORDS <= count_words(text) <= _MOST_WORDS
