"""The smallest writer of the container that Outlook keeps mails in ([MS-CFB], version 3)."""

from __future__ import annotations

import struct

__all__ = ["container", "mail"]

_FREE, _END = 0xFFFFFFFF, 0xFFFFFFFE


def container(streams: dict[str, bytes]) -> bytes:
    """A file of streams (all below 4096 bytes) by their paths, "folder/name"."""
    names = sorted(
        {"/".join(p.split("/")[:n]) for p in streams for n in range(1, p.count("/") + 2)}
    )
    mini, starts = b"", {}
    chain: list[int] = []
    for path in names:
        data = streams.get(path)
        if data:
            starts[path] = len(chain)
            blocks = -(-len(data) // 64)
            chain += [*range(len(chain) + 1, len(chain) + blocks), _END]
            mini += data.ljust(64 * blocks, b"\0")
    children = {path: [n for n in names if n.rpartition("/")[0] == path] for path in ["", *names]}
    number = {path: at for at, path in enumerate(["", *names])}
    entries = []
    for path in ["", *names]:
        above = path.rpartition("/")[0]
        row = children[above] if path else []
        at = row.index(path) if path else 0
        after = number[row[at + 1]] if path and at + 1 < len(row) else _FREE
        child = number[children[path][0]] if children[path] else _FREE
        name = (path.rpartition("/")[2] if path else "Root Entry").encode("utf-16-le") + b"\0\0"
        kind = 5 if not path else 2 if path in streams else 1
        start = starts.get(path, _END) if path else 0
        size = len(streams.get(path, b"")) if path else len(mini)
        entries.append(
            name.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(name), kind, 1, _FREE, after, child)
            + bytes(36)
            + struct.pack("<IQ", start, size)
        )
    parts = [
        mini,
        b"".join(entries),
        b"".join(struct.pack("<I", one) for one in chain),
    ]
    sectors: list[bytes] = []
    fat: list[int] = []
    places: list[tuple[int, int]] = []
    for part in parts:
        count = max(1, -(-len(part) // 512))
        places.append((len(sectors), count))
        fill = b"\xff" if part is parts[2] else b"\0"
        padded = part.ljust(512 * count, fill)
        sectors += [padded[512 * k : 512 * k + 512] for k in range(count)]
        fat += [*range(len(fat) + 1, len(fat) + count), _END]
    table = len(sectors)
    fat.append(0xFFFFFFFD)
    assert len(fat) <= 128
    sectors.append(b"".join(struct.pack("<I", one) for one in fat).ljust(512, b"\xff"))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIII", 0, 1, places[1][0], 0, 4096)
    head += struct.pack("<IIII", places[2][0], places[2][1], _END, 0)
    head += struct.pack("<I", table) + b"\xff" * (4 * 108)
    return head + b"".join(sectors)


def mail(subject: str, text: str) -> bytes:
    """A mail as Outlook saves it."""
    properties = bytes(32)
    return container(
        {
            "__properties_version1.0": properties,
            "__substg1.0_0037001F": subject.encode("utf-16-le"),
            "__substg1.0_1000001F": text.encode("utf-16-le"),
        }
    )
