"""Web pages (and mails, books and what else is HTML inside) as lines: headings, paragraphs, lists, tables.

What is written is read, what is hidden or a program is not, and nothing the page names is fetched.
Pictures that it holds itself (data: addresses) come along; of others the description is read.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from ...text.marks import marked_text
from .flowing import FlowLine
from .grid import GridCell, filled_rows, table_lines

__all__ = ["html_lines", "html_title", "parse_html"]

_UNREAD = frozenset(
    ("script", "style", "template", "head", "noscript", "iframe", "object", "svg", "math-ml")
)
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog"),
        *("div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr"),
        *("html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section"),
        *("select", "summary", "table", "tr", "ul", "caption", "h1", "h2", "h3", "h4", "h5", "h6"),
    )
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_XML_HEAD = re.compile(r"\A\s*<\?xml[^>]*\?>")
_DEEPEST_TABLE = 12
"""Tables within tables; deeper ones are read as text."""
_TALKATIVE = 400
"""Letters of a cell in several paragraphs: a table of such cells is a layout, not a table."""
_TAGS = re.compile(r"<[^<>]*>")
_PICTURE_BYTES = 16 * 2**20

Load = Callable[[str], bytes | None]
"""The bytes of a picture that a document holds under an address; None for others."""


def parse_html(text: str) -> Any:
    """The tree of a web page; its text alone where it is nested without end."""
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(
        huge_tree=True, remove_comments=True, remove_pis=True, no_network=True
    )
    text = _XML_HEAD.sub("", text).replace("\0", "")
    try:
        tree = lxml_html.document_fromstring(text or "<p></p>", parser=parser)
    except (etree.ParserError, ValueError):
        return _plain(text)
    if any("depth" in str(error.message).lower() for error in parser.error_log):
        return _plain(text)
    return tree


def _plain(text: str) -> Any:
    from lxml import etree

    body = etree.Element("body")
    body.text = "".join(c if c.isprintable() or c.isspace() else " " for c in _TAGS.sub(" ", text))
    return body


def html_title(tree: Any) -> str:
    """What a page calls itself in its head."""
    found = tree.find(".//title")
    return " ".join((found.text or "").split()) if found is not None else ""


def html_lines(tree: Any, load: Load | None = None) -> Iterator[FlowLine]:
    """The lines of a page, in order.

    Args:
        tree: from `parse_html`, or any tree of HTML elements.
        load: gives the pictures of a document that holds its own.
    """
    yield from _Walk(load or (lambda address: None)).lines(tree)


@dataclass
class _Walk:
    load: Load
    depth: int = 0
    pieces: list[tuple[int, str]] = field(default_factory=list)
    pictures: list[FlowLine] = field(default_factory=list)
    done: list[FlowLine] = field(default_factory=list)

    def lines(self, tree: Any) -> list[FlowLine]:
        """All lines below an element; without recursion but for tables, which may nest some levels."""
        from lxml import etree

        heading, quiet, kept, height = 0, None, 0, 0
        marker = ""
        counts: list[int | None] = []
        inside_cells = None
        for event, element in etree.iterwalk(tree, events=("start", "end")):
            tag = element.tag if isinstance(element.tag, str) else ""
            tag = tag.rpartition("}")[2].lower()
            if inside_cells is not None:
                if event == "end" and element is inside_cells:
                    inside_cells = None
                    self.add(0, element.tail)
                continue
            if quiet is not None:
                if event == "end" and element is quiet:
                    quiet = None
                    self.add(height, element.tail if element is not tree else "")
                continue
            if event == "start":
                if tag in _UNREAD or _is_hidden(element):
                    quiet = element
                    continue
                if tag == "table" and element is not tree and self.depth < _DEEPEST_TABLE:
                    self.flush(heading, marker)
                    marker = ""
                    self.done += self.table(element)
                    inside_cells = element
                    continue
                if tag in _BLOCKS:
                    marker = self.flush(heading, marker)
                if tag in _HEADINGS:
                    heading = _HEADINGS[tag]
                elif tag in ("ul", "menu"):
                    counts.append(None)
                elif tag == "ol":
                    counts.append(_whole(element.get("start"), 1))
                elif tag == "li":
                    marker = _marker(element, counts)
                elif tag == "pre":
                    kept += 1
                elif tag == "br":
                    marker = self.flush(heading, marker, begins=False)
                elif tag in ("sup", "sub"):
                    height = 1 if tag == "sup" else -1
                elif tag in ("td", "th", "dd", "option"):
                    self.add(0, " ")
                elif tag == "img":
                    self.picture(element)
                elif tag in ("input", "textarea"):
                    self.add(0, _entered(element))
                self.add(height, element.text, bool(kept))
            else:
                if tag in _BLOCKS:
                    marker = self.flush(heading, marker)
                if tag in _HEADINGS:
                    heading = 0
                elif tag in ("ul", "ol", "menu") and counts:
                    counts.pop()
                elif tag == "li":
                    marker = ""
                elif tag == "pre":
                    kept -= 1
                elif tag in ("sup", "sub"):
                    height = 0
                if element is not tree:
                    self.add(height, element.tail, bool(kept))
        self.flush(heading, marker)
        return self.done

    def add(self, height: int, text: str | None, kept: bool = False) -> None:
        if not text:
            return
        if kept:
            *lines, last = text.split("\n")
            for line in lines:
                self.pieces.append((height, line))
                self.flush(0, "", begins=False)
            text = last
        self.pieces.append((height, text))

    def flush(self, heading: int, marker: str, begins: bool = True) -> str:
        """End a line; the marker of a list's item waits for its first words."""
        text = " ".join(marked_text(self.pieces).split())
        self.pieces.clear()
        if text and heading:
            self.done.append(FlowLine(text, "heading", heading, begins=True))
        elif text:
            self.done.append(FlowLine(marker + text, begins=begins or bool(marker)))
        self.done += self.pictures
        self.pictures.clear()
        return "" if text else marker

    def picture(self, element: Any) -> None:
        self.add(0, f" {element.get('alt') or ''} ")
        address = element.get("src") or ""
        data = _held(address) if address[:5].lower() == "data:" else self.load(address)
        if data:
            self.pictures.append(FlowLine("", picture=data))

    def table(self, element: Any) -> list[FlowLine]:
        """The rows of a table, then what its cells hold besides: inner tables, pictures."""
        grid: list[list[GridCell]] = []
        besides: list[FlowLine] = []
        flowing: list[FlowLine] = []
        layout = element.get("role") in ("presentation", "none")
        for row in _own(element, "tr"):
            cells = []
            for cell in (one for one in row if _tag(one) in ("td", "th")):
                lines = _Walk(self.load, self.depth + 1).lines(cell)
                flowing += lines
                text = " ".join(line.text for line in lines if line.kind == "text")
                inner = [line for line in lines if line.kind != "text" or line.picture]
                layout = layout or any(line.kind == "heading" for line in lines)
                many = sum(line.kind == "text" and line.begins for line in lines) > 2
                layout = layout or (many and len(text) > _TALKATIVE)
                besides += inner
                cells.append(
                    GridCell(
                        text,
                        _whole(cell.get("rowspan"), 1) or len(grid) + 10**6,
                        _whole(cell.get("colspan"), 1),
                        _tag(cell) == "th",
                    )
                )
            if cells:
                grid.append(cells)
        captions = [
            line
            for one in _own(element, "caption")
            for line in _Walk(self.load, self.depth).lines(one)
        ]
        if layout or max(map(len, grid), default=0) < 2:
            return captions + flowing
        return [*captions, *table_lines(filled_rows(grid)), *besides]


