"""The figures and pictures that the paragraphs of a longer answer rest on (after InternLM-XComposer).

Nothing is drawn and nothing is made up: a paragraph that cites a page gets the figure of that page whose
caption speaks of the same, one that cites a picture among several gets the picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import BadInput
from ..media.store import Store
from ..retrieval.outline import Caption
from ..schema import Answer, Citation, FormName, Illustration, Picture, Source
from ..tools.documents.figures import figure_box
from ..tools.documents.search import DocumentSearch, Searchable
from .text.facts import content_words

ILLUSTRATED: frozenset[FormName] = frozenset(
    {"explanation", "summary", "description", "comparison"}
)
"""Forms of answers that have paragraphs."""
_MOST = 6
_SHARED = 2
"""Words that a caption has in common with a paragraph, besides those of what figures are called."""
_PIXELS = 1_000_000
_PARAGRAPH = re.compile(r"(?:[^\n]+\n?)+")


@dataclass(frozen=True)
class _Paragraph:
    start: int
    end: int
    words: set[str]


def illustrated(
    text: str,
    citations: Sequence[Citation],
    pictures: Sequence[Picture],
    index: Searchable | None,
    store: Store,
) -> tuple[Illustration, ...]:
    """What is shown with an answer, in its order; each picture and figure once.

    Args:
        text: of the answer.
        citations: what its statements rest on.
        pictures: those of the conversation; a single one is before everybody's eyes anyway.
        index: has the pages.
        store: gets the figures.
    """
    found: dict[tuple[object, ...], Illustration] = {}
    for paragraph in _paragraphs(text):
        here = [c for c in citations if c.start < paragraph.end and c.end > paragraph.start]
        for citation in here:
            if len(found) >= _MOST:
                return tuple(found.values())
            made = _of_picture(citation, pictures, paragraph)
            if made is None and index is not None:
                made = _of_page(citation, paragraph, DocumentSearch(index, store))
            if made is not None:
                place = (made.source.document, made.source.page, made.source.picture, made.boxes)
                found.setdefault(place, made)
    return tuple(found.values())


def in_pieces(answer: Answer) -> Iterator[tuple[int, str, list[Illustration]]]:
    """An answer cut where illustrations belong: where a piece begins, its text, what follows it."""
    at = 0
    for end in sorted({min(one.after, len(answer.text)) for one in answer.illustrations}):
        here = [one for one in answer.illustrations if min(one.after, len(answer.text)) == end]
        yield at, answer.text[at:end], here
        at = end
    if answer.text[at:].strip() or not at:
        yield at, answer.text[at:], []


def _paragraphs(text: str) -> Iterator[_Paragraph]:
    """Blocks between blank lines: a list or a table is one."""
    for block in _PARAGRAPH.finditer(text):
        if block.group().strip():
            yield _Paragraph(block.start(), block.end(), content_words(block.group()))


def _of_picture(
    citation: Citation, pictures: Sequence[Picture], paragraph: _Paragraph
) -> Illustration | None:
    if len(pictures) < 2:
        return None
    picture = next((p for p in pictures if p.original == citation.source.picture), None)
    if picture is None:
        return None
    return Illustration(
        picture=picture, caption=picture.name, source=citation.source, after=paragraph.end
    )


def _of_page(
    citation: Citation, paragraph: _Paragraph, search: DocumentSearch
) -> Illustration | None:
    document, number, index = citation.source.document, citation.source.page, search.index
    if not document or not number:
        return None
    try:
        page = index.page(document, number)
        whole = next((d.type == "picture" for d in index.documents() if d.name == document), False)
        captions = () if whole else index.outline(document).captions
        fits = _fitting([c for c in captions if c.page == number], paragraph, citation)
        if not whole and fits is None:
            return None
        box = None if fits is None else figure_box(page, fits)
        picture = search.picture(document, number, page) if whole or box is not None else None
        if picture is None:
            return None
        if box is not None:
            picture = search.store.crop(picture, box, max_pixels=_PIXELS)
    except BadInput:  # removed meanwhile, or its file is gone
        return None
    return Illustration(
        picture=picture,
        caption=" ".join(fits.text.split()) if fits is not None else document,
        source=Source(document=document, page=number, name=document),
        boxes=() if box is None else (box,),
        after=paragraph.end,
    )


def _fitting(
    captions: Sequence[Caption], paragraph: _Paragraph, citation: Citation
) -> Caption | None:
    """The figure whose caption has most words of a paragraph, or of what it quotes."""
    said = paragraph.words | content_words(citation.quote)

    def shared(caption: Caption) -> int:
        return len(said & content_words(caption.text) - {caption.number.casefold()})

    figures = [caption for caption in captions if caption.kind == "figure"]
    best = max(figures, key=shared, default=None)  # of several the first
    return best if best is not None and shared(best) >= _SHARED else None
