"""Ways to break a document, each by a seeded chance."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable

Mutation = Callable[[random.Random, bytes], bytes]

_NUMBERS = (b"-1", b"0", b"1e308", b"4294967295", b"99999999999999999999", b"NaN")
_WIDE = tuple(struct.pack("<I", n) for n in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))
_ODD = (b"\0", b"\xff", b"\xef\xbb\xbf", b"<", b"&", b"\r", b"\x1b[2J", "\u202e".encode())
_DIGITS = re.compile(rb"[0-9]{1,12}")
_LONG = 20_000
"""Bytes that a run of one letter, or marks within marks, may have."""


def mutated(chance: random.Random, data: bytes) -> bytes:
    """One to four mutations; of packed formats mostly inside a member, or its checksum says it all."""
    inside = zipfile.is_zipfile(io.BytesIO(data)) and chance.random() < 0.8
    for _ in range(chance.randint(1, 4)):
        change = chance.choice(_MUTATIONS)
        data = _in_member(chance, data, change) if inside else change(chance, data)
    return data


def _in_member(chance: random.Random, data: bytes, change: Mutation) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = {name: package.read(name) for name in package.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return change(chance, data)
    chosen = chance.choice(sorted(parts)) if parts else None
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            if name != chosen or chance.random() < 0.95:  # else it is left out
                package.writestr(name, change(chance, part) if name == chosen else part)
    return file.getvalue()


def _place(chance: random.Random, data: bytes) -> int:
    return chance.randrange(len(data) + 1)


def _flip(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 16) if data else 0):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: _place(chance, data)]


def _without(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + data[at + chance.randint(1, 200) :]


def _twice(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    part = data[at : at + chance.randint(1, 400)]
    return data[:at] + part * chance.randint(2, 30) + data[at:]


def _moved(chance: random.Random, data: bytes) -> bytes:
    at, to = _place(chance, data), _place(chance, data)
    return data[:to] + data[at : at + chance.randint(1, 200)] + data[to:]


def _number(chance: random.Random, data: bytes) -> bytes:
    found = list(_DIGITS.finditer(data[:200_000]))
    if not found:
        return _wide(chance, data)
    number = chance.choice(found)
    return data[: number.start()] + chance.choice(_NUMBERS) + data[number.end() :]


def _wide(chance: random.Random, data: bytes) -> bytes:
    at, number = _place(chance, data), chance.choice(_WIDE)
    return data[:at] + number + data[at + len(number) :]


def _odd(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    return data[:at] + chance.choice(_ODD) * chance.randint(1, 8) + data[at:]


def _run(chance: random.Random, data: bytes) -> bytes:
    at = _place(chance, data)
    run = chance.choice((b" ", b".", b"(", b"<", b"[", b"1,", b"![", b"{\\", b"|-", b"\n> "))
    return data[:at] + run * (chance.randint(100, _LONG) // len(run)) + data[at:]


_MUTATIONS: tuple[Mutation, ...] = (
    _flip, _cut, _without, _twice, _moved, _number, _wide, _odd, _run,
)  # fmt: skip
