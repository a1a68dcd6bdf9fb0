"""Flowing text as pages: documents that have no pages of their own are cut at their top headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...pages import LineKind, Page, RawLine, Word, build_page
from ...text.sentences import count_words, pieces, sentence_ends
from ..base import IllustratedPage
from .pictures import inset_of

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["FlowLine", "flow_pages", "markdown_lines", "page_of", "plain_lines"]

_PAGE_WORDS = 600
_SECTION_WORDS = 1200
"""A section of up to this length is one page."""
_LINE_WORDS = 300
"""Longer lines are broken, so that no page is one line that nothing can be cut from."""
_ROW_WORDS = 2 * _SECTION_WORDS
_UNREAD_HTML = re.compile(
    r"<!--(?:(?!<!--).)*?-->|<(script|style)\b(?:(?!<\1\b).)*?</\1\s*>|</?[a-zA-Z][^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
"""An opening mark that is never closed is tried up to the next one only, or many cost their square."""


@dataclass(frozen=True, slots=True)
class FlowLine:
    """A line without a place on paper; the fields are those of `RawLine`.

    `picture` is the file of a picture that stands here instead of words.
    """

    text: str
    kind: LineKind = "text"
    level: int = 0
    begins: bool = False
    cells: tuple[str, ...] = ()
    picture: bytes | None = None


def row_line(cells: Sequence[str], begins: bool) -> FlowLine:
    """A row of a table whose cells are known, each on one line."""
    text = " | ".join(cells).rstrip(" |")
    return FlowLine(text, "row", begins=begins, cells=tuple(cells))


def page_of(
    number: int, lines: Iterable[FlowLine], label: str = "", section: tuple[str, ...] = ()
) -> Page | IllustratedPage:
    """A page of lines whose words have no boxes, with the pictures among them."""
    raw: list[RawLine] = []
    pictures: list[tuple[int, bytes]] = []
    filled = 0
    for line in lines:
        if line.picture is not None:
            pictures.append((filled, line.picture))
            continue
        words = tuple(map(Word, line.text.split()))
        filled += bool(words)
        raw.append(RawLine(words, line.kind, line.level, line.begins, line.cells))
    page = build_page(number, raw, label=label, section=section)
    insets = tuple(filter(None, (inset_of(data, after) for after, data in pictures)))
    return IllustratedPage(page, insets) if insets else page


def plain_lines(lines: Iterable[str]) -> Iterator[FlowLine]:
    """Plain text: blank lines and form feeds part paragraphs."""
    begins = True
    for line in lines:
        if not line.strip():
            begins = True
            continue
        yield FlowLine(line, begins=begins or line.startswith("\f"))
        begins = False


def markdown_lines(text: str, html: bool = True) -> Iterator[FlowLine]:
    """CommonMark with tables: what is read, without its marks; links and pictures as their words.

    Args:
        text: Markdown.
        html: whether it may hold HTML (whose tags are dropped); otherwise "<" is a plain letter.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": html}).enable("table")
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # none is ever followed
    heading = 0
    tight = False
    marker = ""
    row: list[str] | None = None
    table_begins = list_begins = False
    for token in parser.parse(text):
        match token.type:
            case "heading_open":
                heading = int(token.tag[1:])
            case "heading_close":
                heading = 0
            case "list_item_open":
                marker = f"{token.info}{token.markup} " if token.info else ""
            case "paragraph_open":
                tight = token.hidden
            case "bullet_list_open" | "ordered_list_open":
                list_begins = True
            case "table_open":
                table_begins = True
            case "tr_open":
                row = []
            case "tr_close":
                if row and any(row):
                    yield row_line(row, table_begins)
                    table_begins = False
                row = None
            case "inline":
                words = _inline(token.children or ())
                if row is not None:
                    row.append(" ".join(words.split()))
                elif heading:
                    yield FlowLine(words.replace("\n", " "), "heading", heading, begins=True)
                else:
                    yield from _paragraph(marker + words, begins=list_begins or not tight)
                    marker, list_begins = "", False
            case "fence" | "code_block":
                yield from _paragraph(token.content)
            case "html_block":
                yield from _paragraph(_UNREAD_HTML.sub(" ", token.content))


def _paragraph(text: str, begins: bool = True) -> Iterator[FlowLine]:
    for line in text.split("\n"):
        if line.strip():
            yield FlowLine(line, begins=begins)
            begins = False


def _inline(tokens: Sequence[Token]) -> str:
    """The words of a paragraph's tokens; only hard breaks are breaks."""
    return "".join(map(_words_of, tokens))


def _words_of(token: Token) -> str:
    if token.type in ("text", "code_inline", "image"):
        return token.content
    if token.type == "hardbreak" or token.content.lower().startswith("<br"):
        return "\n"
    return " " if token.type == "softbreak" else ""


def flow_pages(
    lines: Iterable[FlowLine], headings: Counter[int] | None = None
) -> Generator[Page | IllustratedPage, None, None]:
    """Pages of about 600 words, cut between paragraphs; with headings, one for each top section.

    Args:
        lines: in order; read as the pages are asked for.
        headings: how many headings of each level there are; None when that is not known.
    """
    top = _top_level(headings or Counter())
    most = _SECTION_WORDS if top else _PAGE_WORDS
    page: list[FlowLine] = []
    label = following = ""
    words, number, body = 0.0, 1, False
    for line in _broken(lines):
        opens = line.kind == "heading" and line.level <= top
        after_heading = bool(page) and page[-1].kind == "heading"
        full = words >= most and (line.begins or line.kind == "row") and not after_heading
        if page and ((opens and body) or full or words >= 2 * most):
            yield page_of(number, page, label)
            page, label, words, number, body = [], following, 0.0, number + 1, False
        if opens:
            following = line.text
            label = label if page and label else following
        page.append(line)
        words += count_words(line.text)
        body = body or line.kind != "heading"
    if page:
        yield page_of(number, page, label)


def _top_level(headings: Counter[int]) -> int:
    """The level whose headings open pages: the highest that is not only the document's own title."""
    repeated = [level for level, times in headings.items() if times > 1]
    return min(repeated or headings, default=0)


def _broken(lines: Iterable[FlowLine]) -> Iterator[FlowLine]:
    """Lines, the endless ones broken at sentences, or at spaces where there are none."""
    for line in lines:
        most = _ROW_WORDS if line.kind == "row" else _LINE_WORDS
        # No letter is longer than a word, so most lines need no counting.
        if line.picture is not None or len(line.text) <= most or count_words(line.text) <= most:
            yield line
            continue
        begins = line.begins
        for start, end in _parts(line.text, most):
            yield replace(line, text=line.text[start:end], begins=begins, cells=())
            begins = False


def _parts(text: str, most: float) -> Iterator[tuple[int, int]]:
    """Whole sentences together, from half of `most` up to `most` words; a longer one in pieces."""
    start = 0
    for end in [*sentence_ends(text), len(text)]:
        if end < len(text) and count_words(text[start:end]) < most / 2:
            continue
        for left, right in pieces(text[start:end], most):
            yield start + left, start + right
        start = end
