"""What was added to a PDF's pages: the values of form fields, notes, highlights, stamps, typed text."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...pages import XYXY
from .words import PageGeometry, TextRun, share_box

__all__ = ["Added", "FormHandle", "added_to", "with_added"]

_MOST = 2000
"""Annotations of a page that are looked at."""
_CHARACTERS = 20_000
"""Of one annotation."""
_SECRET = 1 << 13
"""Field flag of passwords (PDF 1.7, table 228)."""
_ON, _OFF = "[x]", "[ ]"
_LETTERS_HIGH = 0.75
"""A font's size in a field that holds one line, as a share of its height, at most `_LARGEST`."""
_LARGEST = 12.0


@dataclass(frozen=True, slots=True)
class Added:
    """One thing that was added.

    Attributes:
        text: the value of a field, or what an annotation says, on one line.
        box: on the page as shown.
        name: what a field is called where no label stands beside it.
        kind: "" for a field; else what the annotation is: "note", "highlight".
        author: of an annotation.
    """

    text: str
    box: XYXY
    name: str = ""
    kind: str = ""
    author: str = ""

    @property
    def line(self) -> str:
        """All of it on a line of its own."""
        if not self.kind:
            return f"{self.name}: {self.text}" if self.name else self.text
        return (
            f"{self.kind} by {self.author}: {self.text}"
            if self.author
            else (f"{self.kind}: {self.text}")
        )


class FormHandle:
    """pdfium's handle of a document's form; no script of it ever runs.

    It is closed before its document.
    """

    def __init__(self, document: Any) -> None:
        import pypdfium2.raw as pdfium

        self.handle: Any = None
        if pdfium.FPDF_GetFormType(document) != pdfium.FORMTYPE_NONE:
            self._info = pdfium.FPDF_FORMFILLINFO(version=2)  # pdfium keeps its address
            self.handle = pdfium.FPDFDOC_InitFormFillEnvironment(document, self._info) or None

    def close(self) -> None:
        """Give the handle back; may be called twice."""
        import pypdfium2.raw as pdfium

        if self.handle is not None:
            pdfium.FPDFDOC_ExitFormFillEnvironment(self.handle)
            self.handle = None


def added_to(
    page: Any, form: Any, view: PageGeometry, runs: Sequence[TextRun], text_page: Any
) -> list[Added]:
    """The fields that are filled in and the annotations of a page, in their order.

    Args:
        page: an open pdfium page.
        form: the handle of its document's `FormHandle`.
        view: of the same page.
        runs: its text, to quote what is highlighted.
        text_page: of the same page.
    """
    import pypdfium2.raw as pdfium

    found = []
    for at in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST)):
        annotation = pdfium.FPDFPage_GetAnnot(page, at)
        if not annotation:
            continue
        try:
            one = _added(annotation, form, view, runs, text_page)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
        if one is not None and one.text:
            found.append(one)
    return found


def _added(
    annotation: Any, form: Any, view: PageGeometry, runs: Sequence[TextRun], text_page: Any
) -> Added | None:
    import pypdfium2.raw as pdfium

    flags = pdfium.FPDFAnnot_GetFlags(annotation)
    if flags & pdfium.FPDF_ANNOT_FLAG_HIDDEN:
        return None
    box = _box(annotation, view)
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind == pdfium.FPDF_ANNOT_WIDGET:
        return _field(annotation, form, box) if form else None
    called = _called(kind)
    if not called:
        return None
    text = _value(annotation, b"Contents")
    if called in ("highlight", "underlined", "struck out"):
        quoted = _quoted(box, runs)
        text = f"“{quoted}” {text}".strip() if quoted else text
    text = text or _drawn(annotation, text_page)
    if not text and called == "stamp":
        text = _value(annotation, b"Subj") or _value(annotation, b"Name")
    return Added(text, box, kind=called, author=_value(annotation, b"T"))


def _called(kind: int) -> str:
    import pypdfium2.raw as pdfium

    return {
        pdfium.FPDF_ANNOT_TEXT: "note",
        pdfium.FPDF_ANNOT_FREETEXT: "typed",
        pdfium.FPDF_ANNOT_HIGHLIGHT: "highlight",
        pdfium.FPDF_ANNOT_UNDERLINE: "underlined",
        pdfium.FPDF_ANNOT_SQUIGGLY: "underlined",
        pdfium.FPDF_ANNOT_STRIKEOUT: "struck out",
        pdfium.FPDF_ANNOT_STAMP: "stamp",
        pdfium.FPDF_ANNOT_CARET: "insertion",
        pdfium.FPDF_ANNOT_LINE: "mark",
        pdfium.FPDF_ANNOT_SQUARE: "mark",
        pdfium.FPDF_ANNOT_CIRCLE: "mark",
        pdfium.FPDF_ANNOT_POLYGON: "mark",
        pdfium.FPDF_ANNOT_POLYLINE: "mark",
        pdfium.FPDF_ANNOT_INK: "mark",
        pdfium.FPDF_ANNOT_FILEATTACHMENT: "attachment",
    }.get(kind, "")


