"""Documents for the tests: an index in memory with the methods of the real one, found by shared words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from looktwice.agent.text.facts import content_words
from looktwice.control import Control
from looktwice.errors import BadInput
from looktwice.retrieval.duplicates import Duplicates
from looktwice.retrieval.outline import DocumentOutline, outline_of
from looktwice.retrieval.pages import Page, RawLine, Word, build_page
from looktwice.retrieval.text.periods import with_tables
from looktwice.schema import Passage
from PIL import Image

LINE, LETTER = 12, 6
"""Points a line is high and a letter wide."""


def page(number: int, *lines: str, boxes: bool = True) -> Page:
    """A page whose lines stand one below the other, every word with its box."""
    raw = []
    for row, line in enumerate(lines):
        at, words = 0, []
        for text in line.split():
            box = (LETTER * at, LINE * row, LETTER * (at + len(text)), LINE * row + 10)
            words.append(Word(text, tuple(map(float, box)) if boxes else None))  # type: ignore[arg-type]
            at += len(text) + 1
        raw.append(RawLine(tuple(words)))
    size = (600.0, 800.0) if boxes else (0.0, 0.0)
    return with_tables(build_page(number, raw, width=size[0], height=size[1]))


@dataclass(frozen=True)
class Book:
    name: str
    pages: int
    type: str = "pdf"


@dataclass
class MemoryIndex:
    """Pages as passages of `height` lines each.

    Attributes:
        asked: every query, with how many hits were wanted.
    """

    books: Mapping[str, Sequence[Page]]
    height: int = 4
    overlap: int = 0
    found_by: tuple[str, ...] = ("text",)
    asked: list[tuple[str, int]] = field(default_factory=list)
    rendered: list[tuple[str, int]] = field(default_factory=list)
    closed: bool = False

    def search(
        self, query: str = "", *, limit: int = 10, documents: Sequence[str] = (), **how: Any
    ) -> list[Passage]:
        self.asked.append((query, limit))
        wanted = content_words(query)
        among = [p for p in self._passages() if not documents or p.document in documents]
        scored = [(len(wanted & self._words(p)), p) for p in among]
        best = sorted((s for s in scored if s[0]), key=lambda s: -s[0])[:limit]
        return [p.model_copy(update={"score": min(1.0, n / len(wanted))}) for n, p in best]

    def similar_pictures(
        self, image: Image.Image, limit: int = 10, words: str = ""
    ) -> list[Passage]:
        return [p.model_copy(update={"found_by": ("picture",)}) for p in self._passages()][:limit]

    def duplicates(self, control: Control | None = None) -> tuple[list[Duplicates], list[str]]:
        return [], []

    def documents(self) -> list[Book]:
        return [Book(name, len(pages)) for name, pages in self.books.items()]

    def page(self, document: str, number: int) -> Page:
        for found in self.books.get(document, ()):
            if found.number == number:
                return found
        raise BadInput(document, f"there is no page {number}")

    def outline(self, document: str) -> DocumentOutline:
        return outline_of(self.books[document])

    def render(self, document: str, number: int) -> Image.Image:
        found = self.page(document, number)
        if not found.width:
            raise BadInput(document, "has no looks")
        self.rendered.append((document, number))
        shade = 40 * len(self.rendered) % 256
        return Image.new("RGB", (int(found.width * 2), int(found.height * 2)), (shade, 9, 9))

    def describe(self) -> str:
        return f"{len(self)} documents: {', '.join(self.books)}"

    def __len__(self) -> int:
        return len(self.books)

    def close(self) -> None:
        self.closed = True

    def _words(self, passage: Passage) -> set[str]:
        return content_words(f"{passage.document.replace('_', ' ')} {passage.text}")

    def _passages(self) -> list[Passage]:
        return [
            self._passage(name, found, first)
            for name, pages in self.books.items()
            for found in pages
            for first in range(0, max(1, len(found.lines) - self.overlap), self.height)
        ]

    def _passage(self, name: str, on: Page, first: int) -> Passage:
        lines = on.lines[first : first + self.height + self.overlap]
        start, end = (lines[0].start, lines[-1].end) if lines else (0, 0)
        return Passage(
            document=name,
            page=on.number,
            text=on.text[start:end],
            heading=on.section,
            boxes=on.boxes_of(start, end),
            found_by=self.found_by,
        )