def _own(table: Any, tag: str) -> Iterator[Any]:
    """The rows (or captions) of a table that are not those of a table in it."""
    for child in table:
        if _tag(child) == tag:
            yield child
        elif _tag(child) in ("thead", "tbody", "tfoot"):
            yield from (one for one in child if _tag(one) == tag)


def _tag(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _is_hidden(element: Any) -> bool:
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style) and _HIDDEN.search(style) is not None


def _marker(element: Any, counts: list[int | None]) -> str:
    """The number of a list's item; bullets have none."""
    if not counts or counts[-1] is None:
        return ""
    number = _whole(element.get("value"), counts[-1])
    counts[-1] = number + 1
    return f"{number}. "


def _entered(element: Any) -> str:
    """What stands in a field of a form."""
    kind = (element.get("type") or "text").lower()
    if kind in ("hidden", "password", "submit", "button", "image", "reset", "file"):
        return ""
    if kind in ("checkbox", "radio"):
        return " [x] " if element.get("checked") is not None else " [ ] "
    return f" {element.get('value') or ''} "


def _whole(text: str | None, otherwise: int) -> int:
    try:
        return int(text[:9]) if text else otherwise
    except ValueError:
        return otherwise


def _held(address: str) -> bytes | None:
    """The bytes that a data: address holds (RFC 2397)."""
    head, _, data = address.partition(",")
    if not head.lower().startswith("data:image/") or len(data) > _PICTURE_BYTES:
        return None
    try:
        if head.lower().endswith(";base64"):
            return base64.b64decode(unquote_to_bytes(data), validate=False)
    except (binascii.Error, ValueError):
        return None
    return unquote_to_bytes(data)
