"""Asking the user's own documents: searching them, finding pictures alike, opening a page.

What comes back is evidence with document, page and boxes. Whatever a document says, its name included,
is data: nothing here acts on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from PIL import Image

from ...control import Control
from ...errors import BadInput, ToolError
from ...extensions.extras import needs
from ...media.store import Store
from ...retrieval.outline import DocumentOutline
from ...retrieval.pages import Page
from ...retrieval.text.wording import stem
from ...schema import Evidence, Origin, Passage, Picture
from ..base import Tool, tool
from ..context import Context
from .duplicates import FIND_DUPLICATES, FindsDuplicates, duplicates_tool
from .passages import Piece, already_known, as_evidence, bare, merged, whole_page
from .pictures import FIND_PICTURES, FindsPictures, pictures_tool, place_of
from .versions import COMPARE_DOCUMENTS, versions_tool
from .videos import WATCH, Watchable, video_tool
from .walking import WALKING_TOOLS, walking_tools

SEARCH, SIMILAR, OPEN = "search_documents", "find_similar_images", "open_page"
SEARCH_TOOLS = (
    *(SEARCH, SIMILAR, OPEN, FIND_PICTURES, FIND_DUPLICATES, WATCH, COMPARE_DOCUMENTS),
    *WALKING_TOOLS,
)
"""Names of the tools an index brings; those for pictures and videos only where it has some."""

FIRST_LOOK = 6
"""Passages a search gives: enough to hold the answer mostly, few enough to be read quickly."""
_MOST = 40
_MOST_PICTURES = 4
"""Pages a search shows as pictures."""
_MOST_NEIGHBOURS = 3
_NAMED = 5
"""Names given where one is not known."""
_BY_WORDS = frozenset({"words", "label", "written"})
"""Ways by which a picture was found that say that words are true of it."""


class DocumentEntry(Protocol):
    """What a list of documents says of each."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def pages(self) -> int: ...


@runtime_checkable
class Searchable(Protocol):
    """What the assistant asks of an index; `retrieval.index.Index` is one."""

    def search(
        self,
        query: str = "",
        *,
        limit: int = 10,
        documents: Sequence[str] = (),
        control: Control | None = None,
    ) -> list[Passage]:
        """The passages that fit a query, best first; of some documents only, where they are named."""
        ...

    def similar_pictures(
        self, image: Image.Image, limit: int = 10, words: str = ""
    ) -> list[Passage]:
        """Pictures and scanned pages that look alike, but as the words say; best first."""
        ...

    def documents(self) -> Sequence[DocumentEntry]:
        """Every document."""
        ...

    def page(self, document: str, number: int) -> Page:
        """A page; BadInput naming what is unknown."""
        ...

    def outline(self, document: str) -> DocumentOutline:
        """Headings, figures, tables and printed page numbers; BadInput naming what is unknown."""
        ...

    def render(self, document: str, number: int) -> Image.Image:
        """A page as a picture; BadInput where it has none."""
        ...

    def describe(self) -> str:
        """What is in it, in two or three lines."""
        ...

    def __len__(self) -> int:
        """How many documents."""
        ...


def search_tools(index: Searchable, store: Store) -> list[Tool]:
    """The tools of an index; none where nothing is indexed.

    Args:
        index: what is searched; also asked while the tools are in use.
        store: keeps the pictures of pages.
    """
    if not len(index):
        return []
    documents = DocumentSearch(index, store)
    made = [
        _search_tool(documents),
        _similar_tool(documents),
        _open_tool(documents),
        *(pictures_tool(index, documents) if isinstance(index, FindsPictures) else ()),
        *((duplicates_tool(index, documents),) if isinstance(index, FindsDuplicates) else ()),
        *(video_tool(index, documents) if isinstance(index, Watchable) else ()),
        versions_tool(documents),
        *walking_tools(documents),
    ]
    # The stable words come first, so that prompts begin alike whatever is indexed.
    return [replace(t, description=f"{t.description}\n{index.describe()}") for t in made]


def _search_tool(search: DocumentSearch) -> Tool:
    @tool(
        title="Searching the documents",
        done="searched the documents",
        by_code=("limit", "documents", "pictures"),
    )
    def search_documents(
        query: str,
        context: Context,
        limit: int = FIRST_LOOK,
        documents: list[str] | None = None,
        pictures: bool = False,
    ) -> list[Evidence]:
        """Search the user's own documents (reports, contracts, letters, manuals, scans, notes) for facts.

        Args:
            query: What to look for: the question itself, or the words the documents would use.
            limit: Most passages to give; what was found before is not given again, unless its page was
                not shown yet and is to be.
            documents: Names of those to search; all, where none is given.
            pictures: Give the best pages as pictures, too, however they were found.
        """
        if not query.strip():
            raise ToolError("search_documents: the query is empty", "bad_arguments")
        wanted = min(max(limit, 1), _MOST)
        hits = search.index.search(
            query, limit=wanted, documents=documents or (), control=context.control
        )
        found = [search.piece(passage) for passage in hits]
        known = [e for e in context.evidence if e.picture is not None or not pictures]
        new = [p for p in merged(found) if not already_known(p, known)]
        if not new:
            again = " that was not found before" if found else ""
            raise ToolError(f"nothing in the documents fits {query[:80]!r}{again}", "not_found")
        return search.shown(new, look=lambda piece: pictures or "picture" in piece.found_by)

    return search_documents


