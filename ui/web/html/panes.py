"""What stands beside the conversation, as HTML: a picture, a page of a document, or words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....media.clock import clock
from ....schema import Passage, Picture
from ..text import shorten
from .addresses import film_address, leaf_address, page_link, tables_address
from .answers import Mark, figure
from .escaping import plain

if TYPE_CHECKING:
    from ....retrieval.outline import DocumentOutline

_MAX_TEXT = 20_000
_MOST_THUMBNAILS = 2_000
_DRAWING = (
    '<p class="lt-hint">Draw a box on the picture to ask about that part. By keyboard: Tab to the '
    "picture, arrows move the box, Shift and arrows size it, Enter takes it.</p>"
)


@dataclass(frozen=True)
class Leaf:
    """A page of a document that is shown.

    Attributes:
        number: of the page, from 1.
        pages: how many the document has.
        label: what the page is called, if anything: a slide's title, a sheet's name.
        words: of a search; they are marked on every page.
        home: address of the view with the cited boxes, which stand on page `number`.
        tables: whether there may be some on the page.
        seconds: where in its video it is to be seen; None for pages of other documents.
        turn: address of the other pages' views, ending before the number; "" for documents of the index,
            which can also be searched.
        source: address of the page as a picture; "" for those of the index.
    """

    document: str
    number: int
    pages: int
    label: str = ""
    words: str = ""
    home: str = ""
    tables: bool = False
    seconds: float | None = None
    turn: str = ""
    source: str = ""


def picture_pane(title: str, picture: Picture, marks: Sequence[Mark], quote: str = "") -> str:
    """A picture, large; a box can be drawn on it unless it is a part of another one."""
    drawable = picture.origin is None
    stage = (
        f'<div class="lt-stage lt-draw" tabindex="0" role="group" '
        f'aria-label="Picture; draw a box to ask about a part" data-sha="{picture.sha256}" '
        f'data-width="{picture.width}" data-height="{picture.height}">'
        if drawable
        else '<div class="lt-stage" tabindex="0" role="group" aria-label="Picture">'
    )
    return (
        f"{title_html(title)}{_quote(quote)}"
        f'<div class="lt-bar" role="toolbar" aria-label="View">{ZOOM}</div>'
        f"{stage}{figure(picture, marks, large=True)}</div>{_DRAWING if drawable else ''}"
    )


def page_pane(
    leaf: Leaf,
    picture: Picture | None,
    text: str,
    marks: Sequence[Mark],
    quote: str = "",
    found: Sequence[tuple[int, int]] = (),
) -> str:
    """A page of a document, to be turned, zoomed and searched.

    Args:
        leaf: which page.
        picture: gives the measures of the page; None where it has no look.
        text: of the page, for those who cannot see it, and where it cannot be drawn.
        marks: on the page.
        quote: what was cited.
        found: start and end of words in the text that were searched for.
    """
    stage = ""
    if picture is not None:
        source = leaf.source or leaf_address("leaf", leaf.document, leaf.number)
        shown = figure(picture, marks, large=True, source=source)
        stage = f'<div class="lt-stage" tabindex="0" role="group" aria-label="Page">{shown}</div>'
    name = leaf.document + (f" · {leaf.label}" if leaf.label else "")
    marked = _marked(text[:_MAX_TEXT], [*_place_of(quote, text), *found])
    words = f'<div class="lt-text">{marked}</div>' if text else ""
    if stage and words:
        words = (
            f'<details class="lt-page-text"><summary>Words of this page</summary>{words}</details>'
        )
    return (
        f'<div class="lt-doc" data-document="{plain(leaf.document)}" data-page="{leaf.number}" '
        f'data-pages="{leaf.pages}" data-words="{plain(leaf.words)}" data-home="{leaf.home}" '
        f'data-turn="{leaf.turn}">'
        f"{title_html(name)}{_quote(quote)}{_bar(leaf, zoom=bool(stage))}"
        f'<div class="lt-rail" hidden></div>{stage}{_film(leaf)}{words}</div>'
    )


def _film(leaf: Leaf) -> str:
    """The video itself, from the moment that is shown; nothing where there is none."""
    if leaf.seconds is None:
        return ""
    return (
        f'<video class="lt-film" controls preload="metadata" '
        f'src="{film_address(leaf.document, leaf.seconds)}" '
        f'aria-label="The video, from {clock(leaf.seconds)}"></video>'
    )


def text_pane(title: str, text: str, quote: str) -> str:
    """What has no look of its own: its words, the quoted ones marked."""
    words = _marked(text[:_MAX_TEXT], _place_of(quote, text))
    return f'{title_html(title)}{_quote(quote)}<div class="lt-text">{words}</div>'


def contents(document: str, pages: int, outline: DocumentOutline | None) -> str:
    """The table of contents of a document, and its pages, small."""
    headings = ""
    if outline is not None and outline.sections:
        rows = "".join(
            f'<li style="--level:{section.level}">{_turn_link(document, section.page)}'
            f"<span>{plain(shorten(section.title, 90))}</span><small>{section.page}</small></a></li>"
            for section in outline.sections
        )
        headings = f'<nav aria-label="Table of contents"><ul class="lt-contents">{rows}</ul></nav>'
    small = "".join(
        f'<li>{_turn_link(document, n)}<img src="{leaf_address("thumb", document, n)}" alt="" '
        f'loading="lazy"><small>{n}</small></a></li>'
        for n in range(1, min(pages, _MOST_THUMBNAILS) + 1)
    )
    return f'{headings}<nav aria-label="Pages"><ul class="lt-thumbs">{small}</ul></nav>'


def found_pages(
    document: str, passages: Sequence[Passage], words: str, *, written: bool = True
) -> str:
    """The pages of a document on which words were found; not `written`: those nearest in meaning."""
    if not passages:
        return '<p class="lt-none" role="status">Nothing found in this document.</p>'
    rows = "".join(
        f"<li>{_turn_link(document, passage.page, words)}"
        f"<span>{plain(_around(passage.text, words))}</span><small>{passage.page}</small></a></li>"
        for passage in passages
    )
    nearest = "" if written else f'<p class="lt-none" role="status">{_NOT_WRITTEN}</p>'
    return f'{nearest}<nav aria-label="Found"><ul class="lt-contents lt-hits">{rows}</ul></nav>'


_NOT_WRITTEN = "No page has these words. Nearest in meaning:"
_SHOWN, _BEFORE = 140, 40
"""Letters of a passage that are shown, and those of them before the first word that was looked for."""


def _around(text: str, words: str) -> str:
    """The part of a passage in which the first of the words stands."""
    low = text.casefold()
    at = min((n for word in words.casefold().split() if (n := low.find(word)) >= 0), default=0)
    if at <= _BEFORE:
        return shorten(text, _SHOWN)
    begin = text.find(" ", at - _BEFORE) + 1
    return "… " + shorten(text[begin:], _SHOWN)


ZOOM = (
    '<button type="button" class="lt-do lt-zoom" data-by="0.8" aria-label="Smaller" '
    'title="Smaller (-)">&minus;</button>'
    '<button type="button" class="lt-do lt-zoom" data-by="0" aria-label="Fit" '
    'title="Fit (0)">Fit</button>'
    '<button type="button" class="lt-do lt-zoom" data-by="1.25" aria-label="Larger" '
    'title="Larger (+)">+</button>'
)
"""The buttons that make a view larger and smaller."""


def _bar(leaf: Leaf, *, zoom: bool) -> str:
    """The buttons above a page; words are looked for in documents of the index."""
    first = " disabled" if leaf.number <= 1 else ""
    last = " disabled" if leaf.number >= leaf.pages else ""
    return (
        '<div class="lt-bar" role="toolbar" aria-label="View">'
        f'<button type="button" class="lt-do lt-turn" data-by="-1" aria-label="Page before" '
        f'title="Page before (left arrow)"{first}>&lsaquo;</button>'
        f'<label>Page <input class="lt-goto" type="number" min="1" max="{leaf.pages}" '
        f'value="{leaf.number}" aria-label="Page"> of {leaf.pages:,}</label>'
        f'<button type="button" class="lt-do lt-turn" data-by="1" aria-label="Next page" '
        f'title="Next page (right arrow)"{last}>&rsaquo;</button>'
        f"{ZOOM if zoom else ''}"
        f"{'' if leaf.turn else _search(leaf)}</div>"
    )


def _search(leaf: Leaf) -> str:
    return (
        '<button type="button" class="lt-do lt-unfold" aria-expanded="false">Contents</button>'
        f"{_tables_menu(leaf)}"
        f'<input class="lt-seek" type="search" placeholder="Find in this document" '
        f'aria-label="Find in this document" value="{plain(leaf.words)}">'
    )


def _tables_menu(leaf: Leaf) -> str:
    """Links that save the tables of the page; they are looked for when one is clicked."""
    if not leaf.tables:
        return ""
    links = "".join(
        f'<a class="lt-tables" data-kind="{kind}" '
        f'href="{tables_address(leaf.document, leaf.number, kind)}">{kind.upper()}</a>'
        for kind in ("csv", "xlsx")
    )
    return f'<details class="lt-menu"><summary>Tables</summary><div>{links}</div></details>'


def _turn_link(document: str, page: int, words: str = "") -> str:
    return f'<a class="lt-page" data-page="{page}" href="{page_link(document, page, words)}">'


def title_html(title: str) -> str:
    """The heading of a view."""
    return f"<h2>{plain(shorten(title, 90))}</h2>"


def _quote(quote: str) -> str:
    if not quote:
        return ""
    return f'<blockquote class="lt-quote">{plain(shorten(quote, 400))}</blockquote>'


def _place_of(quote: str, text: str) -> list[tuple[int, int]]:
    """Start and end of a quote in a text; nothing where it does not stand there."""
    at = text.find(quote) if quote else -1
    return [] if at < 0 else [(at, at + len(quote))]


def _marked(text: str, places: Sequence[tuple[int, int]]) -> str:
    """The text with what stands from start to end of each place marked."""
    shown, done = "", 0
    for start, end in sorted(places):
        begin = max(start, done)
        if begin < min(end, len(text)):
            shown += f"{_lines(text[done:begin])}<mark>{_lines(text[begin:end])}</mark>"
            done = end
    return shown + _lines(text[done:])


def _lines(text: str) -> str:
    return "<br>".join(plain(line) for line in text.split("\n"))
