"""Text made shorter; nothing here makes it safe."""

from __future__ import annotations


def shorten(text: str, length: int = 120) -> str:
    """The beginning of a text on one line, not yet made safe."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
