"""The same table as CSV, workbook, PDF and picture, with and without rules."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence

from PIL import Image

from ..paper import Face, Sheet, font
from ..pdf import PdfText, PlacedPage, Rule, write_pages

__all__ = ["as_csv", "as_pdf", "as_picture", "as_workbook"]

Rows = Sequence[Sequence[str]]
_STAMP = (2024, 1, 1, 0, 0, 0)


def as_csv(rows: Rows, separator: str) -> str:
    """Text with a separator."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()


def as_workbook(rows: Rows, title: str) -> bytes:
    """A workbook with a title over the table; figures are numbers, as people type them."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Table"
    sheet.append([title])
    sheet.append([])
    for row in rows:
        sheet.append([_value(text) for text in row])
    out = io.BytesIO()
    book.save(out)
    return _undated(out.getvalue())


def _value(text: str) -> str | float | int:
    plain = text.replace(",", "")
    try:
        return float(plain) if "." in plain else int(plain)
    except ValueError:
        return text


def _undated(data: bytes) -> bytes:
    """The package without the time it was made at: the same table gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as made:
        for part in source.infolist():
            if part.filename != "docProps/core.xml":
                made.writestr(zipfile.ZipInfo(part.filename, _STAMP), source.read(part))
            else:
                made.writestr(zipfile.ZipInfo(part.filename, _STAMP), _CORE)
    return out.getvalue()


_CORE = (
    b'<?xml version="1.0"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/'
    b'2006/metadata/core-properties"/>'
)


def as_pdf(rows: Rows, title: str, ruled: bool) -> bytes:
    """Pages of at most 40 rows, the head again on each; figures to the right."""
    pages = []
    head, body = rows[0], rows[1:]
    widths = _widths(rows, lambda text: font(10).getlength(text) + 18)
    for start in range(0, len(body), 40):
        part = [head, *body[start : start + 40]]
        texts = [PdfText(60, 780, title, 14, bold=True)] if start == 0 else []
        rules: list[Rule] = []
        x = 60.0
        edges = [x]
        for width in widths:
            edges.append(edges[-1] + width)
        top = 750.0
        for r, row in enumerate(part):
            y = top - 16 * r
            for c, text in enumerate(row):
                right = c > 1
                at = edges[c + 1] - 6 - font(10).getlength(text) if right else edges[c] + 6
                texts.append(PdfText(at, y - 11, text, 10, bold=r == 0))
        end = top - 16 * len(part)
        if ruled:
            rules += [
                (edges[0], top - 16 * r, edges[-1], top - 16 * r) for r in range(len(part) + 1)
            ]
            rules += [(edge, top, edge, end) for edge in edges]
        else:
            rules += [(edges[0], y, edges[-1], y) for y in (top, top - 16, end)]
        pages.append(PlacedPage(texts, rules))
    return write_pages(pages, title=title)


def as_picture(rows: Rows, title: str, ruled: bool) -> Image.Image:
    """A page as a scanner gives it at about 150 dpi."""
    widths = _widths(rows, lambda text: font(20).getlength(text) + 36)
    sheet = Sheet(int(sum(widths)) + 120, 140 + 36 * len(rows))
    sheet.write(60, 30, title, 26, face="bold")
    edges = [60.0]
    for width in widths:
        edges.append(edges[-1] + width)
    for r, row in enumerate(rows):
        y = 90 + 36 * r
        for c, text in enumerate(row):
            face: Face = "bold" if r == 0 else "sans"
            if c > 1:
                sheet.write(edges[c + 1] - 12, y + 6, text, 20, face=face, anchor="ra")
            else:
                sheet.write(edges[c] + 12, y + 6, text, 20, face=face)
        if ruled or r < 2:
            sheet.pen.line((edges[0], y, edges[-1], y), fill="#303030", width=2)
    end = 90 + 36 * len(rows)
    sheet.pen.line((edges[0], end, edges[-1], end), fill="#303030", width=2)
    for edge in edges if ruled else ():
        sheet.pen.line((edge, 90, edge, end), fill="#303030", width=2)
    return sheet.image


def _widths(rows: Rows, measure: Callable[[str], float]) -> list[float]:
    return [max(measure(text) for text in column) for column in zip(*rows, strict=True)]
