"""The documents a question is about: all of a user's, or those that were chosen beside the box."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ...errors import BadInput
from ...retrieval.duplicates import duplicates_in
from ...schema import Depicted, Passage, Table

if TYPE_CHECKING:
    from PIL import Image

    from ...control import Control
    from ...retrieval.catalog.rows import Document
    from ...retrieval.duplicates import Duplicates
    from ...retrieval.index import Index
    from ...retrieval.outline import DocumentOutline
    from ...retrieval.pages import Page
    from ...retrieval.tables.read import ReadText
    from ...retrieval.watching import VideoQuestion, Watched

NO_DOCUMENTS = "\0none"
"""Chosen where a question is to be answered without documents; no document has this name."""
ALL_DOCUMENTS = "\0all"
"""Chosen where a question that comes with a picture is about the documents, too."""
_NAMED = 20
_WIDER = 4
"""So many times more look-alikes are taken from the whole index, of which the chosen ones are kept."""


class ChosenDocuments:
    """An index of which only some documents exist; it is searched as a whole one is.

    Args:
        index: of the user.
        names: of the chosen documents; those it does not have are left out.
    """

    def __init__(self, index: Index, names: Collection[str]) -> None:
        self._index = index
        self._names = frozenset(names)

    def search(
        self,
        query: str = "",
        *,
        limit: int = 10,
        documents: Sequence[str] = (),
        control: Control | None = None,
    ) -> list[Passage]:
        """The passages that fit a query, best first."""
        asked = [name for name in documents if name in self._names]
        if not self._names or (documents and not asked):
            return []
        chosen = asked or sorted(self._names)
        return self._index.search(query, limit=limit, documents=chosen, control=control)

    def pictures(
        self, query: str, *, limit: int = 10, documents: Sequence[str] = (), always: bool = False
    ) -> Depicted | None:
        """The pictures that show what a query looks for; None where it looks for none."""
        asked = [name for name in documents if name in self._names]
        if not self._names or (documents and not asked):
            return None
        chosen = asked or sorted(self._names)
        return self._index.pictures(query, limit=limit, documents=chosen, always=always)

    def similar_pictures(
        self, image: Image.Image, limit: int = 10, words: str = ""
    ) -> list[Passage]:
        """Pictures and scanned pages that look alike, but as the words say; best first."""
        found = self._index.similar_pictures(image, limit * _WIDER, words)
        return [p for p in found if p.document in self._names][:limit]

    def duplicates(self, control: Control | None = None) -> tuple[list[Duplicates], list[str]]:
        """Copies among the chosen documents, and what could not be looked at."""
        return duplicates_in(self, control)

    def video_question(self, question: str) -> VideoQuestion:
        """What a question asks of a video."""
        return self._index.video_question(question)

    def watch(self, document: str, question: VideoQuestion) -> Watched:
        """What a chosen video says to it; BadInput naming what is unknown."""
        return self._index.watch(self._checked(document), question)

    def documents(self) -> list[Document]:
        """Every chosen document."""
        return [d for d in self._index.documents() if d.name in self._names]

    def page(self, document: str, number: int) -> Page:
        """A page; BadInput naming what is unknown."""
        return self._index.page(self._checked(document), number)

    def outline(self, document: str) -> DocumentOutline:
        """Headings, figures, tables and printed page numbers; BadInput naming what is unknown."""
        return self._index.outline(self._checked(document))

    def render(self, document: str, number: int) -> Image.Image:
        """A page as a picture; BadInput where it has none."""
        return self._index.render(self._checked(document), number)

    def tables(
        self, document: str, read_text: ReadText | None = None, first: int = 1, last: int = 0
    ) -> Sequence[Table]:
        """The tables of a document's pages; BadInput where it cannot be read any more."""
        return self._index.tables(self._checked(document), read_text, first, last)

    def describe(self) -> str:
        """What is in it, for a model."""
        chosen = self.documents()
        names = ", ".join(d.title or d.name for d in chosen[:_NAMED])
        more = f" and {len(chosen) - _NAMED} more" if len(chosen) > _NAMED else ""
        return f"Documents: {len(chosen)}; {sum(d.pages for d in chosen)} pages.\n{names}{more}"

    def __len__(self) -> int:
        return len(self.documents())

    def _checked(self, document: str) -> str:
        found = self._index.document(document).name
        if found not in self._names:
            raise BadInput(document, "is not among the documents chosen for this question")
        return found


def choices_of(names: Sequence[str]) -> list[tuple[str, str]]:
    """What can be chosen beside the box, as labels and values: all, none, folders, documents."""
    if not names:
        return []
    folders = sorted({name.rpartition("/")[0] for name in names} - {""})
    return [
        ("All documents", ALL_DOCUMENTS),
        ("No documents", NO_DOCUMENTS),
        *((f"All of {folder}/", f"{folder}/") for folder in folders),
        *((name, name) for name in names),
    ]


def names_in(choices: Collection[str], names: Sequence[str]) -> list[str] | None:
    """The documents that were chosen; None for all, also where all that was chosen is gone.

    Args:
        choices: values of `choices_of`; a browser may send anything.
        names: of all documents.
    """
    if ALL_DOCUMENTS in choices:
        return None
    folders = tuple(choice for choice in choices if choice.endswith("/"))
    chosen = [n for n in names if n in choices or (folders and n.startswith(folders))]
    return chosen if chosen or NO_DOCUMENTS in choices else None
