"""PDF files made by hand, so that tests need no other writer of them (and can break them well)."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_MAY_ALL = -4


def text(x: float, y: float, words: str, size: float = 12, font: str = "F1") -> bytes:
    """One piece of text at a baseline; F1 is Helvetica, F2 its bold, coordinates as PDF has them."""
    shown = (
        words.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    )
    return b"BT /%s %g Tf %g %g Td (%s) Tj ET\n" % (font.encode(), size, x, y, shown)


@dataclass
class Sheet:
    """One page.

    Attributes:
        picture: paint a picture over the whole page, under the content.
        raw: put in place of the content stream object's body, as it is.
    """

    content: bytes = b""
    media: tuple[float, float, float, float] = (0, 0, 612, 792)
    crop: tuple[float, float, float, float] | None = None
    rotate: int = 0
    picture: bool = False
    extra: bytes = b""
    raw: bytes | None = None


@dataclass
class Pdf:
    """A document.

    Attributes:
        outline: (level from 0, title, page from 0, height in PDF units or None).
        user: encrypt it (RC4, 40 bits) with this user password; "" opens without being asked.
    """

    sheets: Sequence[Sheet] = ()
    info: dict[str, str] = field(default_factory=dict)
    outline: Sequence[tuple[int, str, int, float | None]] = ()
    user: str | None = None

    def data(self) -> bytes:
        return _Writer(self).data()


class _Writer:
    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self.objects: list[bytes] = []
        self.id = b"0123456789abcdef"
        self.owner = _rc4(hashlib.md5(_PAD).digest()[:5], _padded(pdf.user or ""))
        base = _padded(pdf.user or "") + self.owner + _MAY_ALL.to_bytes(4, "little", signed=True)
        self.key = hashlib.md5(base + self.id).digest()[:5]

    def add(self, body: bytes) -> int:
        self.objects.append(body)
        return len(self.objects)

    def stream(self, data: bytes, head: bytes = b"") -> int:
        if self.pdf.user is not None:
            number = len(self.objects) + 1
            salted = self.key + number.to_bytes(3, "little") + bytes(2)
            data = _rc4(hashlib.md5(salted).digest()[:10], data)
        return self.add(b"<<%s /Length %d>>\nstream\n%s\nendstream" % (head, len(data), data))

    def data(self) -> bytes:
        catalog, tree = self.add(b""), self.add(b"")
        fonts = [
            self.add(b"<</Type/Font/Subtype/Type1/BaseFont/%s/Encoding/WinAnsiEncoding>>" % name)
            for name in (b"Helvetica", b"Helvetica-Bold")
        ]
        grey = bytes((at * 37 + at // 64) % 251 for at in range(64 * 64))
        picture = self.stream(
            zlib.compress(grey),
            b"/Type/XObject/Subtype/Image/Width 64/Height 64/ColorSpace/DeviceGray"
            b"/BitsPerComponent 8/Filter/FlateDecode",
        )
        shared = self.add(
            b"<</Font<</F1 %d 0 R/F2 %d 0 R>>/XObject<</Im %d 0 R>>>>" % (*fonts, picture)
        )
        pages = [self.page(sheet, tree, shared) for sheet in self.pdf.sheets]
        kids = b" ".join(b"%d 0 R" % page for page in pages)
        self.objects[tree - 1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages))
        outline = self.outline(pages)
        self.objects[catalog - 1] = b"<</Type/Catalog/Pages %d 0 R%s>>" % (tree, outline)
        info = b"".join(b"/%s(%s)" % (k.encode(), v.encode()) for k, v in self.pdf.info.items())
        about = self.add(b"<<%s>>" % info)
        return self.file(b"/Root %d 0 R/Info %d 0 R%s" % (catalog, about, self.encryption()))

    def page(self, sheet: Sheet, tree: int, shared: int) -> int:
        paint = b"q 612 0 0 792 0 0 cm /Im Do Q\n" if sheet.picture else b""
        parts = b""
        if sheet.raw is not None:
            parts = b"/Contents %d 0 R" % self.add(sheet.raw)
        elif paint + sheet.content:
            parts = b"/Contents %d 0 R" % self.stream(paint + sheet.content)
        if sheet.crop is not None:
            parts += b"/CropBox[%g %g %g %g]" % sheet.crop
        return self.add(
            b"<</Type/Page/Parent %d 0 R/Resources %d 0 R/MediaBox[%g %g %g %g]/Rotate %d%s%s>>"
            % (tree, shared, *sheet.media, sheet.rotate, parts, sheet.extra)
        )

    def outline(self, pages: list[int]) -> bytes:
        entries = self.pdf.outline
        if not entries:
            return b""
        root = len(self.objects) + 1
        numbers = [root + 1 + at for at in range(len(entries))]
        self.add(b"<</First %d 0 R/Last %d 0 R>>" % (numbers[0], numbers[0]))
        for at, (level, title, page, height) in enumerate(entries):
            rest = range(at + 1, len(entries))
            end = next((k for k in rest if entries[k][0] < level), len(entries))
            after = next((k for k in range(at + 1, end) if entries[k][0] == level), None)
            child = at + 1 if at + 1 < len(entries) and entries[at + 1][0] > level else None
            links = b"" if after is None else b"/Next %d 0 R" % numbers[after]
            links += b"" if child is None else b"/First %d 0 R" % numbers[child]
            goal = b"/Fit" if height is None else b"/XYZ 0 %g 0" % height
            self.add(
                b"<</Title(%s)/Parent %d 0 R/Dest[%d 0 R%s]%s>>"
                % (title.encode(), root, pages[page], goal, links)
            )
        return b"/Outlines %d 0 R" % root

    def encryption(self) -> bytes:
        if self.pdf.user is None:
            return b""
        check = _rc4(self.key, _PAD)
        number = self.add(
            b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P %d>>"
            % (self.owner.hex().encode(), check.hex().encode(), _MAY_ALL)
        )
        code = self.id.hex().encode()
        return b"/Encrypt %d 0 R/ID[<%s><%s>]" % (number, code, code)

    def file(self, trailer: bytes) -> bytes:
        out, places = bytearray(b"%PDF-1.7\n"), []
        for number, body in enumerate(self.objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        index = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
        out += b"".join(b"%010d 00000 n \n" % place for place in places)
        size = len(places) + 1
        out += b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, index)
        return bytes(out)


def stream(data: bytes, head: bytes = b"") -> bytes:
    """A stream object's body."""
    return b"<<%s /Length %d>>\nstream\n%s\nendstream" % (head, len(data), data)


