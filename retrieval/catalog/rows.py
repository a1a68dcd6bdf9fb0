"""What the catalog gives out, and how a page becomes a row of it."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypedDict, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from ...schema import Box, Detection, Table
from ..pages import LineKind, Page, PageLine, well_formed
from ..text.periods import period_tables

__all__ = [
    "Counts",
    "Document",
    "FailedFile",
    "Filters",
    "KnownFile",
    "NewFile",
    "State",
    "StoredPassage",
]

State = Literal["adding", "ready", "removing"]
_KINDS: tuple[LineKind, ...] = get_args(LineKind)
_TABLES = TypeAdapter(tuple[Table, ...])


@dataclass(frozen=True, slots=True)
class Document:
    """A document that can be searched.

    Attributes:
        name, path: of the first file that holds it; `names` of all of them.
        date: "" or an ISO date that the document itself gives.
        bytes: of the file.
        scanned: how many of its pages were read by OCR.
        passages: how many there are.
        added: when, as an ISO time in UTC.
    """

    id: int
    name: str
    names: tuple[str, ...]
    path: str
    type: str
    title: str
    date: str
    sha256: str
    bytes: int
    pages: int
    scanned: int
    passages: int
    added: str


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage: characters `start` to `end` of a page (1-based), which are `text`."""

    id: int
    document: str
    document_id: int
    page: int
    start: int
    end: int
    text: str
    heading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FailedFile:
    """A file that could not be added; while its size and time stay the same, trying again is vain."""

    path: str
    reason: str
    when: str
    bytes: int = 0
    mtime_ns: int = 0


class KnownFile(NamedTuple):
    """A file as it was when it was last looked at, and the document it holds."""

    bytes: int
    mtime_ns: int
    document: int


class NewFile(NamedTuple):
    """A file that holds a document; `hint` is the name it gets if nobody else has it."""

    path: str
    hint: str
    bytes: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents a search looks at; all given conditions must hold.

    Attributes:
        folder: the path or the name of a file begins with it, whole folders only.
        types: any of these ("pdf", "picture" ...).
        documents: any of these, named as `Catalog.document` understands them.
        after, before: the document's own date lies in between, both included; "2022" is all of that
            year. Documents without a date are then left out.
    """

    folder: str = ""
    types: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    after: str = ""
    before: str = ""


class Counts(TypedDict):
    """What an index holds; `bytes` by type of document."""

    documents: int
    files: int
    pages: int
    passages: int
    scanned: int
    failures: int
    bytes: dict[str, int]


def path_in(path: str | Path) -> str | bytes:
    """A path as it is stored: with "/"; as bytes where the file's name is not UTF-8."""
    text = Path(path).as_posix()
    return text if well_formed(text) == text else os.fsencode(text)


def path_out(stored: str | bytes) -> str:
    return os.fsdecode(stored) if isinstance(stored, bytes) else stored


def headings_in(path: tuple[str, ...]) -> str:
    return well_formed(json.dumps(path, ensure_ascii=False))


def headings_out(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))


def page_in(document: int, page: Page) -> tuple[Any, ...]:
    """The page's row, in the order of the table's columns."""
    return (
        document,
        page.number,
        well_formed(page.text),
        _packed(np.array([*_line_numbers(page)], np.int32).reshape(-1, 5)),
        _packed(np.asarray(page.spans, np.int32)),
        _packed(np.asarray(page.boxes, np.float32)),
        page.width,
        page.height,
        page.frame,
        well_formed(page.label),
        headings_in(page.section),
        page.scanned,
        tables_in(page.tables),
        page.seconds,
        page.until,
    )


def page_out(row: sqlite3.Row) -> Page:
    lines = _unpacked(row["lines"], np.dtype(np.int32), 5).tolist()
    return Page(
        number=row["number"],
        text=row["text"],
        lines=tuple(
            PageLine(start, end, _KINDS[kind], level, bool(begins))
            for start, end, kind, level, begins in lines
        ),
        width=row["width"],
        height=row["height"],
        frame=row["frame"],
        spans=_unpacked(row["spans"], np.dtype(np.int32), 2),
        boxes=_unpacked(row["boxes"], np.dtype(np.float32), 4),
        label=row["label"],
        section=headings_out(row["section"]),
        scanned=bool(row["scanned"]),
        tables=tables_out(_kept(row, "tables"), row["text"]),
        seconds=_kept(row, "seconds"),
        until=_kept(row, "until"),
    )


def _kept(row: sqlite3.Row, column: str) -> Any:
    """A value of a row; None where an older version did not keep it."""
    return row[column] if column in row.keys() else None  # noqa: SIM118


def detection_out(row: sqlite3.Row) -> Detection:
    """What a detector found, from its row."""
    box = Box(x1=row["x1"], y1=row["y1"], x2=row["x2"], y2=row["y2"])
    return Detection(label=row["label"], score=row["score"], box=box)


def tables_in(tables: Sequence[Table]) -> bytes:
    """Tables as they are stored."""
    return zlib.compress(_TABLES.dump_json(tuple(tables), exclude_defaults=True), 6)


def tables_out(stored: bytes | None, text: str) -> tuple[Table, ...]:
    """The tables of a page; of one that an older version stored, those that its lines show."""
    if stored is None:
        return period_tables(text.split("\n"))
    return _TABLES.validate_json(zlib.decompress(stored))


def _line_numbers(page: Page) -> Iterator[tuple[int, int, int, int, int]]:
    for line in page.lines:
        yield line.start, line.end, _KINDS.index(line.kind), line.level, int(line.begins)


def _packed(table: NDArray[Any]) -> bytes:
    """Column by column, the differences of neighbours' bit patterns: a fifth of the size is left."""
    bits = np.ascontiguousarray(table.T).view(np.int32)
    steps = np.diff(bits, axis=1, prepend=np.int32(0))
    planes = np.ascontiguousarray(steps.astype("<i4")).view(np.uint8).reshape(-1, 4).T
    return zlib.compress(planes.tobytes(), 6)


def _unpacked(packed: bytes, kind: np.dtype[Any], columns: int) -> NDArray[Any]:
    planes = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(4, -1)
    steps = np.ascontiguousarray(planes.T).view("<i4").reshape(columns, -1).astype(np.int32)
    bits = np.cumsum(steps, axis=1, dtype=np.int32)
    return np.ascontiguousarray(bits.T).view(kind)
