"""Times in videos, and places in documents, as people write them."""

from __future__ import annotations

from ..schema import Passage, Source

__all__ = ["clock", "place", "with_place"]


def clock(seconds: float) -> str:
    """A time in a video: "0:12", "1:02:03"."""
    whole = int(seconds + 0.5)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def with_place(name: str, where: Source | Passage) -> str:
    """A document with the place in it: "report.pdf, page 3", "clip.mp4 at 0:12"."""
    there = place(where)
    return (
        f"{name} {there}" if where.seconds is not None else ", ".join(filter(None, (name, there)))
    )


def place(where: Source | Passage) -> str:
    """A place in a document: "page 3", "at 0:12"; "" for all of it."""
    if where.seconds is not None:
        return f"at {clock(where.seconds)}"
    return f"page {where.page}" if where.page else ""
