"""The files of a graph: how they look, and how they are made to last."""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from functools import partial
from pathlib import Path
from typing import TypedDict


class Look(TypedDict):
    """How a file of the graph looked; `crc` is known after an orderly end only."""

    size: int
    mtime: int
    crc: int | None


_LENGTH = 4
"""Bytes for each vector in the file of their lengths."""


def clear_unused(graph: Path) -> None:
    """Empty what lies behind the last vector: Chroma fills it with whatever its memory held before."""
    with contextlib.suppress(FileNotFoundError, struct.error):
        *_, count, each, _, _ = struct.unpack_from("<i6Q", (graph / "header.bin").read_bytes())
        _clear_from(graph / "data_level0.bin", count * each)
        _clear_from(graph / "length.bin", count * _LENGTH)


def _clear_from(file: Path, start: int) -> None:
    size = file.stat().st_size
    if start < size and _holds_anything(file, start):
        os.truncate(file, start)
        os.truncate(file, size)


def _holds_anything(file: Path, start: int) -> bool:
    with file.open("rb") as stream:
        stream.seek(start)
        return any(any(block) for block in iter(partial(stream.read, 2**16), b""))


def look_of(file: Path) -> Look:
    found = file.stat()
    return {"size": found.st_size, "mtime": found.st_mtime_ns, "crc": None}


def alike(one: Look, other: Look) -> bool:
    """Whether it is the same file, as far as can be told without reading it."""
    return one["size"] == other["size"] and one["mtime"] == other["mtime"]


def checksum(file: Path) -> int:
    """CRC-32 of what it holds."""
    value = 0
    with file.open("rb") as stream:
        while block := stream.read(2**20):
            value = zlib.crc32(block, value)
    return value


def flush(path: Path, flags: int) -> None:
    """Have a file or folder, opened with `flags`, survive a power loss as it is now."""
    opened = os.open(path, flags)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_safely(path: Path, text: str) -> None:
    """Either the old text or the new one stands there, whatever happens."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