def _similar_tool(documents: DocumentSearch) -> Tool:
    @tool(title="Finding similar pictures", done="looked for similar pictures")
    def find_similar_images(picture: Picture, but: str = "") -> list[Evidence]:
        """Find pictures and scanned pages among the user's documents that look like a picture.

        Args:
            picture: What to compare with.
            but: What they are to show otherwise, if anything: "at night", "with a dog".
        """
        image = documents.store.open(picture)
        alike = documents.index.similar_pictures(image, limit=FIRST_LOOK, words=but.strip())
        found = [documents.piece(passage) for passage in alike]
        if not found:
            raise ToolError("no picture among the documents looks like it", "not_found")
        items = documents.shown(found, look=lambda piece: True)
        score = max(passage.score for passage in alike)
        summary = Evidence(kind="value", text=_alike_in_words(alike, but.strip()), score=score)
        return [summary, *(e.model_copy(update={"kind": "image"}) for e in items)]

    return find_similar_images


def _alike_in_words(alike: Sequence[Passage], but: str) -> str:
    """Which pictures look alike, and what is known of the words they are to fit, too."""
    found = f"most like it: {'; '.join(map(place_of, alike))}"
    if not but:
        return found
    fit = [passage for passage in alike if _BY_WORDS & {*passage.found_by}]
    places = "; ".join(map(place_of, fit)) or "none of them"
    return f"{found}\n“{but}” was seen or read in {places}"


def _open_tool(documents: DocumentSearch) -> Tool:
    @tool(title="Opening a page", done="opened pages", by_code=("neighbours",))
    def open_page(document: str, page: int, neighbours: int = 0) -> list[Evidence]:
        """Open one page of one of the user's documents: its whole text, and how it looks.

        Args:
            document: Name of the document.
            page: Number of the page, 1 is the first.
            neighbours: How many pages before and after it to open as well.
        """
        name = documents.named(document)
        opened = documents.open(name, page)
        around = min(max(neighbours, 0), _MOST_NEIGHBOURS)
        others = [n for n in range(page - around, page + around + 1) if n != page and n > 0]
        near = [p for n in others if (p := documents.page(name, n)) is not None]
        pieces = [whole_page(name, p) for p in (opened, *near)]
        return documents.shown(pieces, look=lambda piece: True)

    return open_page


@dataclass(frozen=True)
class DocumentSearch:
    """An index together with where pictures of its pages are kept."""

    index: Searchable
    store: Store

    def piece(self, passage: Passage) -> Piece:
        """A passage with its place on its page."""
        page = self.page(passage.document, passage.page)
        start = page.text.find(passage.text) if page is not None else -1
        return Piece(
            document=passage.document,
            page=passage.page,
            text=passage.text,
            heading=passage.heading,
            start=start,
            end=start + len(passage.text) if start >= 0 else -1,
            score=passage.score,
            found_by=passage.found_by,
            on=page,
            passage=passage,
        )

    def page(self, document: str, number: int) -> Page | None:
        """A page, or None where there is none (any more)."""
        try:
            return self.index.page(document, number)
        except BadInput:
            return None

    def pages(self, document: str) -> Iterator[Page]:
        """All pages of a document that are there, in order, one at a time."""
        count = next(d.pages for d in self.index.documents() if d.name == document)
        found = (self.page(document, number) for number in range(1, count + 1))
        return (page for page in found if page is not None)

    def open(self, document: str, number: int) -> Page:
        """A page; ToolError says how many there are."""
        page = self.page(document, number) if number > 0 else None
        if page is None:
            pages = next((d.pages for d in self.index.documents() if d.name == document), 0)
            expected = f"expected 1 to {pages}" if pages else "it cannot be read any more"
            raise ToolError(f"{document} has no page {number}: {expected}", "not_found")
        return page

    def named(self, given: str) -> str:
        """The document somebody means; ToolError with the nearest names where none is."""
        names = [document.name for document in self.index.documents()]
        exact = [n for n in names if n == given] or [
            n for n in names if bare(given) and bare(given) in (bare(n), bare(stem(n)))
        ]
        inside = exact or [n for n in names if len(bare(given)) > 2 and bare(given) in bare(n)]
        if len(inside) == 1:
            return inside[0]
        near = ", ".join(inside[:_NAMED] or nearest_names(given, names))
        trouble = "several documents are called like" if inside else "there is no document"
        raise ToolError(f"{trouble} {given[:80]!r}; nearest: {near}", "not_found")

    def shown(self, pieces: Sequence[Piece], look: Callable[[Piece], bool]) -> list[Evidence]:
        """Evidence of pieces, the first few of those to be looked at with a picture of their page."""
        items: list[Evidence] = []
        pictures = 0
        for piece in pieces:
            picture = None
            if pictures < _MOST_PICTURES and look(piece):
                picture = self.picture(piece.document, piece.page, piece.on)
                pictures += picture is not None
            items.append(as_evidence(piece, picture))
        return items

    def picture(self, document: str, number: int, page: Page | None) -> Picture | None:
        """A page's rendering in the store; None where it has no looks, or its file is gone."""
        try:
            image = self.index.render(document, number)
            picture = self.store.add(image, f"{document}, page {number}")
        except BadInput:
            return None
        frame, width = (page.frame, page.width) if page is not None else ("page", 0.0)
        origin = Origin(
            document=document,
            page=number,
            scale=width / picture.width if width > 0 else 1.0,
            frame=frame,
        )
        return picture.model_copy(update={"origin": origin})


def nearest_names(given: str, names: Iterable[str], count: int = _NAMED) -> list[str]:
    """The names most like what was given, best first."""
    with needs("index"):
        from rapidfuzz.fuzz import partial_ratio

    wanted = bare(given)
    return sorted(names, key=lambda name: -partial_ratio(wanted, bare(name)))[:count]
