"""Office files, web pages and plain text as pages.

Each format is read as what it is (`word`, `web`, `slides`, `sheets`): on the way through Markdown spans,
numbers of lists and what hangs on a paragraph would be lost. Nothing here fetches or opens anything the
file names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from ....errors import BadInput
from ....settings import DocumentLimits
from ...pages import Page
from ..base import DocumentInfo, DocumentReader, IllustratedPage
from ..text_file import front_matter, open_text, web_text
from .flowing import FlowLine, flow_pages, markdown_lines, page_of, plain_lines
from .package import check_package, iso_date, properties, useful_title
from .parts import loose
from .reading import parsing
from .sheet_parts import SheetParts, sheet_parts
from .sheets import csv_rows, sheet_pages, workbook_sheets
from .slides import slide_pages
from .web import html_lines, html_title, parse_html
from .word import word_lines

if TYPE_CHECKING:
    pass

__all__ = ["FlowingDocument", "from_lines", "from_start", "open_office"]

Pages = Callable[[int], Generator[Page | IllustratedPage, None, None]]
"""The pages of a document from a number on."""


def open_office(path: Path, kind: str, limits: DocumentLimits) -> DocumentReader:
    """Open a docx, pptx, xlsx, html, md, txt or csv file.

    Slides, sheets and plain text are read as their pages are asked for; the others at once.

    Raises:
        BadInput: encrypted, damaged, or over a limit; names the file and what to do.
    """
    if kind in ("docx", "pptx", "xlsx"):
        check_package(path, limits)
    with parsing(path, kind):
        about, pages = _OPENERS[kind](path)
    return FlowingDocument(path, about, pages, limits)


class FlowingDocument(DocumentReader):
    """A document whose pages come from a function."""

    def __init__(
        self, path: Path, about: DocumentInfo, pages: Pages, limits: DocumentLimits
    ) -> None:
        self.about = about
        self._path = path
        self._pages = pages
        self._limits = limits

    def pages(self, first: int = 1) -> Iterator[Page | IllustratedPage]:
        with closing(self._pages(first)) as pages:
            for number in count(first):
                self.on_page(number)
                with parsing(self._path, self.about.type):
                    page = next(pages, None)
                if page is None:
                    return
                if number > self._limits.pages:
                    raise BadInput(
                        str(self._path),
                        f"has more than {self._limits.pages:,} pages; split it, "
                        "or raise LOOKTWICE_DOCUMENTS__PAGES",
                    )
                most = self._limits.page_characters
                if isinstance(page, Page):
                    yield _cut_off(page, most)
                else:
                    yield replace(page, page=_cut_off(page.page, most))


def _cut_off(page: Page, most: int) -> Page:
    """A page of at most so many characters; says so if that is not all of it."""
    if len(page.text) <= most:
        return page
    lines = tuple(
        replace(line, end=min(line.end, most)) for line in page.lines if line.start < most
    )
    return replace(page, text=page.text[:most], lines=lines, label=f"cut after {most:,} characters")


def _open_slides(path: Path) -> tuple[DocumentInfo, Pages]:
    from pptx import Presentation

    source = loose(path)
    presentation = Presentation(str(source) if isinstance(source, Path) else source)
    title, date = properties(path)
    about = DocumentInfo("pptx", title, len(presentation.slides), date)
    return about, lambda first: slide_pages(presentation, first)


def _open_workbook(path: Path) -> tuple[DocumentInfo, Pages]:
    source = loose(path)
    parts, faults = sheet_parts(source)

    def pages() -> Generator[Page | IllustratedPage, None, None]:
        number = 1
        with closing(workbook_sheets(source, parts)) as sheets:
            for name, rows in sheets:
                for page in _sheet(name, rows, number, parts.pop(name, SheetParts())):
                    yield page
                    number += 1
        for name, rest in parts.items():  # sheets of charts have no cells
            if rest.lines:
                yield page_of(number, rest.lines, name, (name,))
                number += 1
        if faults:
            yield page_of(number, [FlowLine(f"(not read: {fault})") for fault in faults])

    title, date = properties(path)
    return DocumentInfo("xlsx", title, None, date), from_start(pages)


def _sheet(
    name: str, rows: Iterator[Sequence[str]], number: int, parts: SheetParts
) -> Iterator[Page | IllustratedPage]:
    """The pages of a sheet: its cells, then what lies over them."""
    shown = name if parts.state == "visible" else f"{name} (hidden sheet)"
    before = [FlowLine(parts.hidden, begins=True)] if parts.hidden else []
    for page in sheet_pages(rows, shown, number, before):
        yield page
        number += 1
    if parts.lines:
        yield page_of(number, parts.lines, shown, (shown,))


def _open_csv(path: Path) -> tuple[DocumentInfo, Pages]:
    def pages() -> Generator[Page | IllustratedPage, None, None]:
        with open_text(path) as file:
            yield from sheet_pages(csv_rows(file, path.suffix.lower() == ".tsv"), "", 1)

    return DocumentInfo("csv"), from_start(pages)


def _open_plain(path: Path) -> tuple[DocumentInfo, Pages]:
    def pages() -> Generator[Page | IllustratedPage, None, None]:
        with open_text(path) as file:
            yield from flow_pages(plain_lines(file))

    return DocumentInfo("txt"), from_start(pages)


def _open_markdown(path: Path) -> tuple[DocumentInfo, Pages]:
    with open_text(path) as file:
        fields, text = front_matter(file.read())
    title = useful_title(fields.get("title", ""))
    return _flowing("md", text, title, iso_date(fields.get("date", "")), html=True)


def _open_word(path: Path) -> tuple[DocumentInfo, Pages]:
    title, date = properties(path)
    return from_lines("docx", word_lines(loose(path)), title, date)


def _open_web_page(path: Path) -> tuple[DocumentInfo, Pages]:
    tree = parse_html(web_text(path))
    lines = list(html_lines(tree))
    return from_lines("html", lines, useful_title(html_title(tree)), "")


def _flowing(
    kind: str, text: str, title: str, date: str, html: bool = False
) -> tuple[DocumentInfo, Pages]:
    """A document without pages of its own, from its Markdown."""
    return from_lines(kind, list(markdown_lines(text, html)), title, date)


def from_lines(
    kind: str, lines: list[FlowLine], title: str, date: str
) -> tuple[DocumentInfo, Pages]:
    """A document without pages of its own, from its lines."""
    headings = Counter(line.level for line in lines if line.kind == "heading")
    about = DocumentInfo(kind, title or _own_title(lines, headings), None, date)
    return about, from_start(lambda: flow_pages(lines, headings))


def _own_title(lines: list[FlowLine], headings: Counter[int]) -> str:
    """The heading that a text begins with, if no other is as high."""
    first = lines[0] if lines else None
    alone = first is not None and first.kind == "heading" and headings[first.level] == 1
    return first.text if first is not None and alone and first.level == min(headings) else ""


def from_start(pages: Callable[[], Generator[Page | IllustratedPage, None, None]]) -> Pages:
    """Pages from a number on, for documents that are read from their beginning."""

    def rest(first: int) -> Generator[Page | IllustratedPage, None, None]:
        with closing(pages()) as every:
            yield from (page for page in every if page.number >= first)

    return rest


_OPENERS: dict[str, Callable[[Path], tuple[DocumentInfo, Pages]]] = {
    "docx": _open_word,
    "pptx": _open_slides,
    "xlsx": _open_workbook,
    "html": _open_web_page,
    "md": _open_markdown,
    "txt": _open_plain,
    "csv": _open_csv,
}
