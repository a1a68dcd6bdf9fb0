"""How the reading process and its owner talk: frames of a JSON head and raw bytes, nothing executable.

A frame is two big-endian 32-bit lengths, then the head, then the bytes. No pickles: what a hostile
document might make of the reading process must not become code in the owner's.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from ...schema import Table
from ..pages import XYXY, Page, PageLine
from .base import Attachment, IllustratedPage, Inset, Leaf, Scan

if TYPE_CHECKING:
    from PIL import Image

_LENGTHS = struct.Struct(">II")
_MOST = 2**31
"""Bytes of one frame; more is not one of ours."""

Head = Mapping[str, Any]


def send(stream: IO[bytes], head: Head, body: bytes = b"") -> None:
    """Write one frame.

    Raises:
        OSError: nobody listens any more.
    """
    # Escaped, so that lone surrogates (broken PDFs have them) get through.
    coded = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    stream.write(_LENGTHS.pack(len(coded), len(body)) + coded + body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one frame; None at the stream's end, also in the middle of a frame or of nonsense."""
    lengths = _exactly(stream, _LENGTHS.size)
    if lengths is None:
        return None
    coded, size = _LENGTHS.unpack(lengths)
    if coded + size > _MOST:
        return None
    head, body = _exactly(stream, coded), _exactly(stream, size)
    if head is None or body is None:
        return None
    try:
        known = json.loads(head)
    except ValueError:
        return None
    return (known, body) if isinstance(known, dict) else None


def _exactly(stream: IO[bytes], size: int) -> bytes | None:
    parts, left = [], size
    while left:
        part = stream.read(left)
        if not part:
            return None
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def send_page(stream: IO[bytes], leaf: Leaf) -> None:
    """Write one page.

    Raises:
        OSError: nobody listens any more.
    """
    if isinstance(leaf, Scan):
        layer, coded = _page_frame(leaf.layer) if leaf.layer is not None else (None, b"")
        head = {
            "is": "scan",
            "number": leaf.number,
            "size": leaf.size,
            "scale": leaf.scale,
            "width": leaf.width,
            "height": leaf.height,
            "frame": leaf.frame,
            "section": leaf.section,
            "notes": leaf.notes,
            "layer": layer,
            "seconds": leaf.seconds,
            "until": leaf.until,
        }
        send(stream, head, leaf.rgb + coded)
    elif isinstance(leaf, IllustratedPage):
        known, coded = _page_frame(leaf.page)
        pictures = [(one.after, one.size, one.box) for one in leaf.pictures]
        head = {"is": "illustrated", "page": known, "pictures": pictures}
        send(stream, head, b"".join([*(one.rgb for one in leaf.pictures), coded]))
    elif isinstance(leaf, Attachment):
        send(stream, {"is": "attachment", "name": leaf.name}, leaf.data)
    else:
        send(stream, *_page_frame(leaf))


def _page_frame(page: Page) -> tuple[Head, bytes]:
    head = {
        "is": "page",
        "number": page.number,
        "text": page.text,
        "lines": [(x.start, x.end, x.kind, x.level, x.begins) for x in page.lines],
        "width": page.width,
        "height": page.height,
        "frame": page.frame,
        "label": page.label,
        "section": page.section,
        "scanned": page.scanned,
        "tables": [table.model_dump(exclude_defaults=True) for table in page.tables],
    }
    spans = np.ascontiguousarray(page.spans, "<i4").tobytes()
    return head, spans + np.ascontiguousarray(page.boxes, "<f4").tobytes()


def send_drawing(stream: IO[bytes], drawing: tuple[Image.Image, float]) -> None:
    """Write a page as a picture, and the units of its frame in one pixel.

    Raises:
        OSError: nobody listens any more.
    """
    image, scale = drawing
    send(stream, {"is": "drawing", "size": image.size, "scale": scale}, image.tobytes())


def drawing_of(head: dict[str, Any], body: bytes) -> tuple[Image.Image, float]:
    """The picture that `send_drawing` wrote."""
    from PIL import Image

    width, height = head["size"]
    return Image.frombytes("RGB", (width, height), body), head["scale"]


def page_of(head: Head, body: bytes) -> Leaf:
    """The page that `send_page` wrote."""
    if head["is"] == "scan":
        size = (head["size"][0], head["size"][1])
        end = 3 * size[0] * size[1] if head["layer"] else len(body)
        return Scan(
            number=head["number"],
            size=size,
            rgb=body[:end],
            scale=head["scale"],
            width=head["width"],
            height=head["height"],
            frame=head["frame"],
            section=tuple(head["section"]),
            notes=tuple(head["notes"]),
            layer=_text_page(head["layer"], body[end:]) if head["layer"] else None,
            seconds=head["seconds"],
            until=head["until"],
        )
    if head["is"] == "illustrated":
        pictures, at = [], 0
        for after, (width, height), box in head["pictures"]:
            end = at + 3 * width * height
            pictures.append(Inset(after, (width, height), body[at:end], _box(box)))
            at = end
        return IllustratedPage(_text_page(head["page"], body[at:]), tuple(pictures))
    if head["is"] == "attachment":
        return Attachment(head["name"], body)
    return _text_page(head, body)


def _box(values: Sequence[float] | None) -> XYXY | None:
    return None if values is None else (values[0], values[1], values[2], values[3])


def _text_page(head: Head, body: bytes) -> Page:
    words = len(body) // 24  # two int32 and four float32 each
    return Page(
        number=head["number"],
        text=head["text"],
        lines=tuple(PageLine(*line) for line in head["lines"]),
        width=head["width"],
        height=head["height"],
        frame=head["frame"],
        spans=np.frombuffer(body, "<i4", 2 * words).reshape(-1, 2).astype(np.int32),
        boxes=np.frombuffer(body, "<f4", offset=8 * words).reshape(-1, 4).astype(np.float32),
        label=head["label"],
        section=tuple(head["section"]),
        scanned=head["scanned"],
        tables=tuple(map(Table.model_validate, head["tables"])),
    )