def one_page(
    content: bytes,
    *objects: bytes,
    page: bytes = b"",
    catalog: bytes = b"",
    fonts: bytes = b"",
    resources: bytes = b"",
    media: bytes = b"0 0 595 842",
) -> bytes:
    """A PDF of one page with objects of one's own, which count from 6; the page is 3, Helvetica 4."""
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R %s>>" % catalog,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Contents 5 0 R"
        b"/Resources<</Font<</F1 4 0 R %s>>%s>>%s>>" % (media, fonts, resources, page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        stream(content),
        *objects,
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\n" % (len(bodies) + 1)
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % start


def unicode_map(pairs: dict[int, str]) -> bytes:
    """A ToUnicode table of codes of one byte."""
    lines = [f"<{code:02x}> <{text.encode('utf-16-be').hex()}>\n" for code, text in pairs.items()]
    blocks = [lines[at : at + 90] for at in range(0, len(lines), 90)]
    table = "".join(f"{len(b)} beginbfchar\n{''.join(b)}endbfchar\n" for b in blocks)
    return stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
        b"1 begincodespacerange <00> <ff> endcodespacerange\n%s endcmap end end" % table.encode()
    )


def box_font(first: int, count: int, unicode: int, box: int) -> bytes:
    """A Type 3 font of boxes; `unicode` and `box` are the objects of its table and of its glyph."""
    names = [b"/g%02x" % (first + at) for at in range(count)]
    glyphs = b" ".join(b"%s %d 0 R" % (name, box) for name in names)
    return (
        b"<</Type/Font/Subtype/Type3/FontBBox[0 0 500 600]/FontMatrix[0.001 0 0 0.001 0 0]"
        b"/FirstChar %d/LastChar %d/Widths[%s]/Encoding<</Type/Encoding/Differences[%d %s]>>"
        b"/CharProcs<<%s>>/ToUnicode %d 0 R/Resources<<>>>>"
        % (first, first + count - 1, b"500 " * count, first, b" ".join(names), glyphs, unicode)
    )


BOX = stream(b"500 0 0 0 450 600 d1 40 0 400 500 re f")
"""The glyph of `box_font`."""


def bomb(expanded: int, twice: bool = False) -> bytes:
    """A PDF of one page whose content unpacks to this many bytes at least.

    One packed block is repeated as it is, which is quick; its checksum is wrong, which nobody who
    unpacks step by step knows before the end.
    """
    packer = zlib.compressobj(9)
    block = b"0 0 m " * 2**18
    head = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = head + again * (expanded // len(block)) + packer.flush()
    filters = b"/FlateDecode"
    if twice:
        packed, filters = zlib.compress(packed, 9), b"[/FlateDecode/FlateDecode]"
    start = b"<</Filter%s/Length %d>>\nstream\n" % (filters, len(packed))
    return Pdf([Sheet(raw=start + packed + b"\nendstream")]).data()


def _padded(password: str) -> bytes:
    return (password.encode("latin-1") + _PAD)[:32]


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
