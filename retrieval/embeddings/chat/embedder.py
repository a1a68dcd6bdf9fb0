"""What a chat model makes of a text or a picture that it is to sum up in one word.

After E5-V (Jiang et al., 2024) and From Generator to Embedder (Ju and Lee, 2025): the state behind the
prompt, before any word is written, gathers what the word would have to say. Nothing is trained for it, so
all rows lie in a narrow cone at first; the mean of some texts is taken off, which opens it
(all-but-the-top, Mu and Viswanath, 2018).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from PIL import Image

from ..runtime import Once, Vectors, unit, well_formed

__all__ = ["ChatPictures", "ChatTexts", "PromptReader", "ShownPrompt", "row_name"]

_OF_TEXT = "{}\nSummary above sentence in one word:"
_OF_PICTURE = "Summary above image in one word:"
_MOST_CHARACTERS = 8_000
"""Of one text; passages are shorter."""
_SIDE = 768
"""Pixels of a picture's longer side: what it shows, not its small print."""
_MIDDLE = (
    "A dog runs across a meadow.",
    "The invoice is due within thirty days.",
    "Net sales rose by four percent in the third quarter.",
    "How do I reset the alarm?",
    "Zwei Kinder spielen im Garten.",
    "The patient was given antibiotics.",
    "Le train part à huit heures.",
    "A red car is parked before a house.",
    "The court dismissed the appeal.",
    "Water boils at a lower temperature on a mountain.",
    "Chapter 3: Installation",
    "Total 45.90 EUR",
    "会议在星期五举行。",
    "She thanked everybody who had come.",
    "The function returns a list of names.",
    "A chart of monthly rainfall",
)
"""Texts about nothing in common, whose mean is what all rows share."""


class ShownPrompt(NamedTuple):
    """What a model is shown: a picture, where there is one, and words."""

    words: str
    picture: Image.Image | None = None


class PromptReader(Protocol):
    """A chat model that tells its state behind a prompt."""

    @property
    def name(self) -> str:
        """Which model it is."""
        ...

    def read(self, prompts: Sequence[ShownPrompt]) -> Vectors:
        """The last state behind each prompt, `[prompts, width]`; there is at least one prompt."""
        ...


def row_name(model: str) -> str:
    """Under which rows of a model are kept: those made with other words cannot be compared."""
    words = "\n".join((_OF_TEXT, _OF_PICTURE, *_MIDDLE, str(_SIDE)))
    return f"{model}, asked for one word@{hashlib.sha256(words.encode()).hexdigest()[:8]}"


class _Rows:
    """Rows of one model: of unit length, without what all of them share."""

    def __init__(self, reader: PromptReader) -> None:
        self._reader = reader
        self._middle = Once(lambda: unit(reader.read([_of_text(t) for t in _MIDDLE])).mean(axis=0))

    @property
    def name(self) -> str:
        return row_name(self._reader.name)

    def _rows(self, prompts: Sequence[ShownPrompt]) -> Vectors:
        middle = self._middle()
        if not prompts:
            return np.empty((0, len(middle)), np.float32)
        return unit(unit(self._reader.read(prompts)) - middle)


class ChatTexts(_Rows):
    """A text embedder (`TextEmbedder`); questions are embedded as passages are."""

    max_tokens: int | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._rows([_of_text(text) for text in texts])

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.embed(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


class ChatPictures(_Rows):
    """A picture embedder (`PictureEmbedder`) that knows words."""

    words = True

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        return self._rows([ShownPrompt(_OF_PICTURE, _small(image)) for image in images])

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        return self._rows([_of_text(text) for text in texts])


def _of_text(text: str) -> ShownPrompt:
    return ShownPrompt(_OF_TEXT.format(well_formed(text[:_MOST_CHARACTERS])))


def _small(image: Image.Image) -> Image.Image:
    shown = image.convert("RGB")
    shown.thumbnail((_SIDE, _SIDE))
    return shown
