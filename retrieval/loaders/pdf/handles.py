"""Open PDFs and their pages, as pdfium hands them out; each is closed where it was opened."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ....errors import BadInput
from ....settings import DocumentLimits
from .bomb import unpacks_to_more
from .metadata import is_cut_off

__all__ = ["PDFIUM", "load_pdf", "open_page", "open_pdf_file", "open_text_page", "refuse_bomb"]

PDFIUM = threading.RLock()
"""pdfium is not made for threads: one call at a time in a process."""


def refuse_bomb(path: Path, limits: DocumentLimits) -> None:
    """Refuse a file that unpacks to more than it may.

    Raises:
        BadInput: it does, or it cannot be read.
    """
    try:
        bomb = unpacks_to_more(path, limits.expanded)
    except (OSError, ValueError) as error:  # ValueError: it has become empty since
        raise BadInput(str(path), f"cannot be read ({error})") from None
    if bomb:
        raise BadInput(
            str(path),
            f"unpacks to more than {limits.expanded:,} bytes (a bomb, or a very large picture); "
            "leave it out, or raise LOOKTWICE_DOCUMENTS__EXPANDED",
        )


def load_pdf(path: Path) -> Any:
    """An open pdfium document.

    Raises:
        BadInput: it cannot be opened; says why.
    """
    import pypdfium2.raw as pdfium

    source = str(path)
    try:
        if is_cut_off(path):
            raise BadInput(source, "is cut off: its end is missing; download or copy it again")
        name = os.fsencode(path) if os.name == "posix" else source.encode("utf-8")
    except OSError as error:
        raise BadInput(source, f"cannot be read ({error.strerror or error})") from None
    document = pdfium.FPDF_LoadDocument(name, None)
    if document:
        return document
    fault = pdfium.FPDF_GetLastError()
    if fault == pdfium.FPDF_ERR_PASSWORD:
        raise BadInput(source, "is encrypted with a password; save it without one")
    if fault == pdfium.FPDF_ERR_SECURITY:
        raise BadInput(source, "is encrypted in a way that cannot be opened; save it without")
    if fault == pdfium.FPDF_ERR_FILE:
        raise BadInput(source, "cannot be read; it may have been moved")
    raise BadInput(source, "is a damaged PDF; save or download it again")


@contextmanager
def open_pdf_file(path: Path) -> Iterator[Any]:
    import pypdfium2.raw as pdfium

    document = load_pdf(path)
    try:
        yield document
    finally:
        pdfium.FPDF_CloseDocument(document)


@contextmanager
def open_page(document: Any, number: int) -> Iterator[Any]:
    """An open page, or None if there is none that can be read."""
    import pypdfium2.raw as pdfium

    page = pdfium.FPDF_LoadPage(document, number - 1)
    try:
        yield page or None
    finally:
        if page:
            pdfium.FPDF_ClosePage(page)


@contextmanager
def open_text_page(page: Any) -> Iterator[Any]:
    import pypdfium2.raw as pdfium

    text_page = pdfium.FPDFText_LoadPage(page)
    try:
        yield text_page or None
    finally:
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
