"""PDF: the text of each page with a box for every word, or a picture of a page that has none."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....errors import BadInput
from ....settings import DocumentLimits
from ...pages import UNREADABLE, XYXY, Page, build_page
from ..base import DocumentInfo, DocumentReader, IllustratedPage, Leaf, Scan
from .annotations import Added, FormHandle, added_to, with_added
from .handles import PDFIUM, load_pdf, open_page, open_pdf_file, open_text_page, refuse_bomb
from .lines import body_size, draft_lines, sizes_of
from .metadata import date_of, outline_of, title_of
from .pictures import insets_of, picture_boxes
from .rendering import draw, is_picture_of_text, sharpest, shows_nothing
from .running_heads import REACH, Edges, edges_of, furniture_of
from .trust import is_doubtful
from .words import PageGeometry, TextRun, read_runs, read_text, view_of

if TYPE_CHECKING:
    from PIL import Image

_FIRST_SCANS, _EVERY_SCAN = 3, 8


def open_pdf(path: Path, limits: DocumentLimits) -> DocumentReader:
    """Open a PDF; one encrypted with an empty user password opens like any other.

    A page that cannot be read is an empty `Page` whose label says so ("unreadable: ..."); the
    others are still found.

    Raises:
        BadInput: encrypted with a password, damaged, cut off, without pages or with too many.
    """
    refuse_bomb(path, limits)
    with PDFIUM:
        return _Pdf(path, limits)


def render_page(path: Path, number: int, limits: DocumentLimits) -> tuple[Image.Image, float]:
    """Page `number` (from 1) as a picture, and the points in one of its pixels.

    Raises:
        BadInput: no such page, or one that cannot be read.
    """
    from PIL import Image

    refuse_bomb(path, limits)
    with PDFIUM, open_pdf_file(path) as document, open_page(document, number) as page:
        if page is None:
            raise BadInput(str(path), f"has no page {number} that can be read")
        size, rgb, scale = draw(page, view_of(page), limits)
    return Image.frombytes("RGB", size, rgb), scale


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A page before its neighbours are known.

    Attributes:
        scan: no text worth having, but something to see.
        doubt: its text may be nonsense, or another's reading of a scan.
        pictures: where pictures lie that may hold words, and their pixels in a point.
        added: values of fields and annotations of a page without text of its own.
        fault: why it cannot be read.
        cut: whether it has more text than may be read.
    """

    number: int
    view: PageGeometry | None = None
    runs: tuple[TextRun, ...] = ()
    sizes: Counter[float] = field(default_factory=Counter)
    edges: Edges = ((), ())
    scan: bool = False
    doubt: bool = False
    pictures: tuple[tuple[XYXY, float], ...] = ()
    added: tuple[Added, ...] = ()
    fault: str = ""
    cut: bool = False


