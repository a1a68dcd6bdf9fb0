"""Going through a document as a reader does: its outline, its figures and tables, every place of a term.

Questions about a document as a whole are answered from what the index knows of it, not from a few passages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from ...errors import ToolError
from ...schema import Evidence, Source
from ..base import Tool, tool
from .passages import Piece, as_evidence

if TYPE_CHECKING:
    from ...retrieval.outline import CaptionKind, DocumentOutline
    from ...retrieval.pages import Page
    from .search import DocumentSearch

OUTLINE, FIGURES, TABLES, FIND_ALL = "show_outline", "list_figures", "list_tables", "find_all"
WALKING_TOOLS = (OUTLINE, FIGURES, TABLES, FIND_ALL)
"""Names of the tools that go through one document."""

_MOST_LINES = 60
_MOST_PLACES = 40
_AROUND = 80
"""Letters shown on either side of a place."""


def walking_tools(documents: DocumentSearch) -> list[Tool]:
    """The tools that go through one document."""

    @tool(title="Looking at the outline", done="looked at the outline")
    def show_outline(document: str) -> list[Evidence]:
        """What a document is as a whole: title, date, number of pages, figures, tables, its headings.

        Args:
            document: Name of the document.
        """
        name = documents.named(document)
        entry = next(d for d in documents.index.documents() if d.name == name)
        outline = documents.index.outline(name)
        return [_whole(name, [*_facts(entry, outline), *_headings(outline)])]

    @tool(title="Looking through the figures", done="looked through the figures")
    def list_figures(document: str) -> list[Evidence]:
        """All figures and charts of a document that have a caption, with their pages.

        Args:
            document: Name of the document.
        """
        return _listed(documents, document, "figure")

    @tool(title="Looking through the tables", done="looked through the tables")
    def list_tables(document: str) -> list[Evidence]:
        """All tables of a document that have a caption, with their pages.

        Args:
            document: Name of the document.
        """
        return _listed(documents, document, "table")

    @tool(title="Looking for every mention", done="looked for every mention")
    def find_all(document: str, term: str) -> list[Evidence]:
        """Every place in a document where a word or phrase stands, counted.

        Args:
            document: Name of the document.
            term: The word or phrase, as the document writes it.
        """
        return _places(documents, documents.named(document), term)

    return [show_outline, list_figures, list_tables, find_all]


class _Entry(Protocol):
    @property
    def pages(self) -> int: ...


def _facts(entry: _Entry, outline: DocumentOutline) -> list[str]:
    known = [("title", getattr(entry, "title", "")), ("date", getattr(entry, "date", ""))]
    counts = {kind: sum(c.kind == kind for c in outline.captions) for kind in ("figure", "table")}
    return [
        *(f"{name}: {value}" for name, value in known if value),
        f"number of pages: {entry.pages}",
        f"figures with a caption: {counts['figure']}",
        f"tables with a caption: {counts['table']}",
        f"headings: {len(outline.sections)}",
    ]


def _headings(outline: DocumentOutline) -> list[str]:
    """The headings with their pages; of many the deep ones are left out."""
    sections = outline.sections
    deepest = max((s.level for s in sections), default=0)
    while len(sections) > _MOST_LINES and deepest > 1:
        deepest -= 1
        sections = tuple(s for s in sections if s.level <= deepest)
    shown = [
        f"{'  ' * (s.level - 1)}{s.title}, {pages_of(s.page, s.last_page)}"
        for s in sections[:_MOST_LINES]
    ]
    left = len(outline.sections) - len(shown)
    return [*shown, f"and {left} more headings"] if left else shown


def pages_of(first: int, last: int) -> str:
    """In words: "page 3" or "pages 3 to 5"."""
    return f"page {first}" if first == last else f"pages {first} to {last}"


def _listed(documents: DocumentSearch, document: str, kind: CaptionKind) -> list[Evidence]:
    name = documents.named(document)
    found = [c for c in documents.index.outline(name).captions if c.kind == kind]
    if not found:
        raise ToolError(f"{name}: no {kind} with a caption was found", "not_found")
    lines = [f"{c.text}, page {c.page}" for c in found[:_MOST_LINES]]
    return [_whole(name, [f"number of {kind}s with a caption: {len(found)}", *lines])]


def _places(documents: DocumentSearch, document: str, term: str) -> list[Evidence]:
    words = term.split()
    if not words:
        raise ToolError("find_all: the term is empty", "bad_arguments")
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)", re.IGNORECASE)
    pages = documents.pages(document)
    found = [(page, m.start(), m.end()) for page in pages for m in pattern.finditer(page.text)]
    if not found:
        raise ToolError(f"{document}: {term[:80]!r} stands nowhere in it", "not_found")
    on = len({page.number for page, _, _ in found})
    total = _whole(document, [f"“{' '.join(words)}” stands {len(found)} times, on {on} pages"])
    return [total, *(as_evidence(_around(document, *place)) for place in found[:_MOST_PLACES])]


def _around(document: str, page: Page, start: int, end: int) -> Piece:
    """A place with some letters on either side."""
    begin, stop = max(0, start - _AROUND), min(len(page.text), end + _AROUND)
    return Piece(document, page.number, page.text[begin:stop], start=begin, end=stop, on=page)


def _whole(document: str, lines: Iterable[str]) -> Evidence:
    """What the index knows of a document as a whole."""
    return Evidence(
        kind="passage",
        text="\n".join([f"document {document} as a whole:", *lines]),
        source=Source(document=document, name=document),
    )
