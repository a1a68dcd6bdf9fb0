"""What a question about a video asks: when, how many, which words; of what; and at which time."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..embeddings.text import TextEmbedder
from ..phrasing import Phrasings

__all__ = ["VideoQuestion", "VideoQuestions"]

_EXAMPLES = "video_questions.jsonl"
_TIME = re.compile(
    r"\b(?:(\d+):)?(\d{1,3}):(\d\d)\b|\b(\d+(?:\.\d+)?)\s?(?:s|sec|seconds?)\b", re.I
)
"""A time as clocks and people write it: 1:02:03, 0:12, 12 s, 12 seconds."""


class VideoQuestion(NamedTuple):
    """A question as it was understood.

    Attributes:
        asks: "when", "count", "words", or "" for anything else.
        things: what it is about.
        at: "start", "end", or "" for any time.
        seconds: the time it names; None for none.
    """

    asks: str
    things: tuple[str, ...]
    at: str = ""
    seconds: float | None = None


class VideoQuestions:
    """Understands questions about videos; safe for threads."""

    def __init__(self, embedder: TextEmbedder) -> None:
        self._phrasings = Phrasings(embedder, _EXAMPLES)

    def understood(self, question: str) -> VideoQuestion:
        """What a question asks."""
        match = _TIME.search(question)
        rest = question if match is None else _TIME.sub("#time", question)
        things, asks, at = self._phrasings.understood(rest)
        if asks in ("when", "count") and not things:
            asks = ""
        return VideoQuestion(
            asks,
            things,
            at if at != "time" and match is None else "",
            None if match is None else seconds_of(match),
        )


def seconds_of(match: re.Match[str]) -> float:
    """The seconds that a written time stands for."""
    hours, minutes, seconds, plain = match.groups()
    if plain is not None:
        return float(plain)
    return 3600.0 * int(hours or 0) + 60 * int(minutes) + int(seconds)
