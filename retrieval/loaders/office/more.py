"""Documents of further kinds: RTF, OpenDocument, EPUB, JSON, notebooks, XML and mails."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

from ....settings import DocumentLimits
from ...pages import Page
from ..base import Attachment, DocumentInfo, DocumentReader, IllustratedPage, Leaf
from ..text_file import open_text, web_text
from .book import Book
from .data import is_notebook, json_lines, notebook_lines, parsed, xml_lines
from .document import FlowingDocument, from_lines, from_start
from .flowing import FlowLine, page_of
from .mail import Letter, read_eml, read_msg
from .opendocument import OpenDocument
from .package import check_package, iso_date, useful_title
from .reading import parsing
from .rtf import rtf_info, rtf_lines
from .sheets import sheet_pages

__all__ = ["open_more"]

Pages = Callable[[int], Generator[Page | IllustratedPage, None, None]]


def open_more(path: Path, kind: str, limits: DocumentLimits) -> DocumentReader:
    """Open an rtf, odt, ods, odp, epub, json, jsonl, ipynb, xml, eml or msg file.

    Raises:
        BadInput: damaged, or over a limit; names the file and what to do.
    """
    if kind in ("odt", "ods", "odp", "epub"):
        check_package(path, limits, prologs=kind != "epub")
    with parsing(path, kind):
        if kind in ("eml", "msg"):
            letter = read_msg(path) if kind == "msg" else read_eml(path.read_bytes())
            return _Mail(path, kind, letter, limits)
        about, pages = _OPENERS[kind](path)
    return FlowingDocument(path, about, pages, limits)


class _Mail(DocumentReader):
    """A mail, and behind its text what is attached."""

    def __init__(self, path: Path, kind: str, letter: Letter, limits: DocumentLimits) -> None:
        about, pages = from_lines(kind, list(letter.all_lines()), letter.subject, letter.date)
        self.about = about
        self._text = FlowingDocument(path, about, pages, limits)
        self._letter = letter

    def pages(self, first: int = 1) -> Iterator[Leaf]:
        self._text.on_page = self.on_page
        yield from self._text.pages(first)
        for name, data in self._letter.attached:
            yield Attachment(name, data)


def _open_rtf(path: Path) -> tuple[DocumentInfo, Pages]:
    data = path.read_bytes()
    title, date = rtf_info(data)
    return from_lines("rtf", rtf_lines(data), useful_title(title), date)


def _open_text(path: Path) -> tuple[DocumentInfo, Pages]:
    with closing(OpenDocument(path)) as opened:
        lines = [line for _, part in opened.parts() for line in part]
        title, date = useful_title(opened.title), iso_date(opened.date)
    return from_lines("odt", lines, title, date)


def _open_slides(path: Path) -> tuple[DocumentInfo, Pages]:
    with closing(OpenDocument(path)) as opened:
        slides = list(opened.parts())
        title, date = useful_title(opened.title), iso_date(opened.date)

    def pages() -> Generator[Page | IllustratedPage, None, None]:
        for number, (name, lines) in enumerate(slides, 1):
            yield page_of(number, lines, name, (name or f"slide {number}",))

    return DocumentInfo("odp", title, len(slides), date), from_start(pages)


def _open_sheets(path: Path) -> tuple[DocumentInfo, Pages]:
    with closing(OpenDocument(path)) as opened:
        sheets = list(opened.parts())
        title, date = useful_title(opened.title), iso_date(opened.date)

    def pages() -> Generator[Page | IllustratedPage, None, None]:
        number = 1
        for name, lines in sheets:
            rows = [line.cells for line in lines if line.kind == "row"]
            others = [line for line in lines if line.kind != "row"]
            for page in sheet_pages(rows, name, number):
                yield page
                number += 1
            if others:
                yield page_of(number, others, name, (name,))
                number += 1

    return DocumentInfo("ods", title, None, date), from_start(pages)


def _open_book(path: Path) -> tuple[DocumentInfo, Pages]:
    with closing(Book(path)) as book:
        lines = list(book.lines())
    return from_lines("epub", lines, useful_title(book.title), iso_date(book.date))


def _open_json(path: Path, kind: str = "json") -> tuple[DocumentInfo, Pages]:
    with open_text(path) as file:
        values = parsed(file.read().lstrip("\ufeff"))
    if len(values) == 1 and is_notebook(values[0]):
        return from_lines("ipynb", list(notebook_lines(values[0])), "", "")
    lines = list(json_lines(values[0] if len(values) == 1 else values))
    return from_lines(kind, lines, "", "")


def _open_json_lines(path: Path) -> tuple[DocumentInfo, Pages]:
    return _open_json(path, "jsonl")


def _open_xml(path: Path) -> tuple[DocumentInfo, Pages]:
    from lxml import etree

    data = path.read_bytes()
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        lines = [
            FlowLine(line, begins=True) for line in web_text(path).splitlines() if line.strip()
        ]
    else:
        lines = [line for line in xml_lines(root) if line.text]
    return from_lines("xml", lines, "", "")


_OPENERS: dict[str, Callable[[Path], tuple[DocumentInfo, Pages]]] = {
    "rtf": _open_rtf,
    "odt": _open_text,
    "ods": _open_sheets,
    "odp": _open_slides,
    "epub": _open_book,
    "json": _open_json,
    "jsonl": _open_json_lines,
    "ipynb": _open_json,
    "xml": _open_xml,
}
