"""Streams of a PDF that unpack to far more than they should, found before a parser meets them.

Deflate makes nothing more than 1032 times smaller (RFC 1951: 258 bytes from two bits), so only large
streams, and those packed twice, have to be tried at all; in common documents that is next to none.
"""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

_RATIO = 1032
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_PACKED = re.compile(rb"/(?:FlateDecode|Fl)\b")
_CODED = re.compile(rb"#([0-9A-Fa-f]{2})")
"""How a name may spell any of its letters (ISO 32000-2, 7.3.5): /#46lateDecode is /FlateDecode."""
_HEAD = 2048
"""Bytes before a stream in which its dictionary is looked for."""
_BITE = 2**20
_DEEPEST = 8
"""Layers that are unpacked; what has more is refused by the memory that the reader may use."""


def unpacks_to_more(path: Path, most: int) -> bool:
    """Whether one stream of a PDF file unpacks to more than `most` bytes.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for start, times in _packed_streams(data):
            end = data.find(b"endstream", start)
            end = len(data) if end < 0 else end
            twice = times > 1 or _is_packed(_start_inside(data[start : min(end, start + 64)]))
            if (twice or (end - start) * _RATIO > most) and _exceeds(data, start, end, most):
                return True
    return False


def _packed_streams(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    """Where each deflated stream begins, and how many times over its dictionary says it is packed.

    What a dictionary says elsewhere (an indirect object) shows in how the stream begins.
    """
    for found in _STREAM.finditer(data):
        before = data[max(0, found.start() - _HEAD) : found.start()]
        names = before[before.rfind(b" obj") + 1 :]
        names = _CODED.sub(lambda code: bytes.fromhex(code[1].decode()), names)
        times = len(_PACKED.findall(names)) or _is_packed(data[found.end() : found.end() + 2])
        if times:
            yield found.end(), times


def _is_packed(start: bytes) -> bool:
    """Whether bytes begin like deflated data of zlib (RFC 1950: method, window, check bits)."""
    return len(start) > 1 and start[0] & 0x8F == 8 and int.from_bytes(start[:2], "big") % 31 == 0


def _start_inside(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, 2)
    except zlib.error:
        return b""


def _exceeds(data: mmap.mmap, start: int, end: int, most: int) -> bool:
    """Whether a stream, or any layer in it, has more than `most` bytes when it is unpacked.

    What is no deflated data (encrypted, damaged) counts for nothing.
    """
    blocks: Iterator[bytes] = (data[at : min(at + _BITE, end)] for at in range(start, end, _BITE))
    try:
        for _ in range(_DEEPEST):
            blocks = _bounded(_inflated(blocks), most)
            first = next(blocks, b"")
            blocks = chain([first], blocks)
            if not _is_packed(first[:2]):
                break
        for _ in blocks:
            pass
    except _TooMuch:
        return True
    return False


class _TooMuch(Exception):
    """More bytes than allowed."""


def _bounded(blocks: Iterator[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for block in filter(None, blocks):
        size += len(block)
        if size > most:
            raise _TooMuch
        yield block


def _inflated(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """What blocks unpack to; also those behind its end are taken, so that they are counted."""
    unpacker = zlib.decompressobj()
    broken = False
    for block in blocks:
        while block and not unpacker.eof and not broken:
            try:
                part = unpacker.decompress(block, _BITE)
            except zlib.error:
                broken = True
            else:
                yield part
                block = unpacker.unconsumed_tail
