"""Text from pictures, documents, tools and models, made safe to stand in a page.

Gradio's chat reads its messages as Markdown with HTML inside. Whatever comes from outside goes through
`plain` (nothing in it has a meaning) or `prose` (headings, lists, tables and emphasis, but no HTML, no
link and no picture: those could carry words of a private document to another server).
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from .mathematics import SIGNS, Draw, for_katex, read_formulas

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_SPECIAL = re.compile(r"[^\w ]|_", re.UNICODE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the reading direction; a file name could pose as another one with them."""
_OPEN, _CLOSE = "\ue000", "\ue001"
"""Private signs around the number of a citation on its way through Markdown."""
_RUN = re.compile(r"([\\\\_*~`])\1{63,}")
"""Marks of Markdown without end, each of which its reader holds against all others."""
_LONGEST_RUN = 64
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_NO_SIGNS = str.maketrans(dict.fromkeys(SIGNS, "\ufffd"))


def plain(text: str) -> str:
    """The text exactly as it is, whether it is read as HTML or as Markdown; on one line."""
    text = _BIDI.sub("", _CONTROL.sub("�", text))
    return _SPECIAL.sub(lambda found: f"&#{ord(found.group())};", text)


def mark(text: str, marks: dict[int, list[int]]) -> str:
    """The text with numbers of citations put in behind the characters they belong to."""
    text = text.replace(_OPEN, "�").replace(_CLOSE, "�")
    for place in sorted(marks, reverse=True):
        numbers = "".join(f"{_OPEN}{n}{_CLOSE}" for n in marks[place])
        at = _in_cell(text, place)
        text = text[:at] + numbers + text[at:]
    return text


def _in_cell(text: str, place: int) -> int:
    """The place, or before the last bar where it is behind a row of a table, which it would break."""
    row = text[text.rfind("\n", 0, place) + 1 : place].rstrip()
    behind = text[place:].split("\n", 1)[0].strip()
    bars = row.lstrip().startswith("|") and row.endswith("|") and not behind
    return text.rindex("|", 0, place) if bars and len(row.strip()) > 1 else place


def prose(text: str, links: dict[int, str] | None = None, draw: Draw = for_katex) -> str:
    """A model's answer as HTML on one line.

    Args:
        text: in Markdown, with formulas in TeX.
        links: what the marks of citations become (see `mark`).
        draw: what formulas become; it is given them escaped.
    """
    text = _RUN.sub(lambda found: found[0][:_LONGEST_RUN], text).translate(_NO_SIGNS)

    def drawn(tex: str, display: bool) -> str:
        marks = "".join(found[0] for found in _MARK.finditer(tex))
        return draw(escape(_MARK.sub("", tex)), display) + marks

    html = _markdown().render(_BIDI.sub("", _CONTROL.sub("�", text)), {"draw": drawn})
    html = _MARK.sub(lambda found: (links or {}).get(int(found.group(1)), ""), html)
    html = html.replace("](", "&#93;&#40;")  # Gradio's Markdown reader comes after ours
    return html.strip().replace("\n", "&#10;")  # a blank line would end the HTML block


def markdown_tokens(text: str) -> list[Token]:
    """A model's answer as Markdown reads it, without HTML, links and pictures."""
    text = _RUN.sub(lambda found: found[0][:_LONGEST_RUN], text)
    return _markdown().parse(_BIDI.sub("", text))


def for_xml(text: str) -> str:
    """The text without what no XML file may hold, and without signs that turn its direction."""
    return _BIDI.sub("", _NOT_XML.sub("\ufffd", text))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False})
    reader.enable("table").disable(["image", "link", "autolink", "reference"])
    return read_formulas(reader)
