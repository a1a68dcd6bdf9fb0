"""The tables of a PDF: found on each page's text, put together over pages; pages without text as scans."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ....errors import BadInput
from ....schema import Table
from ....settings import DocumentLimits
from ...loaders.base import DocumentInfo, Scan
from ...loaders.pdf.handles import PDFIUM, load_pdf, open_page, open_text_page, refuse_bomb
from ...loaders.pdf.metadata import title_of
from ...loaders.pdf.rendering import draw, is_picture_of_text, sharpest, shows_nothing
from ...loaders.pdf.words import read_text, view_of
from ..finding.tables import find_tables
from ..joining import Joiner
from .base import TableSource
from .pdf_layout import layouts_of

__all__ = ["PdfTables"]


class PdfTables(TableSource):
    """An open PDF whose tables are found page by page.

    Raises:
        BadInput: encrypted with a password, damaged, cut off, without pages or with too many.
    """

    def __init__(self, path: Path, limits: DocumentLimits) -> None:
        import pypdfium2.raw as pdfium

        refuse_bomb(path, limits)
        self._limits = limits
        with PDFIUM:
            self._document = load_pdf(path)
            self._pages = pdfium.FPDF_GetPageCount(self._document)
            title = title_of(self._document, path)
        if not 0 < self._pages <= limits.pages:
            self.close()
            raise BadInput(
                str(path),
                f"has {self._pages:,} pages, expected 1 to {limits.pages:,}; split it, "
                "or raise LOOKTWICE_DOCUMENTS__PAGES",
            )
        self.about = DocumentInfo("pdf", title, self._pages)

    def pages(self, first: int = 1) -> Iterator[Table | Scan]:
        """Tables in order; a page that has to be read by OCR comes as a picture."""
        joiner = Joiner()
        for number in range(max(1, first), self._pages + 1):
            self.on_page(number)
            with PDFIUM, open_page(self._document, number) as page:
                found, scan = ([], None) if page is None else self._read(page, number)
                size = (1.0, 1.0) if page is None else view_of(page).size
            yield from joiner.add(number, found, *size)
            if scan is not None:
                yield scan
        yield from joiner.close()

    def close(self) -> None:
        import pypdfium2.raw as pdfium

        with PDFIUM:
            if self._document is not None:
                pdfium.FPDF_CloseDocument(self._document)
                self._document = None

    def _read(self, page: Any, number: int) -> tuple[list[Table], Scan | None]:
        view = view_of(page)
        most = self._limits.page_characters
        with open_text_page(page) as text_page:
            if text_page is None:
                return [], None
            if not is_picture_of_text(page, read_text(text_page, most), view):
                layouts = layouts_of(page, text_page, view, number, most)
                return [table for layout in layouts for table in find_tables(layout)], None
        width, height = view.size
        size, rgb, scale = draw(page, view, self._limits, sharpest(page))
        if shows_nothing(size, rgb):
            return [], None
        return [], Scan(number, size, rgb, scale, width, height, "page")
