"""Sound documents of every kind, small, which the mutations are made of."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

from PIL import Image, ImageDraw

from ...evals.suites.pdf import PdfLine, write_pdf
from ...media.video import encoded
from ...retrieval.loaders.registry import formats
from .outlook import mail

_ROWS = (("Year", "Sales", "Costs"), ("2021", "1,577.25", "(310)"), ("2022", "1,602", "n/a"))
_TEXT = "Annual report\n\nThe office is in room 514. Sales rose by 12.5 % to 1,602 in 2022.\n"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_PLAIN = 3
"""Copies of the text in documents that are only text."""


def originals() -> dict[str, bytes]:
    """A document for every ending that can be read, the first of those that hold the same.

    Those without a maker of their own are text.
    """
    every = [ending for known in formats() for ending in known.endings]
    first = {original(ending): ending for ending in reversed(every)}
    return {ending: data for data, ending in reversed(first.items())}


def is_made(ending: str) -> bool:
    """Whether this program can write a sound document of an ending."""
    return ending in _MAKERS or ending in (".txt", ".text")


def original(ending: str) -> bytes:
    """A sound document by its ending, as far as this program can write it."""
    make = _MAKERS.get(ending)
    return make() if make is not None else (_TEXT * _PLAIN).encode()


def _pdf() -> bytes:
    lines: list[PdfLine | str] = [PdfLine("Annual report", 20, bold=True), *_TEXT.splitlines()]
    return write_pdf([lines, ["  ".join(row) for row in _ROWS], []], "A title", "An author")


def _zipped(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return file.getvalue()


def _docx() -> bytes:
    paragraphs = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in _TEXT.splitlines())
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = "".join(f"<w:tr>{''.join(cell.format(c) for c in row)}</w:tr>" for row in _ROWS)
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType='
        '"application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
        'package.relationships+xml"/><Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    )
    relations = (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}" '
        'Target="word/document.xml"/></Relationships>'
    )
    body = f"<w:body>{paragraphs}<w:tbl>{rows}</w:tbl></w:body>"
    return _zipped(
        {
            "[Content_Types].xml": types,
            "_rels/.rels": relations,
            "word/document.xml": f'<w:document xmlns:w="{_WORD}">{body}</w:document>',
        }
    )


def _pptx() -> bytes:
    from pptx import Presentation

    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Annual report"
    slide.placeholders[1].text = _TEXT
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _xlsx() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for row in _ROWS:
        sheet.append(row)
    sheet["D2"] = "=B2*2"
    sheet.merge_cells("A4:B5")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _html() -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in _ROWS)
    head = "<!doctype html><html><head><title>Report</title></head><body><!-- note -->"
    return f"{head}<h1>Report</h1><p>{_TEXT}</p><table>{rows}</table></body></html>".encode()


def _markdown() -> bytes:
    rule = "|".join("---" for _ in _ROWS[0])
    rows = "\n".join(f"|{'|'.join(row)}|" for row in _ROWS[1:])
    head = "---\ntitle: 'Report'\ndate: 2022-01-02\n---\n\n# Report\n\n"
    return f"{head}{_TEXT}\n|{'|'.join(_ROWS[0])}|\n|{rule}|\n{rows}\n\n```\ncode\n```\n".encode()


def _separated(mark: str) -> bytes:
    return "\n".join(mark.join(f'"{cell}"' for cell in row) for row in _ROWS).encode()


def _clip() -> bytes:
    """Two shots of a second each."""
    shots = [Image.new("RGB", (160, 120), colour) for colour in ("#b9d4e8", "#c01020")]
    return encoded((shot for shot in shots for _ in range(5)), 5)


def _picture(kind: str, mode: str = "RGB") -> bytes:
    image = Image.new("RGB", (160, 60), "white")
    ImageDraw.Draw(image).text((8, 20), "Room 514", fill="black")
    exif = Image.Exif()
    exif[0x0110], exif[0x0112] = "A camera", 6
    file = io.BytesIO()
    image.convert(mode).save(file, kind, **({} if kind in ("GIF", "BMP") else {"exif": exif}))
    return file.getvalue()


def _heif() -> bytes:
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (160, 60), "white")).save(file)
    return file.getvalue()


def _mail() -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Report", "a@example.invalid", "b@example.invalid"
    mail.set_content(_TEXT)
    mail.add_attachment(_TEXT.encode(), maintype="text", subtype="plain", filename="report.txt")
    return mail.as_bytes()


def _json() -> bytes:
    return json.dumps({"title": "Report", "rows": _ROWS, "text": _TEXT}).encode()


def _opendocument(kind: str, body: str) -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="{_ODF}:{name}:1.0"' for name in ("office", "text", "table", "draw")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>"
    )
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return _zipped({"mimetype": mime, "content.xml": content})


def _table() -> str:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = "".join(
        f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in _ROWS
    )
    return f'<table:table table:name="Sales">{rows}</table:table>'


def _slide() -> str:
    box = f"<draw:text-box><text:p>{_TEXT}</text:p></draw:text-box>"
    return f"<draw:page><draw:frame>{box}</draw:frame></draw:page>"


def _book() -> bytes:
    return _zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<c><rootfile full-path="a.opf"/></c>',
            "a.opf": '<p><item id="a" href="a.xhtml"/><itemref idref="a"/></p>',
            "a.xhtml": _html().decode(),
        }
    )


def _notebook() -> bytes:
    cells = [
        {"cell_type": "markdown", "source": ["# Report\n", _TEXT]},
        {"cell_type": "code", "source": "sales", "outputs": [{"text": ["1,602"]}]},
    ]
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


_MAKERS: dict[str, Callable[[], bytes]] = {
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".xlsx": _xlsx,
    **dict.fromkeys((".html", ".htm", ".xhtml"), _html),
    **dict.fromkeys((".md", ".markdown"), _markdown),
    ".csv": lambda: _separated(","),
    ".tsv": lambda: _separated("\t"),
    ".png": lambda: _picture("PNG"),
    **dict.fromkeys((".jpg", ".jpeg"), lambda: _picture("JPEG")),
    ".webp": lambda: _picture("WEBP"),
    ".gif": lambda: _picture("GIF", "P"),
    ".bmp": lambda: _picture("BMP"),
    ".tif": lambda: _picture("TIFF", "I;16"),
    ".tiff": lambda: _picture("TIFF"),
    ".avif": lambda: _picture("AVIF"),
    **dict.fromkeys((".heic", ".heif"), _heif),
    ".mp4": _clip,
    ".eml": _mail,
    ".json": _json,
    ".xml": lambda: f"<report><room>514</room><text>{_TEXT}</text></report>".encode(),
    **dict.fromkeys(
        (".jsonl", ".ndjson"), lambda: b"\n".join([b'{"room": 514, "sales": 1602}'] * 3)
    ),
    ".ipynb": _notebook,
    **dict.fromkeys((".odt", ".ott"), lambda: _opendocument("text", f"<text:p>{_TEXT}</text:p>")),
    **dict.fromkeys((".ods", ".ots"), lambda: _opendocument("spreadsheet", _table())),
    **dict.fromkeys((".odp", ".otp"), lambda: _opendocument("presentation", _slide())),
    ".epub": _book,
    ".msg": lambda: mail("Report", _TEXT),
    ".rtf": lambda: rb"{\rtf1\ansi{\fonttbl\f0 Arial;}\f0 The office is room 514.\par 12\'e4}",
}
