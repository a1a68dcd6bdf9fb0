"""What a PDF carries for machines: files attached to it, and the fields of its form."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...pages import XYXY
from .handles import PDFIUM, open_pdf_file
from .words import PageGeometry, view_of

_MOST_ATTACHMENTS = 100
_MOST_WIDGETS = 2_000
_LONGEST = 4_000
"""Characters of a form field's value that are kept."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A filled-in field of a form (AcroForm).

    Attributes:
        name: its label for people where it has one, else its name in the file.
        page: 1-based.
        box: in points of the page.
    """

    name: str
    value: str
    page: int
    box: XYXY


def attachments(path: Path, ending: str, most_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Files attached to a PDF, by name and content, those that end so and are not larger.

    Raises:
        BadInput: the PDF cannot be opened.
    """
    with _opened(path) as document:
        for number in range(min(document.count_attachments(), _MOST_ATTACHMENTS)):
            attached = document.get_attachment(number)
            name = attached.get_name()
            if name.lower().endswith(ending):
                data = bytes(attached.get_data())
                if len(data) <= most_bytes:
                    yield name, data


def form_fields(path: Path) -> list[FormField]:
    """The filled-in fields of a PDF's form, page by page; [] where it has none.

    Raises:
        BadInput: the PDF cannot be opened.
    """
    found: list[FormField] = []
    with _opened(path) as document:
        if not document.get_formtype():
            return found
        document.init_forms()
        for number in range(1, len(document) + 1):
            if len(found) < _MOST_WIDGETS:
                page = document[number - 1]
                found += _fields(document.formenv.raw, page.raw, number)
                page.close()
    return found


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """A PDF by pypdfium2's own helpers, opened where nobody else is in pdfium."""
    from pypdfium2 import PdfDocument

    with PDFIUM:
        with open_pdf_file(path):
            pass  # says in our words what is wrong with it
        document = PdfDocument(path)
        try:
            yield document
        finally:
            document.close()


def _fields(form: Any, page: Any, number: int) -> Iterator[FormField]:
    import pypdfium2.raw as pdfium

    view = view_of(page)
    for at in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_WIDGETS)):
        note = pdfium.FPDFPage_GetAnnot(page, at)
        try:
            if pdfium.FPDFAnnot_GetSubtype(note) == pdfium.FPDF_ANNOT_WIDGET:
                name = _text(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, note) or _text(
                    pdfium.FPDFAnnot_GetFormFieldName, form, note
                )
                value = _value(form, note)
                if name and value:
                    yield FormField(name, value, number, _box(view, note))
        finally:
            pdfium.FPDFPage_CloseAnnot(note)


def _value(form: Any, note: Any) -> str:
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFAnnot_GetFormFieldType(form, note)
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        if not pdfium.FPDFAnnot_IsChecked(form, note):
            return ""
        return _text(pdfium.FPDFAnnot_GetFormFieldExportValue, form, note) or "yes"
    if kind == pdfium.FPDF_FORMFIELD_PUSHBUTTON:
        return ""
    return _text(pdfium.FPDFAnnot_GetFormFieldValue, form, note)


def _box(view: PageGeometry, note: Any) -> XYXY:
    import numpy as np
    import pypdfium2.raw as pdfium

    r = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(note, ctypes.byref(r))
    x, y = view.shown(np.array([r.left, r.right]), np.array([r.bottom, r.top]))
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _text(call: Any, form: Any, note: Any) -> str:
    """What pdfium writes as UTF-16 into a buffer."""
    import pypdfium2.raw as pdfium

    size = min(call(form, note, None, 0), 2 * _LONGEST)
    buffer = ctypes.create_string_buffer(max(size, 2))
    call(form, note, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return " ".join(buffer.raw[:size].decode("utf-16-le", "replace").rstrip("\0").split())
