"""What tests of commands share: the command's outcome, and an assistant that needs no weights.

Child processes of the tests import this file by its name.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from looktwice.agent.assistant import Assistant
from looktwice.schema import Box, Evidence, Picture, TextLine
from looktwice.tools.base import tool

TOTAL = "What is the total on this receipt?"
HELLO = "Hello!"
SEEN = "Corner Shop\nBread 3.10\nTotal 8.20"


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


class WordEmbedder:
    """Questions as bags of hashed words, in place of the pack's embedder."""

    def embed(self, texts: Sequence[str]) -> Any:
        rows = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.encode()) % 256] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)


LightAssistant = functools.partial(Assistant, embedder=WordEmbedder())


@tool
def read_text(picture: Picture) -> Evidence:
    """Read all text in a picture."""
    box = Box(x1=10, y1=40, x2=90, y2=60)
    line = TextLine(text="Total 8.20", score=0.9, box=box)
    return Evidence(kind="text", text=SEEN, boxes=(box,), lines=(line,), score=0.9)
