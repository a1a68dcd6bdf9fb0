"""Office files, web pages and plain text as pages.

Word documents and web pages become Markdown first (markitdown), which keeps headings, lists and
tables and drops the rest. Slides and sheets are read as what they are: their Markdown would lose
where a slide begins and what a cell held. Nothing here fetches or opens anything the file names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ....errors import BadInput
from ....settings import DocumentLimits
from ...pages import Page
from ..base import DocumentInfo, DocumentReader
from ..text_file import front_matter, open_text
from .flowing import FlowLine, flow_pages, markdown_lines, plain_lines
from .package import check_package, iso_date, properties, useful_title
from .reading import parsing
from .sheets import csv_rows, sheet_pages, workbook_sheets
from .slides import slide_pages

if TYPE_CHECKING:
    from markitdown import DocumentConverter

__all__ = ["open_office"]

Pages = Callable[[int], Generator[Page, None, None]]
"""The pages of a document from a number on."""

_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => h2:fresh"
"""Word's styles that mammoth does not take for headings by itself."""
_FAITHFUL = {"escape_misc": True, "table_infer_header": True, "strong_em_symbol": ""}
"""What looks like a mark of Markdown but is a letter of the text is escaped, to be read as one again."""

_PICTURE = re.compile(r"!\[((?:[^\]\n!]|!(?!\[))*)\]\((?:[^()\n]|\([^()\n]*\))*\)")
"""A picture in converted Markdown; its address is not always one that Markdown allows."""


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
    return _Office(path, about, pages, limits)


class _Office(DocumentReader):
    """A document whose pages come from a function."""

    def __init__(
        self, path: Path, about: DocumentInfo, pages: Pages, limits: DocumentLimits
    ) -> None:
        self.about = about
        self._path = path
        self._pages = pages
        self._limits = limits

    def pages(self, first: int = 1) -> Iterator[Page]:
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
                yield _cut_off(page, self._limits.page_characters)


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

    presentation = Presentation(str(path))
    title, date = properties(path)
    about = DocumentInfo("pptx", title, len(presentation.slides), date)
    return about, lambda first: slide_pages(presentation, first)


def _open_workbook(path: Path) -> tuple[DocumentInfo, Pages]:
    def pages() -> Generator[Page, None, None]:
        number = 1
        with closing(workbook_sheets(path)) as sheets:
            for name, rows in sheets:
                for page in sheet_pages(rows, name, number):
                    yield page
                    number += 1

    title, date = properties(path)
    return DocumentInfo("xlsx", title, None, date), _from(pages)


def _open_csv(path: Path) -> tuple[DocumentInfo, Pages]:
    def pages() -> Generator[Page, None, None]:
        with open_text(path) as file:
            yield from sheet_pages(csv_rows(file, path.suffix.lower() == ".tsv"), "", 1)

    return DocumentInfo("csv"), _from(pages)


def _open_plain(path: Path) -> tuple[DocumentInfo, Pages]:
    def pages() -> Generator[Page, None, None]:
        with open_text(path) as file:
            yield from flow_pages(plain_lines(file))

    return DocumentInfo("txt"), _from(pages)


def _open_markdown(path: Path) -> tuple[DocumentInfo, Pages]:
    with open_text(path) as file:
        fields, text = front_matter(file.read())
    title = useful_title(fields.get("title", ""))
    return _flowing("md", text, title, iso_date(fields.get("date", "")), html=True)


def _open_word(path: Path) -> tuple[DocumentInfo, Pages]:
    title, date = properties(path)
    text, _ = _converted(path, _word_converter(), style_map=_STYLES)
    return _flowing("docx", text, title, date)


def _open_web_page(path: Path) -> tuple[DocumentInfo, Pages]:
    from markitdown.converters import HtmlConverter

    text, title = _converted(path, HtmlConverter())
    return _flowing("html", text, useful_title(title), "")


def _flowing(
    kind: str, text: str, title: str, date: str, html: bool = False
) -> tuple[DocumentInfo, Pages]:
    """A document without pages of its own, from its Markdown."""
    lines = list(markdown_lines(text, html))
    headings = Counter(line.level for line in lines if line.kind == "heading")
    about = DocumentInfo(kind, title or _own_title(lines, headings), None, date)
    return about, _from(lambda: flow_pages(lines, headings))


def _own_title(lines: list[FlowLine], headings: Counter[int]) -> str:
    """The heading that a text begins with, if no other is as high."""
    first = lines[0] if lines else None
    alone = first is not None and first.kind == "heading" and headings[first.level] == 1
    return first.text if first is not None and alone and first.level == min(headings) else ""


def _converted(path: Path, converter: DocumentConverter, **options: Any) -> tuple[str, str]:
    """Markdown and title of a file by one of markitdown's converters.

    The converter is called by itself: the class around all of them loads a model to guess what
    files are, and would go on to others (archives, the web) when one fails.
    """
    from markitdown import StreamInfo

    with path.open("rb") as file:
        result = converter.convert(file, StreamInfo(), **options, **_FAITHFUL)
    return _PICTURE.sub(r"\1", result.markdown), result.title or ""


def _word_converter() -> DocumentConverter:
    from markitdown.converters import DocxConverter

    class WithoutPictures(DocxConverter):
        """Leaves pictures out; else each would be written into the text and taken out again."""

        def _image_to_html(self, image_stream: BinaryIO, stream_info: Any, **options: Any) -> str:
            return "<span></span>"

    return WithoutPictures()  # type: ignore[no-untyped-call]


def _from(pages: Callable[[], Generator[Page, None, None]]) -> Pages:
    """Pages from a number on, for documents that are read from their beginning."""

    def rest(first: int) -> Generator[Page, None, None]:
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
