"""What is shown beside the conversation: a picture or a page, large, with the quoted words marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ...errors import BadInput
from ...media.store import Store
from ...schema import Answer, Box, Citation, Evidence, Origin, Picture, Table
from .comparisons import Comparisons
from .conversation import Exchange, source_name
from .cuts import cut_around
from .documents import UserDocuments
from .history import ChatHistory
from .html.answers import Mark, cited_marks, marks_on, whole_pictures
from .html.panes import Leaf, contents, found_pages, page_pane, picture_pane, text_pane
from .looks import as_jpeg, measures, page_measures, picture_of
from .tables import tables_file

T = TypeVar("T")
_LINK = re.compile(r"([cdpw])(\d{1,3})")
_THUMBNAIL = (240, 340)
"""Pixels at most; shown at half the size."""
_MOST_FOUND = 30


@dataclass(frozen=True)
class Viewer:
    """Finds and draws what a link of the conversation points at."""

    store: Store
    history: ChatHistory
    documents: UserDocuments

    @property
    def _comparisons(self) -> Comparisons:
        return Comparisons(self.store, self.history, self.documents)

    def linked(self, owner: str, chat: str, number: int, which: str) -> str:
        """The view of a link, as HTML.

        Args:
            owner: the user; sees their own chats only.
            chat: the id of the conversation.
            number: of the exchange, from 0.
            which: "c2" the second citation, "d0" the first difference, "p0" the first picture of the
                question, "w0" the first of the answer.

        Raises:
            BadInput: there is no such thing.
        """
        found = _LINK.fullmatch(which)
        if found is None:
            raise BadInput("view", "there is nothing of this kind")
        exchange = self.history.exchange(owner, chat, number)
        kind, place = found[1], int(found[2])
        if kind == "c":
            citation = _item(exchange.answer.citations, place - 1)
            home = f"/see/chat/{chat}/{number}/c{place}"
            marks = cited_marks(exchange.answer, number, place)
            return self._citation(owner, exchange, citation, marks, home)
        if kind == "d":
            laid = f"/see/laid/{chat}/{number}/{place}"
            return self._comparisons.pane(owner, exchange, number, place, laid)
        pictures = exchange.pictures if kind == "p" else tuple(whole_pictures(exchange))
        picture = _item(pictures, place)
        return picture_pane(picture.name, picture, self._all_marks(exchange, picture, number))

    def cut(self, owner: str, chat: str, number: int, place: int) -> bytes:
        """The place of citation `place` (from 1), zoomed, as a JPEG; BadInput where there is none."""
        exchange = self.history.exchange(owner, chat, number)
        citation = _item(exchange.answer.citations, place - 1)
        picture = self._cited_picture(owner, citation, exchange)
        if picture is not None:
            return cut_around(self.store.open(picture), picture, citation.boxes)
        if not (citation.source.document and citation.source.page):
            raise BadInput("view", "this place has no look")
        return self.page_cut(owner, citation.source.document, citation.source.page, citation.boxes)

    def page_cut(self, owner: str, document: str, page: int, boxes: Sequence[Box]) -> bytes:
        """A place of a document, zoomed, as a JPEG; BadInput where it has no look."""
        image, scale = self.documents.view(owner, document, page)
        frame = self.documents.page(owner, document, page).frame
        origin = Origin(document=document, page=page, scale=scale, frame=frame)
        drawn = measures(image.width, image.height, document, origin)
        return cut_around(image, drawn, boxes)

    def laid(self, owner: str, chat: str, number: int, place: int) -> bytes:
        """The second side of difference `place` (from 0) laid over the first, as a JPEG."""
        return self._comparisons.laid(owner, self.history.exchange(owner, chat, number), place)

    def page(self, owner: str, document: str, number: int, words: str) -> str:
        """A page of a document with the words of a search marked, as HTML."""
        index = self.documents.index(owner)
        if index is None:
            raise BadInput(document, "is not among your documents")
        leaf = Leaf(document, number, 0, words=words)
        if not words.strip():
            return self.leaf_pane(owner, leaf, ())
        boxes = index.matches(document, number, words)
        marks: list[Mark] = [(box, "lt-cited lt-word", "") for box in boxes]
        found = index.matching_words(document, number, words)
        return self.leaf_pane(owner, leaf, marks, found=found)

    def leaf(self, owner: str, document: str, number: int, *, small: bool = False) -> bytes:
        """A page as a JPEG, small or whole; BadInput where it has no look, or its file is gone."""
        image = self.documents.view(owner, document, number)[0].convert("RGB")
        if small:
            image.thumbnail(_THUMBNAIL)
        return as_jpeg(image, quality=75 if small else 88)

    def film(self, owner: str, document: str) -> Path:
        """The file of a video of the user's; BadInput where it is none, or is gone."""
        index = self.documents.index(owner)
        found = index.document(document) if index is not None else None
        if found is None or found.type != "video" or not Path(found.path).is_file():
            raise BadInput(document, "is none of your videos")
        return Path(found.path)

    def contents(self, owner: str, document: str) -> str:
        """The table of contents of a document and its pages, small, as HTML."""
        index = self.documents.index(owner)
        if index is None:
            raise BadInput(document, "is not among your documents")
        return contents(document, index.document(document).pages, index.outline(document))

    def find(self, owner: str, document: str, words: str) -> str:
        """The pages of a document on which words stand, as HTML."""
        index = self.documents.index(owner)
        if index is None or not words.strip():
            return found_pages(document, (), words)
        alike = index.search(words, limit=_MOST_FOUND, documents=(document,))
        found = [p for p in alike if index.matches(document, p.page, words)]
        shown = sorted(found or alike, key=lambda p: p.page)
        return found_pages(document, shown, words, written=bool(found))

    def tables(self, owner: str, document: str, number: int, kind: str) -> bytes:
        """The tables of a page as a file; BadInput where there are none."""
        page = self.documents.page(owner, document, number)
        index = self.documents.index(owner)
        found: Sequence[Table] = ()
        with suppress(BadInput):  # its file is gone: what was found while reading it is kept
            found = index.tables(document, None, number, number) if index is not None else ()
        return tables_file(found or page.tables, kind)

    def _citation(
        self, owner: str, exchange: Exchange, citation: Citation, marks: Sequence[Mark], home: str
    ) -> str:
        answer, source = exchange.answer, citation.source
        if source.document and source.page:
            with suppress(BadInput):  # removed since: what was looked at then is shown
                leaf = Leaf(source.document, source.page, 0, home=home)
                return self.leaf_pane(owner, leaf, marks, citation.quote)
        title = source_name(citation, answer) or "What was seen"
        evidence = _evidence_of(citation, answer)
        picture = self._cited_picture(owner, citation, exchange)
        if picture is None:
            return text_pane(title, evidence.text if evidence else "", citation.quote)
        return picture_pane(title, picture, marks, citation.quote)

    def leaf_pane(
        self,
        owner: str,
        leaf: Leaf,
        marks: Sequence[Mark],
        quote: str = "",
        found: Sequence[tuple[int, int]] = (),
    ) -> str:
        """A page of one of the user's documents as HTML; BadInput where there is none.

        Args:
            leaf: which; how many pages there are, and what it is called, is looked up.
            marks: on it.
            quote: what is cited of it.
            found: start and end of words in its text that were searched for.
        """
        page = self.documents.page(owner, leaf.document, leaf.number)
        index = self.documents.index(owner)
        pages = index.document(leaf.document).pages if index is not None else 0
        tables = bool(page.tables or page.lines) and page.seconds is None
        leaf = replace(leaf, pages=pages, label=page.label, tables=tables, seconds=page.seconds)
        look = page_measures(leaf.document, page)
        return page_pane(leaf, look, page.text, marks, quote, found)

    def _cited_picture(self, owner: str, citation: Citation, exchange: Exchange) -> Picture | None:
        """The stored picture a citation's boxes lie on."""
        source = citation.source
        if source.document and source.page:
            evidence = _evidence_of(citation, exchange.answer)
            return evidence.picture if evidence is not None else None
        return picture_of(source, exchange, self.history, owner)

    def _all_marks(self, exchange: Exchange, picture: Picture, number: int) -> list[Mark]:
        marks = marks_on(exchange.answer, picture, number)
        if exchange.region is not None and exchange.pictures[0].sha256 == picture.sha256:
            marks.append((exchange.region, "lt-region", ""))
        return marks


def crop_of(store: Store, picture: Picture, region: Box) -> Picture:
    """The part of a picture a question is about, enlarged where it is small.

    Raises:
        BadInput: the region lies outside the picture, or is too small to show anything.
    """
    inside = region.clip(picture.width, picture.height)
    if inside.width < 4 or inside.height < 4:
        raise BadInput(picture.name, "the box is too small; draw a larger one")
    return store.crop(picture, inside, min_side=384)


def _evidence_of(citation: Citation, answer: Answer) -> Evidence | None:
    return next((e for e in answer.evidence if e.id == citation.evidence), None)


def _item(items: Sequence[T], place: int) -> T:
    if not 0 <= place < len(items):
        raise BadInput("view", "there is nothing of this number")
    return items[place]
