"""Whether a video's file ends where its container says that it does; what it holds is not decoded.

A decoder reads a file that was cut off as a shorter video, without a word. Containers know better: some say
how long their file is, the others consist of packets whose length is known, and the last one is incomplete.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_HEAD = 64 * 2**10
_TAIL = 512 * 2**10
"""Bytes of the end in which a packet begins."""
_SYNC = b"\x47"
_ASF_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
"""The object of an ASF file (WMV) that says how long it is."""
_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
_PACK, _PROGRAM_END = b"\x00\x00\x01\xba", 0xB9
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


def is_cut_off(path: Path) -> bool:
    """Whether a video's file ends too early; False where its container does not say."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if said := _said_size(head):
            return size < said
        if head[4:8] in _BOXES:
            return _end_of_boxes(file, size) > size
        if length := _transport_packet(head):
            return size % length != 0
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    ends: dict[bytes, Callable[[bytes], bool]] = {
        _PACK: _ends_within_a_pack,
        b"OggS": _ends_within_an_ogg_page,
        b"FLV\x01": _ends_within_a_tag,
    }
    return next(
        (ends_within(tail) for mark, ends_within in ends.items() if head.startswith(mark)), False
    )


def _said_size(head: bytes) -> int:
    """How long the file is by its own head (AVI, Matroska, WMV); 0 where it does not say."""
    if head.startswith(b"RIFF"):
        return int.from_bytes(head[4:8], "little") + 8
    if head.startswith(_EBML):
        at = head.find(_SEGMENT)
        length = _ebml_size(head, at + 4) if at >= 0 else None
        return sum(length) if length is not None else 0
    at = head.find(_ASF_FILE)
    return int.from_bytes(head[at + 40 : at + 48], "little") if at >= 0 else 0


def _ebml_size(head: bytes, at: int) -> tuple[int, int] | None:
    """Where an element's content begins and how long it is; None where it is open-ended (a live stream)."""
    width = 9 - head[at].bit_length() if head[at : at + 1] > b"\0" else 0
    value = int.from_bytes(head[at : at + width], "big") & ((1 << 7 * width) - 1)
    if not width or value == (1 << 7 * width) - 1:
        return None
    return at + width, value


def _end_of_boxes(file: BinaryIO, size: int) -> int:
    """Where the last box of an MP4 ends by what it says of itself."""
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return size + 1
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # 0: the last one reaches to the end of the file
            return size
        at += length
    return at


def _transport_packet(head: bytes) -> int:
    """The length of a packet of an MPEG transport stream; 0 for other files."""
    for length, first in ((188, 0), (192, 4), (204, 0)):
        if all(head[first + n * length :][:1] == _SYNC for n in range(5)):
            return length
    return 0


def _ends_within_a_pack(tail: bytes) -> bool:
    """Of an MPEG program stream: its last pack is gone through packet by packet."""
    at = tail.rfind(_PACK)
    if at < 0:
        return False
    at += (
        14 + (tail[at + 13] & 7) if tail[at + 4 : at + 5] >= b"\x40" and len(tail) > at + 13 else 12
    )
    while at < len(tail) and tail[at : at + 3] == b"\0\0\1"[: len(tail) - at]:
        if len(tail) < at + 4:
            return True
        if tail[at + 3] == _PROGRAM_END:
            return False
        at += 6 + int.from_bytes(tail[at + 4 : at + 6], "big")
    return at > len(tail)


def _ends_within_an_ogg_page(tail: bytes) -> bool:
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        return True
    segments = tail[at + 27 : at + 27 + tail[at + 26]]
    last = bool(tail[at + 5] & 4)
    return not last or at + 27 + tail[at + 26] + sum(segments) > len(tail)


def _ends_within_a_tag(tail: bytes) -> bool:
    """Of a Flash video: it ends with the length of its last tag."""
    length = int.from_bytes(tail[-4:], "big")
    tag = tail[-4 - length : -4] if 11 <= length <= len(tail) - 4 else b""
    return int.from_bytes(tag[1:4], "big") + 11 != length
