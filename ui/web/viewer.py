"""What is shown beside the conversation: a picture or a page, large, with the quoted words marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ...errors import BadInput
from ...media.store import Store
from ...schema import Box, Citation, Evidence, Origin, Picture
from .conversation import Exchange, source_name
from .documents import UserDocuments
from .history import ChatHistory
from .html.answers import Mark, figure, marks_on, whole_pictures
from .html.escaping import plain
from .text import shorten

T = TypeVar("T")
_LINK = re.compile(r"([cpw])(\d{1,3})")
_MAX_TEXT = 20_000


@dataclass(frozen=True)
class Viewer:
    """Finds and draws what a link of the conversation points at."""

    store: Store
    history: ChatHistory
    documents: UserDocuments

    def linked(self, owner: str, chat: str, number: int, which: str) -> str:
        """The view of a link, as HTML.

        Args:
            owner: the user; sees their own chats only.
            chat: the id of the conversation.
            number: of the exchange, from 0.
            which: "c2" the second citation, "p0" the first picture of the question, "w0" the first of
                the answer.

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
            return self._citation(owner, exchange, citation, number, place)
        pictures = exchange.pictures if kind == "p" else tuple(whole_pictures(exchange))
        picture = _item(pictures, place)
        return pane(picture.name, picture, self._all_marks(exchange, picture, number))

    def page(self, owner: str, document: str, number: int, words: str) -> str:
        """A page of a document with the words of a search marked, as HTML."""
        index = self.documents.index(owner)
        if index is None:
            raise BadInput(document, "is not among your documents")
        boxes = index.matches(document, number, words) if words.strip() else ()
        marks: list[Mark] = [(box, "lt-cited", "") for box in boxes]
        title = f"{document}, page {number}"
        picture = self._page_picture(owner, document, number)
        if picture is None:
            return text_pane(title, self.documents.page(owner, document, number).text, "")
        return pane(title, picture, marks)

    def _citation(
        self, owner: str, exchange: Exchange, citation: Citation, number: int, place: int
    ) -> str:
        answer = exchange.answer
        evidence = next((e for e in answer.evidence if e.id == citation.evidence), None)
        title = source_name(citation, answer) or "What was seen"
        text = evidence.text if evidence is not None else ""
        picture = self._cited_picture(owner, citation, exchange, evidence)
        if picture is None:
            return text_pane(title, text, citation.quote)
        marks: list[Mark] = [
            (b, f"lt-cited lt-x{number}-{place}", str(place) if n == 0 else "")
            for n, b in enumerate(citation.boxes)
        ]
        return pane(title, picture, marks, quote=citation.quote)

    def _cited_picture(
        self, owner: str, citation: Citation, exchange: Exchange, evidence: Evidence | None
    ) -> Picture | None:
        """The picture a citation's boxes lie on."""
        source = citation.source
        if source.document and source.page:
            if evidence is not None and evidence.picture is not None:
                return evidence.picture
            return self._page_picture(owner, source.document, source.page)
        for picture in whole_pictures(exchange):
            if picture.sha256 == source.picture:
                return picture
        return None if source.picture is None else self.history.picture(owner, source.picture)

    def _page_picture(self, owner: str, document: str, number: int) -> Picture | None:
        """A page drawn and kept for its owner; None where it has no look, or its file is gone."""
        try:
            page = self.documents.page(owner, document, number)
            image, scale = self.documents.view(owner, document, number)
            stored = self.store.add(image, f"{document}, page {number}")
        except BadInput:
            return None
        origin = Origin(document=document, page=number, scale=scale, frame=page.frame)
        picture = stored.model_copy(update={"origin": origin})
        self.history.add_pictures(owner, [picture])
        return picture

    def _all_marks(self, exchange: Exchange, picture: Picture, number: int) -> list[Mark]:
        marks = marks_on(exchange.answer, picture, number)
        if exchange.region is not None and exchange.pictures[0].sha256 == picture.sha256:
            marks.append((exchange.region, "lt-region", ""))
        return marks


def pane(title: str, picture: Picture, marks: Sequence[Mark], quote: str = "") -> str:
    """A picture, large; a box can be drawn on it unless it is a page of a document."""
    words = (
        f'<blockquote class="lt-quote">{plain(shorten(quote, 400))}</blockquote>' if quote else ""
    )
    drawable = picture.origin is None
    hint = (
        '<p class="lt-hint">Draw a box on the picture to ask about that part. '
        "By keyboard: Tab to the picture, arrows move the box, Shift and arrows size it, "
        "Enter takes it.</p>"
        if drawable
        else ""
    )
    stage = (
        f'<div class="lt-stage lt-draw" tabindex="0" role="group" '
        f'aria-label="Picture; draw a box to ask about a part" data-sha="{picture.sha256}" '
        f'data-width="{picture.width}" data-height="{picture.height}">'
        if drawable
        else '<div class="lt-stage">'
    )
    return (
        f"<h2>{plain(shorten(title, 90))}</h2>{words}{stage}"
        f"{figure(picture, marks, large=True)}</div>{hint}"
    )


def text_pane(title: str, text: str, quote: str) -> str:
    """What has no look of its own: its words, the quoted ones marked."""
    shown = text[:_MAX_TEXT]
    at = shown.find(quote) if quote else -1
    if at >= 0:
        end = at + len(quote)
        marked = f"{_lines(shown[:at])}<mark>{_lines(shown[at:end])}</mark>{_lines(shown[end:])}"
        words = ""
    else:
        marked = _lines(shown)
        words = f'<blockquote class="lt-quote">{plain(shorten(quote, 400))}</blockquote>'
    return (
        f"<h2>{plain(shorten(title, 90))}</h2>{words if quote else ''}"
        f'<div class="lt-text">{marked}</div>'
    )


def crop_of(store: Store, picture: Picture, region: Box) -> Picture:
    """The part of a picture a question is about, enlarged where it is small.

    Raises:
        BadInput: the region lies outside the picture, or is too small to show anything.
    """
    inside = region.clip(picture.width, picture.height)
    if inside.width < 4 or inside.height < 4:
        raise BadInput(picture.name, "the box is too small; draw a larger one")
    return store.crop(picture, inside, min_side=384)


def _lines(text: str) -> str:
    return "<br>".join(plain(line) for line in text.split("\n"))


def _item(items: Sequence[T], place: int) -> T:
    if not 0 <= place < len(items):
        raise BadInput("view", "there is nothing of this number")
    return items[place]


__all__ = ["Viewer", "crop_of", "pane", "text_pane"]