def _field(annotation: Any, form: Any, box: XYXY) -> Added | None:
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    name = _asked(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation) or _asked(
        pdfium.FPDFAnnot_GetFormFieldName, form, annotation
    )
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        state = _value(annotation, b"AS")  # what is shown, also where the form's own value differs
        on = state != "Off" if state else pdfium.FPDFAnnot_IsChecked(form, annotation)
        return Added(_ON if on else _OFF, box, name)
    if kind in (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX):
        chosen = _chosen(form, annotation)
        value = _asked(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)
        return Added(", ".join(chosen) or value, box, name)
    if kind != pdfium.FPDF_FORMFIELD_TEXTFIELD:
        return None
    if pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation) & _SECRET:
        return None
    return Added(_asked(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation), box, name)


def _chosen(form: Any, annotation: Any) -> list[str]:
    """The options of a list that are chosen, as they are shown."""
    import pypdfium2.raw as pdfium

    count = min(pdfium.FPDFAnnot_GetOptionCount(form, annotation), _MOST)
    return [
        _asked(pdfium.FPDFAnnot_GetOptionLabel, form, annotation, at)
        for at in range(count)
        if pdfium.FPDFAnnot_IsOptionSelected(form, annotation, at)
    ]


def _asked(function: Any, *about: Any) -> str:
    """A text that pdfium writes into a buffer of its size."""
    size = min(function(*about, None, 0), 2 * _CHARACTERS)
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    function(*about, buffer, size)
    return _line(bytes(buffer)[: max(0, size - 2)].decode("utf-16-le", "replace"))


def _value(annotation: Any, key: bytes) -> str:
    import pypdfium2.raw as pdfium

    return _asked(pdfium.FPDFAnnot_GetStringValue, annotation, key)


def _line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _drawn(annotation: Any, text_page: Any) -> str:
    """The letters of an annotation's own look."""
    import pypdfium2.raw as pdfium

    parts = []
    for at in range(min(pdfium.FPDFAnnot_GetObjectCount(annotation), _MOST)):
        thing = pdfium.FPDFAnnot_GetObject(annotation, at)
        if pdfium.FPDFPageObj_GetType(thing) == pdfium.FPDF_PAGEOBJ_TEXT and text_page:
            parts.append(_asked(pdfium.FPDFTextObj_GetText, thing, text_page))
    return " ".join(filter(None, parts))


def _box(annotation: Any, view: PageGeometry) -> XYXY:
    import pypdfium2.raw as pdfium

    rect = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(annotation, rect)
    xs, ys = view.shown(np.array([rect.left, rect.right]), np.array([rect.bottom, rect.top]))
    return float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())


def _quoted(box: XYXY, runs: Sequence[TextRun]) -> str:
    """The words of a page whose middles lie in a box."""
    x1, y1, x2, y2 = box
    words = (word for run in runs for word in run.words if word.box is not None)
    return " ".join(
        word.text
        for word in words
        if word.box is not None
        and x1 <= (word.box[0] + word.box[2]) / 2 <= x2
        and y1 <= (word.box[1] + word.box[3]) / 2 <= y2
    )


# Where they belong in the text


def with_added(runs: Sequence[TextRun], added: Sequence[Added]) -> list[TextRun]:
    """The runs of a page with what was added at its place: values behind their labels.

    A value goes into the line it stands on; one beside which no line stands, and every annotation,
    becomes a line of its own before the first that stands below it.
    """
    out = list(runs)
    for one in added:
        at = None if one.kind else _beside(out, one)
        if at is not None:
            out[at] = _filled(out[at], one)
            continue
        run = _own_line(one)
        below = (k for k, other in enumerate(out) if other.flat and other.base > run.base)
        out.insert(next(below, len(out)), run)
    return out


def _beside(runs: Sequence[TextRun], one: Added) -> int | None:
    """The line that a field stands on: it has words right before it, or right behind a box to tick."""
    x1, y1, x2, y2 = one.box
    ticks = one.text in (_ON, _OFF)
    best: tuple[float, int] | None = None
    for at, run in enumerate(runs):
        if not run.flat or not y1 - 0.3 * run.size <= run.base - 0.3 * run.size <= y2:
            continue
        gaps = [x1 - box[2] for box in run.boxes if box[2] <= x1 + 3]
        if ticks:
            gaps += [box[0] - x2 for box in run.boxes if box[0] >= x2 - 3]
        if gaps and (best is None or min(gaps) < best[0]):
            best = min(gaps), at
    return None if best is None else best[1]


def _filled(run: TextRun, one: Added) -> TextRun:
    """A line with a value among its words, by where it stands."""
    words = share_box(one.text.split(" ") if one.text not in (_ON, _OFF) else [one.text], one.box)
    before = [word for word in run.words if word.box is None or word.box[0] < one.box[0]]
    behind = run.words[len(before) :]
    return TextRun([*before, *words, *behind], run.base, run.size, False, run.flat)


def _own_line(one: Added) -> TextRun:
    height = one.box[3] - one.box[1]
    size = min(_LETTERS_HIGH * height, _LARGEST) or _LARGEST
    return TextRun(
        share_box(one.line.split(), one.box), one.box[3] - 0.25 * size, size, False, True
    )
