"""Text embedders: words in, unit vectors out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from ...extensions.extras import require
from ...settings import Settings
from ...weights.convert.prepare import text_embedder_path
from ...weights.devices import device_for, onnx_device
from .runtime import Once, Vectors, weight_name

__all__ = [
    "Embedder",
    "TextEmbedder",
    "TokenEmbedder",
    "Vectors",
    "as_text_embedder",
    "open_text_embedder",
]

_PROBES = ("looktwice", "net sales of the third quarter", "ein Hund", "a red bus", "42", "图片")
"""Texts by whose vectors an embedder without a name is known."""


class Embedder(Protocol):
    """Anything that turns texts into vectors whose dot product says how alike they are."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit-length rows, shape [len(texts), dimensions]; also [0, dimensions] for no texts."""
        ...


class TextEmbedder(Embedder, Protocol):
    """An embedder that an index can rely on; `embed` is for its passages.

    `as_text_embedder` makes one of any `Embedder`.
    """

    @property
    def name(self) -> str:
        """Which weights these are; rows from embedders of the same name can be compared.

        Known before the weights are loaded, for the embedders of the packs.
        """
        ...

    @property
    def max_tokens(self) -> int | None:
        """How much of a text it reads, in tokens; None where that is not known."""
        ...

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Questions, as rows to compare with passages; some models want a prompt before them."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, those beyond `max_tokens` and the marks around it counted."""
        ...


@runtime_checkable
class TokenEmbedder(Protocol):
    """A text embedder that also tells what its vectors are pooled of."""

    def embed_words(self, texts: Sequence[str]) -> list[Vectors]:
        """The vector of each word piece of each text in its place there, of unit length."""
        ...


def open_text_embedder(settings: Settings) -> _ChosenEmbedder:
    """The text embedder of the pack in use.

    Nothing is loaded, fetched or converted before the first text; what goes wrong then is a
    `WeightsError`.
    """
    return _ChosenEmbedder(
        lambda: weight_name("text", settings),
        lambda: _embedder_of(settings),
    )


def as_text_embedder(embedder: Embedder) -> TextEmbedder:
    """An embedder that was handed in, with what it does not say itself filled in.

    Its name is then made of its class and of what it does to a few texts; questions are embedded as
    passages are; tokens are words.
    """
    return _CompletedEmbedder(embedder)


class _PackEmbedder(TextEmbedder, TokenEmbedder, Protocol):
    """What the embedders of all packs can do."""


class _ChosenEmbedder:
    """Finds out which embedder it is when the first text comes."""

    def __init__(self, name: Callable[[], str], choose: Callable[[], _PackEmbedder]) -> None:
        self._name, self._embedder = Once(name), Once(choose)

    @property
    def name(self) -> str:
        return self._name()

    @property
    def max_tokens(self) -> int | None:
        return self._embedder().max_tokens

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._embedder().embed(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedder().embed_queries(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder().count_tokens(texts)

    def embed_words(self, texts: Sequence[str]) -> list[Vectors]:
        return self._embedder().embed_words(texts)


class _CompletedEmbedder:
    """Passes on what the embedder has, and fills in the rest."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._fingerprint = Once(lambda: _fingerprint(embedder))

    @property
    def name(self) -> str:
        return str(getattr(self._embedder, "name", "") or self._fingerprint())

    @property
    def max_tokens(self) -> int | None:
        return getattr(self._embedder, "max_tokens", None)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        own: Callable[[Sequence[str]], Vectors] | None = getattr(
            self._embedder, "embed_queries", None
        )
        return (own or self._embedder.embed)(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        own: Callable[[Sequence[str]], list[int]] | None = getattr(
            self._embedder, "count_tokens", None
        )
        return own(texts) if own else [len(text.split()) for text in texts]


def _fingerprint(embedder: Embedder) -> str:
    """The class, and where the largest number of each probe's row stands.

    That place stays the same on another machine, whose last digits differ; a hash of the numbers
    themselves would not.
    """
    import numpy as np

    rows = embedder.embed(_PROBES)
    places = np.abs(rows).argmax(axis=1).astype("<i4")
    seen = hashlib.sha256(np.array(rows.shape, "<i4").tobytes() + places.tobytes()).hexdigest()
    return f"{type(embedder).__module__}.{type(embedder).__qualname__}@{seen[:8]}"


def _embedder_of(settings: Settings) -> _PackEmbedder:
    require("embedders")  # before its weights are fetched
    from .onnx import OnnxTextEmbedder
    from .sentence import SentenceEmbedder

    folder, name = text_embedder_path(settings), weight_name("text", settings)
    if (folder / "model.onnx").is_file():
        own = onnx_device("embedders", settings)
        return OnnxTextEmbedder(name, lambda: folder, settings.threads, own)
    return SentenceEmbedder(name, lambda: folder, device_for("embedders", settings))
