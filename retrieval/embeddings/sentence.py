"""Text embedders through sentence-transformers (after Reimers and Gurevych, 2019)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import WeightsError
from ...extensions.extras import needs
from .runtime import Once, Vectors, chosen_dtype, unit, well_formed

__all__ = ["SentenceEmbedder"]

_MOST_TOKENS = 1024
"""Of one text, for models that would read a book: passages are shorter, and memory grows with this."""


class SentenceEmbedder:
    """A sentence-transformers model from a local folder, loaded at first use, safe for threads.

    The prompts it was published with are put before questions and passages.

    Args:
        name: of the weights.
        folder: gives the model's folder (fetching it if need be) when it is first wanted.
        device: where torch runs it.
    """

    def __init__(self, name: str, folder: Callable[[], Path], device: str = "cpu") -> None:
        self.name = name
        self._model = Once(lambda: open_sentence_transformer(folder(), device))
        self._lock = threading.Lock()

    @property
    def max_tokens(self) -> int | None:
        return int(self._model().max_seq_length)

    def embed(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model().encode_document, texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model().encode_query, texts)

    def embed_words(self, texts: Sequence[str]) -> list[Vectors]:
        """The vector of each word piece of each text in its place there, of unit length."""
        clean = [well_formed(text) for text in texts]
        with self._lock:
            rows = self._model().encode(
                clean, output_value="token_embeddings", show_progress_bar=False
            )
        return [unit(each.float().cpu().numpy()) for each in rows]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        clean = [well_formed(text) for text in texts]
        with self._lock:
            tokens = self._model().tokenizer(clean, truncation=False, verbose=False)
        return [len(ids) for ids in tokens["input_ids"]]

    def _encode(self, encode: Callable[..., Any], texts: Sequence[str]) -> Vectors:
        if not texts:
            return self._encode(encode, [""])[:0]
        clean = [well_formed(text) for text in texts]
        with self._lock:
            rows = encode(clean, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)


def open_sentence_transformer(folder: Path, device: str) -> Any:
    """The library's model of a folder, its texts cut at what passages need.

    Raises:
        WeightsError: the folder is none.
    """
    with needs("embedders"):
        from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(
            str(folder),
            device=device,
            local_files_only=True,
            model_kwargs={"dtype": chosen_dtype(device), "use_safetensors": True},
        )
    except Exception as error:  # whatever the libraries say, this folder cannot be used
        raise WeightsError(f"{folder}: not a text embedder ({error})") from error
    model.max_seq_length = min(model.max_seq_length or _MOST_TOKENS, _MOST_TOKENS)
    return model
