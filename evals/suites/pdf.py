"""Plain PDF files of text, written by hand: known words on known pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 595, 842
"""A4 in points."""
_TOP, _LEFT = 780, 60


@dataclass(frozen=True)
class PdfLine:
    """One line of a page; grey 0 is black, 1 is white and so not to be seen."""

    words: str
    size: float = 11
    bold: bool = False
    grey: float = 0.0


def write_pdf(pages: Sequence[Sequence[PdfLine | str]], title: str = "", author: str = "") -> bytes:
    """A document of pages of lines, from the top down; Latin-1 text, its title in any script."""
    return _document([_content(page) for page in pages], title, author)


def _document(contents: Sequence[bytes], title: str, author: str) -> bytes:
    objects: list[bytes] = [b"", b""]
    objects += [
        b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % name
        for name in (b"Helvetica", b"Helvetica-Bold")
    ]
    kids = []
    for content in contents:
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>" % (WIDTH, HEIGHT, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    objects.append(b"<</Title%s/Author%s>>" % (_text(title), _text(author)))
    return _file(objects)


@dataclass(frozen=True)
class PdfText:
    """Words at a baseline, in points from the lower left."""

    x: float
    y: float
    words: str
    size: float = 11
    bold: bool = False


Rule = tuple[float, float, float, float]
"""A line from one point to another."""


@dataclass(frozen=True)
class PlacedPage:
    """What is put on a page, wherever it is to stand."""

    texts: Sequence[PdfText]
    rules: Sequence[Rule] = ()


def write_pages(pages: Sequence[PlacedPage], title: str = "") -> bytes:
    """A document of pages whose words and lines have places."""
    return _document([_placed(page) for page in pages], title, "")


def _placed(page: PlacedPage) -> bytes:
    parts = [
        b"BT /%s %g Tf %g %g Td (%s) Tj ET\n"
        % (b"F2" if text.bold else b"F1", text.size, text.x, text.y, _escaped(text.words))
        for text in page.texts
    ]
    parts += [b"0.8 w %g %g m %g %g l S\n" % rule for rule in page.rules]
    return b"".join(parts)


def _escaped(words: str) -> bytes:
    shown = words.encode("cp1252", "replace").replace(b"\\", b"\\\\")
    return shown.replace(b"(", b"\\(").replace(b")", b"\\)")


def _content(lines: Sequence[PdfLine | str]) -> bytes:
    parts, y = [], float(_TOP)
    for line in lines:
        line = PdfLine(line) if isinstance(line, str) else line
        shown = _escaped(line.words)
        parts.append(
            b"BT %g g /%s %g Tf %d %g Td (%s) Tj ET\n"
            % (line.grey, b"F2" if line.bold else b"F1", line.size, _LEFT, y, shown)
        )
        y -= line.size * 1.6
    return b"".join(parts)


def _text(words: str) -> bytes:
    """A text string of any script: UTF-16 in hex."""
    return b"<FEFF%s>" % words.encode("utf-16-be").hex().encode()


def _file(objects: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(places) + 1,
        len(places),
        start,
    )
    return bytes(out)
