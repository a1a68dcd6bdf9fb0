"""Catalogs for tests, and documents to put into them."""

from __future__ import annotations

from collections.abc import Sequence

from looktwice.retrieval.catalog.catalog import Catalog
from looktwice.retrieval.catalog.rows import NewFile
from looktwice.retrieval.pages import Page, RawLine, Word, build_page
from looktwice.retrieval.text.chunking import Chunk

HALF = "\ud83d"
"""Half of a character, as broken PDFs yield it."""


def reader(catalog: Catalog) -> Catalog:
    return Catalog(catalog._db.path, write=False)


def page_of(number: int, *passages: str, scanned: bool = False) -> tuple[Page, list[Chunk]]:
    """A page whose lines are its passages."""
    lines = [RawLine(tuple(Word(word) for word in text.split())) for text in passages]
    page = build_page(number, lines, scanned=scanned)
    return page, [Chunk(line.start, line.end, ("Chapter",)) for line in page.lines]


def add(
    catalog: Catalog,
    name: str,
    pages: Sequence[Sequence[str]],
    *,
    sha256: str = "",
    type: str = "pdf",
    date: str = "",
    replaces: int | None = None,
) -> int:
    """A document with these passages on its pages, held by /docs/<name>."""
    text = [page_of(number, *passages) for number, passages in enumerate(pages, 1)]
    document, done = catalog.begin(
        sha256 or name, type=type, title=f"About {name}", date=date, bytes=10, replaces=replaces
    )
    catalog.add_pages(document, text[done:], name)
    catalog.done(document, len(pages))
    catalog.publish(document, [NewFile(f"/docs/{name}", name, 10, 1)])
    return document


def found(catalog: Catalog, query: str, documents: Sequence[int] | None = None) -> list[str]:
    return [p.text for p in catalog.passages(i for i, _ in catalog.keyword(query, 99, documents))]


def bytes_of(catalog: Catalog) -> bytes:
    path = catalog._db.path
    return b"".join(p.read_bytes() for p in sorted(path.parent.glob(f"{path.name}*")))
