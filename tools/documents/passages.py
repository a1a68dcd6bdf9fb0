"""Passages on their way to become evidence: joined where they belong together, each with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ...retrieval.pages import Page
from ...retrieval.table_rows import between
from ...schema import Box, Evidence, Passage, Picture, Source, Table, TextLine


@dataclass(frozen=True)
class Piece:
    """A stretch of a page on its way to become evidence; `start` and `end` are -1 if not known."""

    document: str
    page: int
    text: str
    heading: tuple[str, ...] = ()
    start: int = -1
    end: int = -1
    score: float = 1.0
    found_by: tuple[str, ...] = ()
    on: Page | None = None
    passage: Passage | None = None


def merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Pieces of one page that overlap or touch as one, repeats within a document left out.

    The order stays that of the best of each.
    """
    kept: list[Piece] = []
    for piece in pieces:
        at = next((n for n, other in enumerate(kept) if _together(piece, other)), None)
        if at is None:
            kept.append(piece)
        else:
            kept[at] = _joined(kept[at], piece)
    return kept


def _together(one: Piece, other: Piece) -> bool:
    if one.document != other.document:
        return False
    if one.page == other.page and one.start >= 0 and other.start >= 0:
        return one.start <= other.end + 1 and other.start <= one.end + 1
    return bare(one.text) == bare(other.text)


def _joined(best: Piece, other: Piece) -> Piece:
    if best.on is None or best.page != other.page or other.start < 0 or best.start < 0:
        return best
    start, end = min(best.start, other.start), max(best.end, other.end)
    heading = best.heading if best.start <= other.start else other.heading
    found_by = tuple(dict.fromkeys((*best.found_by, *other.found_by)))
    return replace(
        best,
        text=best.on.text[start:end],
        heading=heading,
        start=start,
        end=end,
        found_by=found_by,
        passage=None,
    )


def already_known(piece: Piece, evidence: Iterable[Evidence]) -> bool:
    """Whether the evidence holds a piece already."""
    return any(
        (e.source.document, e.source.page) == (piece.document, piece.page) and piece.text in e.text
        for e in evidence
    )


def whole_page(document: str, page: Page) -> Piece:
    """All of a page."""
    heading = tuple(filter(None, (*page.section, page.label)))
    return Piece(document, page.number, page.text, heading, 0, len(page.text), on=page)


def as_evidence(piece: Piece, picture: Picture | None = None) -> Evidence:
    """A passage as evidence: its words, and where it stands."""
    boxes = piece.on.boxes_of(piece.start, piece.end) if piece.on and piece.start >= 0 else ()
    if not boxes and piece.passage is not None:
        boxes = piece.passage.boxes
    return Evidence(
        kind="passage",
        text=piece.text,
        heading=tuple(filter(None, piece.heading)),
        tables=_tables(piece),
        source=Source(document=piece.document, page=piece.page, name=piece.document),
        boxes=boxes,
        lines=_lines(piece),
        score=piece.score,
        picture=picture,
    )


def _tables(piece: Piece) -> tuple[Table, ...]:
    """What of the page's tables stands in a piece."""
    if piece.on is not None and piece.start >= 0:
        return between(piece.on.tables, piece.on.text, piece.start, piece.end)
    return piece.passage.tables if piece.passage is not None else ()


def _lines(piece: Piece) -> tuple[TextLine, ...]:
    """The lines of a piece that stand somewhere, with their boxes."""
    texts = piece.text.split("\n")
    if piece.on is not None and piece.start >= 0:
        spans: list[tuple[Box, ...]] = []
        at = piece.start
        for text in texts:
            spans.append(piece.on.boxes_of(at, at + len(text)))
            at += len(text) + 1
        boxes: list[Box | None] = [found[0] if found else None for found in spans]
    elif piece.passage is not None and len(piece.passage.boxes) == len(texts):
        boxes = list(piece.passage.boxes)
    else:
        return ()
    return tuple(
        TextLine(text=text, score=1.0, box=box, row=row)
        for row, (text, box) in enumerate(zip(texts, boxes, strict=True))
        if box is not None
    )


def bare(text: str) -> str:
    """Letters and digits only."""
    return "".join(character for character in text.casefold() if character.isalnum())
