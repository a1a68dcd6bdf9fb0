"""The tables a question may be about: of the pictures at hand, or of the documents a search leads to."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PIL import Image

from ...control import Control
from ...errors import BadInput, ToolError
from ...media.store import Store
from ...retrieval.tables.finding.tables import find_tables
from ...retrieval.tables.sources.scan import layout_of_scan
from ...retrieval.tables.typed import TypedTable, typed_table
from ...retrieval.text.terms import query_terms
from ...schema import Passage, Picture, Source, Table, TextLine
from ..context import Context
from ..documents.search import DocumentEntry
from ..execution.results import picture_source

__all__ = ["HasTables", "KnownTable", "TableLibrary"]

_HITS = 6
"""Passages of a search whose documents are looked through."""
_DOCUMENTS = 3
_LONG = 30
"""Pages from which only those around the best hit are looked at."""
_KEPT = 16
"""Documents and pictures whose tables are kept for the next question."""
_SAME_PLACE = 0.25
"""What a table gains that stands on a page that the search found, against all of a question's words."""

ReadText = Callable[[Image.Image, Picture], list[TextLine]]


@runtime_checkable
class HasTables(Protocol):
    """An index that gives the tables of its documents; `retrieval.index.Index` is one."""

    def search(
        self, query: str = "", *, limit: int = 10, control: Control | None = None
    ) -> list[Passage]:
        """The passages that fit a query, best first."""
        ...

    def tables(
        self, document: str, read_text: ReadText | None = None, first: int = 1, last: int = 0
    ) -> Sequence[Table]:
        """The tables of a document's pages; BadInput where it cannot be read any more."""
        ...

    def documents(self) -> Sequence[DocumentEntry]:
        """Every document."""
        ...


@dataclass(frozen=True)
class KnownTable:
    """A table with where it comes from.

    Attributes:
        score: how well it fits the question, 0..1.
    """

    table: Table
    typed: TypedTable
    source: Source
    score: float = 0.0


class TableLibrary:
    """Finds and keeps tables.

    Args:
        store: holds pictures.
        read_text: OCR; without it pictures and scans have no tables.
        index: the user's documents, where there are any with tables.
    """

    def __init__(
        self, store: Store, read_text: ReadText | None = None, index: HasTables | None = None
    ) -> None:
        self._store, self._read_text, self._index = store, read_text, index
        self._kept: OrderedDict[str, list[KnownTable]] = OrderedDict()

    def fitting(self, query: str, context: Context) -> list[KnownTable]:
        """Tables that a question may be about, the best first.

        Raises:
            ToolError: there are none.
        """
        if context.pictures:
            found = [one for picture in context.pictures for one in self._of_picture(picture)]
            pages: dict[tuple[str, int], int] = {}
        else:
            found, pages = self._of_documents(query, context)
        terms = set(query_terms(query))
        ranked = sorted((_scored(one, terms, pages) for one in found), key=lambda one: -one.score)
        if not ranked:
            raise ToolError("no table was found", "not_found")
        return ranked

    def again(self, source: Source, table: Table) -> KnownTable | None:
        """A table that was found before, whole."""
        wanted = (source.document, source.picture, table.page, table.box, table.caption)
        for one in (one for kept in self._kept.values() for one in kept):
            of, known = one.source, one.table
            if (of.document, of.picture, known.page, known.box, known.caption) == wanted:
                return one
        return None

    def _of_picture(self, picture: Picture) -> list[KnownTable]:
        key = picture.sha256
        if key not in self._kept:
            if self._read_text is None:
                return []
            image = self._store.open(picture)
            lines = self._read_text(image, picture)
            layout = layout_of_scan(image, lines, picture, 1)
            tables = [table.model_copy(update={"page": None}) for table in find_tables(layout)]
            self._keep(key, tables, lambda table: picture_source(picture))
        return self._kept[key]

    def _of_documents(
        self, query: str, context: Context
    ) -> tuple[list[KnownTable], dict[tuple[str, int], int]]:
        if self._index is None:
            return [], {}
        hits = self._index.search(query, limit=_HITS, control=context.control)
        pages: dict[tuple[str, int], int] = {}
        for at, hit in enumerate(hits):
            pages.setdefault((hit.document, hit.page), at)
        names = list(dict.fromkeys(hit.document for hit in hits))[:_DOCUMENTS]
        long = {entry.name for entry in self._index.documents() if entry.pages > _LONG}
        found: list[KnownTable] = []
        for name in names:
            on = [page for document, page in pages if document == name]
            found += self._of_document(name, (on[0] - 1, on[0] + 2) if name in long else (1, 0))
        return found, pages

    def _of_document(self, name: str, reach: tuple[int, int]) -> list[KnownTable]:
        """The tables of some pages of a document; of a long one, those around its best hit."""
        assert self._index is not None
        first, last = max(1, reach[0]), reach[1]
        key = f"{name} {first} {last}"
        if key not in self._kept:
            try:
                tables = self._index.tables(name, self._read_text, first, last)
            except BadInput:
                return []
            self._keep(
                key,
                tables,
                lambda table: Source(document=name, page=table.page or 1, name=name),
            )
        return self._kept[key]

    def _keep(self, key: str, tables: Sequence[Table], source: Callable[[Table], Source]) -> None:
        typed = ((table, typed_table(table)) for table in tables)
        self._kept[key] = [
            KnownTable(table, body, source(table)) for table, body in typed if body is not None
        ]
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)


def _scored(one: KnownTable, terms: set[str], pages: dict[tuple[str, int], int]) -> KnownTable:
    """With how well it fits: the share of a question's words that stand in its heads or its cells."""
    written = {term for cell in one.table.cells for term in query_terms(cell.text)}
    written |= set(query_terms(one.table.caption))
    score = len(terms & written) / max(1, len(terms))
    on = {cell.page or one.source.page or 0 for cell in one.table.cells}
    if any((one.source.document or "", page) in pages for page in on):
        score += _SAME_PLACE
    rank = min((pages.get((one.source.document or "", page), _HITS) for page in on), default=_HITS)
    score -= 0.01 * rank
    return KnownTable(one.table, one.typed, one.source, max(0.0, min(1.0, score)))
