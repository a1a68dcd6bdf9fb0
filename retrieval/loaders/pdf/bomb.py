"""Streams of a PDF that unpack to far more than they should, found before a parser meets them.

Deflate makes nothing more than 1032 times smaller (RFC 1951: 258 bytes from two bits), so only large
streams, and those packed twice, have to be tried at all; in common documents that is next to none.
"""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

_RATIO = 1032
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_PACKED = re.compile(rb"/(?:FlateDecode|Fl)\b")
_HEAD = 2048
"""Bytes before a stream in which its dictionary is looked for."""
_BITE = 2**20


def unpacks_to_more(path: Path, most: int) -> bool:
    """Whether one stream of a PDF file unpacks to more than `most` bytes.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for start, times in _packed_streams(data):
            end = data.find(b"endstream", start)
            end = len(data) if end < 0 else end
            worth_trying = times > 1 or (end - start) * _RATIO > most
            if worth_trying and _exceeds(data, start, end, times, most):
                return True
    return False


def _packed_streams(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    """Where each deflated stream begins, and how many times over it is packed."""
    for found in _STREAM.finditer(data):
        before = data[max(0, found.start() - _HEAD) : found.start()]
        times = len(_PACKED.findall(before[before.rfind(b" obj") + 1 :]))
        if times:
            yield found.end(), times


def _exceeds(data: mmap.mmap, start: int, end: int, times: int, most: int) -> bool:
    """Whether a stream has more than `most` bytes when it is unpacked.

    What is no deflated data (encrypted, damaged) counts for nothing.
    """
    blocks: Iterator[bytes] = (data[at : min(at + _BITE, end)] for at in range(start, end, _BITE))
    for _ in range(times):
        blocks = _inflated(blocks)
    size = 0
    for block in blocks:
        size += len(block)
        if size > most:
            return True
    return False


def _inflated(blocks: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    try:
        for block in blocks:
            while block and not unpacker.eof:
                yield unpacker.decompress(block, _BITE)
                block = unpacker.unconsumed_tail
    except zlib.error:
        return
