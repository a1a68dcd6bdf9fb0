"""The filled-in fields of a PDF's form as rows of its page, whose text lacks what viewers draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ....extensions.extras import needs
from ....retrieval.pages import Page, RawLine, Word, build_page
from .reading import PageText

if TYPE_CHECKING:
    from ....retrieval.loaders.pdf.attachments import FormField


def with_form_fields(pages: Sequence[PageText], path: Path) -> list[PageText]:
    """The pages, those with a form with a row for each field: its label and its value.

    Raises:
        BadInput: the PDF cannot be opened.
    """
    if path.suffix.lower() != ".pdf":
        return list(pages)
    with needs("documents"):
        from ....retrieval.loaders.pdf.attachments import form_fields

    of_page: dict[int, list[FormField]] = {}
    for field in form_fields(path):
        of_page.setdefault(field.page, []).append(field)
    return [_with(text, of_page.get(text.number, ())) for text in pages]


def _with(text: PageText, fields: Sequence[FormField]) -> PageText:
    if not fields:
        return text
    rows = tuple((field.name, field.value) for field in fields)
    page = _longer(text.page, fields)
    return replace(text, page=page, flow=page, rows=(*text.rows, *rows))


def _longer(page: Page, fields: Sequence[FormField]) -> Page:
    """The page with a line for each field, the words of its value in the field's box."""
    lines = [
        RawLine(
            tuple(
                Word(page.text[start:end], tuple(box))
                for (start, end), box in zip(page.spans.tolist(), page.boxes.tolist(), strict=True)
                if line.start <= start < line.end
            )
        )
        for line in page.lines
    ]
    lines += [
        RawLine(
            (
                *map(Word, field.name.split()),
                *(Word(word, field.box) for word in field.value.split()),
            )
        )
        for field in fields
    ]
    return build_page(
        page.number,
        lines,
        width=page.width,
        height=page.height,
        frame=page.frame,
        label=page.label,
        scanned=page.scanned,
    )
