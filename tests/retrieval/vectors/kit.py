"""Vectors for tests, and processes that write them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from looktwice.retrieval.vectors import vectors as module
from looktwice.retrieval.vectors.vectors import Vectors

from .. import chroma_server as helper


def fill(store: Vectors, count: int, first: int = 0, kind: module.Kind = "passages") -> list[int]:
    """Add passages, ten to a document."""
    ids = list(range(first, first + count))
    store.add(kind, ids, helper.vectors_of(ids), [number // 10 for number in ids])
    return ids


def first_hit(store: Vectors, number: int) -> int | None:
    hits = store.query("passages", helper.vector_of(number), 1)
    return hits[0][0] if hits else None


def places_of(folder: Path, numbers: Iterable[int]) -> dict[int, set[str]]:
    """The files that hold these passages' vectors, or a piece of them; without those in none."""
    found: dict[int, set[str]] = {}
    for file in folder.rglob("*"):
        held = file.read_bytes() if file.is_file() else b""
        for number in numbers:
            if helper.vector_of(number).tobytes()[32:96] in held:
                found.setdefault(number, set()).add(file.name)
    return found
