"""Text embedders: words in, unit vectors out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class TextEmbedder(Protocol):
    """Anything that turns texts into vectors whose dot product says how alike they are."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit-length rows, shape [len(texts), dimensions]."""
        ...


class SentenceEmbedder:
    """A sentence-transformers model from a local folder, loaded at first use, safe for threads.

    Args:
        folder: gives the model's folder (fetching it if need be) when it is first wanted.
    """

    def __init__(self, folder: Callable[[], Path]) -> None:
        self._folder = folder
        self._model: Any = None
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            if self._model is None:
                from sentence_transformers import SentenceTransformer

                self._model = SentenceTransformer(str(self._folder()), local_files_only=True)
            rows = self._model.encode(
                list(texts), normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(rows, dtype=np.float32)