class _Pdf(DocumentReader):
    def __init__(self, path: Path, limits: DocumentLimits) -> None:
        self._path = path
        self._limits = limits
        self._document = load_pdf(path)
        self._form = FormHandle(self._document)
        try:
            import pypdfium2.raw as pdfium

            pages = pdfium.FPDF_GetPageCount(self._document)
            self._check(pages)
            self._outline = outline_of(self._document)
            title, date = title_of(self._document, path), date_of(self._document)
        except BaseException:
            self.close()
            raise
        self._pages = pages
        self.about = DocumentInfo(type="pdf", title=title, pages=pages, date=date)

    def _check(self, pages: int) -> None:
        source, most = str(self._path), self._limits.pages
        if pages < 1:
            raise BadInput(source, "has no pages, or none that can be found; save it again")
        if pages > most:
            raise BadInput(
                source,
                f"has {pages:,} pages, more than {most:,}; split it, "
                "or raise LOOKTWICE_DOCUMENTS__PAGES",
            )

    def pages(self, first: int = 1) -> Iterator[Leaf]:
        window: deque[_Sheet] = deque(maxlen=2 * REACH + 1)
        ahead = max(1, first - REACH)
        for number in range(max(1, first), self._pages + 1):
            while ahead <= min(number + REACH, self._pages):
                self.on_page(ahead)
                with PDFIUM:
                    window.append(self._sheet(ahead))
                ahead += 1
            around = [sheet for sheet in window if abs(sheet.number - number) <= REACH]
            with PDFIUM:
                finished = self._finished(number, around)
            yield finished

    def close(self) -> None:
        import pypdfium2.raw as pdfium

        with PDFIUM:
            if self._document is not None:
                self._form.close()
                pdfium.FPDF_CloseDocument(self._document)
                self._document = None

    def _sheet(self, number: int) -> _Sheet:
        with open_page(self._document, number) as page:
            if page is None:
                return _Sheet(number, fault="the page is damaged")
            return self._read_sheet(page, number)

    def _read_sheet(self, page: Any, number: int) -> _Sheet:
        import pypdfium2.raw as pdfium

        view = view_of(page)
        with open_text_page(page) as text_page:
            if text_page is None:
                return _Sheet(number, view, fault="its text cannot be read")
            most = self._limits.page_characters
            text = read_text(text_page, most)
            scan = is_picture_of_text(page, text, view)
            runs = [] if scan else read_runs(text_page, text, view)
            added = added_to(page, self._form.handle, view, runs, text_page)
            if scan and not (added and pdfium.FPDFPage_CountObjects(page) == 0):
                return _Sheet(number, view, scan=True, added=tuple(added))
            cut = pdfium.FPDFText_CountChars(text_page) > most
        pictures, read = picture_boxes(page, view, runs)
        doubt = is_doubtful(text) or (read and _is_looked_at(number))
        edges = edges_of(runs, view.size[1])
        if added:
            runs = with_added(runs, added)
            edges = edges_of(runs, view.size[1])
        return _Sheet(
            number,
            view,
            tuple(runs),
            sizes_of(runs),
            edges,
            doubt=doubt,
            pictures=tuple(pictures),
            cut=cut,
        )

    def _finished(self, number: int, around: list[_Sheet]) -> Leaf:
        sheet = next(sheet for sheet in around if sheet.number == number)
        section = self._outline.section(number)
        if sheet.view is None or sheet.fault:
            return Page(number, "", label=UNREADABLE + sheet.fault, section=section)
        if sheet.scan:
            return self._scan(sheet, section)
        page = self._text(sheet, around, section)
        if sheet.doubt:
            return self._scan(sheet, section, page)
        if sheet.pictures:
            with open_page(self._document, number) as opened:
                insets = insets_of(opened, sheet.view, page, sheet.pictures, self._limits)
            return IllustratedPage(page, insets)
        return page

    def _text(self, sheet: _Sheet, around: list[_Sheet], section: tuple[str, ...]) -> Page:
        assert sheet.view is not None
        width, height = sheet.view.size
        neighbours = [other.edges for other in around if other is not sheet]
        furniture = furniture_of(sheet.runs, sheet.edges, neighbours)
        body = body_size(other.sizes for other in around)
        drafts = draft_lines(sheet.runs, furniture, body, self._outline.titles(sheet.number))
        return build_page(
            sheet.number,
            (draft.finished() for draft in drafts),
            width=width,
            height=height,
            label=f"cut after {self._limits.page_characters:,} characters" if sheet.cut else "",
            section=section,
        )

    def _scan(
        self, sheet: _Sheet, section: tuple[str, ...], layer: Page | None = None
    ) -> Page | Scan:
        assert sheet.view is not None
        width, height = sheet.view.size
        with open_page(self._document, sheet.number) as page:
            if page is None:
                fault = UNREADABLE + "the page is damaged"
                return Page(sheet.number, "", label=fault, section=section)
            size, rgb, scale = draw(page, sheet.view, self._limits, sharpest(page))
        if shows_nothing(size, rgb):
            return layer or Page(sheet.number, "", width=width, height=height, section=section)
        notes = tuple(one.line for one in sheet.added)
        number = sheet.number
        return Scan(number, size, rgb, scale, width, height, "page", section, notes, layer)


def _is_looked_at(number: int) -> bool:
    """Whether the text under a scanned page is compared with the page: the first ones, then some."""
    return number <= _FIRST_SCANS or number % _EVERY_SCAN == 0
