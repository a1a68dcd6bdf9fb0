"""Pictures as documents: each is a scan, to which somebody who can read and see adds the words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import BadInput
from ...media.clock import clock
from ...media.formats import PictureFile
from ...schema import TextLine
from ...settings import DocumentLimits, MediaLimits
from ..pages import Page, RawLine, Word, build_page, lines_read
from .base import DocumentInfo, DocumentReader, Scan
from .slide_titles import titled

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["open_picture", "page_of_scan", "render_picture"]

_EXIF, _GPS = 0x8769, 0x8825
_MAKE, _MODEL, _CHANGED, _TAKEN = 0x010F, 0x0110, 0x0132, 0x9003
_LATITUDE, _LONGITUDE = (1, 2), (3, 4)
"""EXIF 2.32: the tags of the folder, the camera, the dates, and of each axis its side and degrees."""
_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d)")


def open_picture(path: Path, limits: DocumentLimits) -> DocumentReader:
    """Open a picture as a document: one `Scan`, or one a page for TIFF with several.

    Boxes are in pixels of the upright picture. One with more than `render_pixels` is reduced, and
    its scan's `scale` says by how much.

    Raises:
        BadInput: no picture, damaged, or over a limit; names the file and what to do.
    """
    file = PictureFile(path, MediaLimits(bytes=limits.bytes))
    if file.pages > limits.pages:
        raise BadInput(
            str(path),
            f"has {file.pages:,} pages, more than {limits.pages:,}; split it, "
            "or raise LOOKTWICE_DOCUMENTS__PAGES",
        )
    return _PictureDocument(file, limits.render_pixels)


def render_picture(path: Path, number: int, limits: DocumentLimits) -> tuple[Image.Image, float]:
    """Page `number` (from 1) of a picture file as `open_picture` gives it, and its scale.

    Raises:
        BadInput: no such page, or one that cannot be read.
    """
    from PIL import Image

    with open_picture(path, limits) as opened:
        for page in opened.pages(number):
            if isinstance(page, Scan):
                return Image.frombytes("RGB", page.size, page.rgb), page.scale
    raise BadInput(str(path), f"has no page {number}")


def page_of_scan(
    scan: Scan, lines: Sequence[TextLine], objects: str = "", caption: str = ""
) -> Page:
    """The page that a scan becomes once it has been looked at.

    What a picture shows and what is written in it each stand under a heading of their own, so that
    they become passages of their own: a vector of both follows the words and forgets the picture
    (Lin et al., "Parrot Captions Teach CLIP to Spot Text", ECCV 2024).

    Args:
        scan: what was looked at.
        lines: what OCR read, in reading order; boxes in the scan's frame.
        objects: what a detector found: "4 people, 1 bus".
        caption: what a model that sees says of it.
    """
    read = list(lines_read(lines))
    shown = [] if scan.frame == "page" else _shown(scan, objects, caption)
    if scan.frame == "page":
        read = titled(read, scan.width, scan.height)
        read += [RawLine(_words(note), begins=True) for note in scan.notes]
    if shown and read:
        read = [_heading("words in the picture"), replace(read[0], begins=True), *read[1:]]
    page = build_page(
        scan.number,
        [*shown, *read],
        width=scan.width,
        height=scan.height,
        frame=scan.frame,
        label="" if scan.seconds is None else clock(scan.seconds),
        section=scan.section,
        scanned=True,
    )
    return replace(page, seconds=scan.seconds, until=scan.until)


def _shown(scan: Scan, objects: str, caption: str) -> list[RawLine]:
    parts = [*caption.splitlines(), f"objects: {objects}" if objects else "", *scan.notes]
    lines = [RawLine(_words(part), begins=True) for part in parts if part.strip()]
    return [_heading("shown in the picture"), *lines] if lines else []


def _heading(text: str) -> RawLine:
    return RawLine(_words(text), "heading", 1, begins=True)


def _words(text: str) -> tuple[Word, ...]:
    return tuple(map(Word, text.split()))


class _PictureDocument(DocumentReader):
    def __init__(self, file: PictureFile, most_pixels: int) -> None:
        self._file = file
        self._most = most_pixels
        taken, changed = (
            _date(_folder(file.exif, _EXIF).get(_TAKEN)),
            _date(file.exif.get(_CHANGED)),
        )
        self._notes = _notes(file.exif, taken)
        self.about = DocumentInfo("picture", "", file.pages, (taken or changed)[:10])

    def pages(self, first: int = 1) -> Iterator[Scan]:
        for number in range(max(1, first), self._file.pages + 1):
            self.on_page(number)
            yield self._scan(number, self._file.page(number))

    def _scan(self, number: int, image: Image.Image) -> Scan:
        width, height = image.size
        ratio = math.sqrt(self._most / (width * height))
        if ratio < 1:
            image = image.resize((max(1, int(width * ratio)), max(1, int(height * ratio))))
        return Scan(
            number=number,
            size=image.size,
            rgb=image.tobytes(),
            scale=max(width / image.width, height / image.height),
            width=width,
            height=height,
            frame="picture",
            notes=self._notes if number == 1 else (),
        )


def _notes(exif: Image.Exif, taken: str) -> tuple[str, ...]:
    """When, where and with what a picture was taken, as far as the camera says so."""
    gps = _folder(exif, _GPS)
    latitude, longitude = _degrees(gps, *_LATITUDE, "NS"), _degrees(gps, *_LONGITUDE, "EW")
    make, model = _text(exif.get(_MAKE)), _text(exif.get(_MODEL))
    camera = model if model.lower().startswith(make.lower()) else f"{make} {model}"
    notes = (
        f"taken {taken}" if taken else "",
        f"at {latitude}, {longitude}" if latitude and longitude else "",
        f"with {camera}" if camera.strip() else "",
    )
    return tuple(filter(None, notes))


def _folder(exif: Image.Exif, tag: int) -> dict[int, Any]:
    try:
        return exif.get_ifd(tag)
    except Exception:  # EXIF is a format of its own, as breakable as any
        return {}


def _text(value: object) -> str:
    """A camera's text on one line; they pad it with NUL and blanks."""
    text = value if isinstance(value, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:80]


def _date(value: object) -> str:
    """An EXIF date as "2021-05-03 14:22", or "" for one that is none (cameras write zeros)."""
    match = _DATE.match(_text(value))
    try:
        return f"{datetime(*map(int, match.groups())):%Y-%m-%d %H:%M}" if match else ""  # type: ignore[arg-type]
    except ValueError:
        return ""


def _degrees(gps: dict[int, Any], side: int, tag: int, sides: str) -> str:
    """Degrees, minutes and seconds as "48.8584 N", or "" for nonsense; four digits are some 10 m."""
    try:
        whole, minutes, seconds = (float(part) for part in gps[tag])
        degrees = whole + minutes / 60 + seconds / 3600
        where = str(gps[side]).strip("\0 ").upper()
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return ""
    most = 90 if sides == "NS" else 180
    return f"{degrees:.4f} {where}" if where in [*sides] and 0 <= degrees <= most else ""
