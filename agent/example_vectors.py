"""Vectors of examples, kept in a file, since they are the same at every start."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ..retrieval.embeddings.text import Embedder, Vectors


def kept_vectors(
    texts: Sequence[str], embedder: Embedder, folder: Path | None, name: str
) -> Vectors:
    """The vectors of these texts, one a row; read from `folder` where they were made before.

    Args:
        folder: None keeps nothing.
        name: what the file's name begins with.
    """
    if folder is None:
        return embedder.embed(texts)
    import numpy as np

    # Another embedder gives other vectors, and is known by what it makes of one word.
    probe = np.round(embedder.embed(["looktwice"])[0], 2).tobytes()
    key = hashlib.sha256("\n".join(texts).encode() + probe).hexdigest()[:16]
    path = folder / f"{name}-{key}.npy"
    try:
        vectors: Vectors = np.load(path, allow_pickle=False)
        if vectors.shape[0] == len(texts):
            return vectors
    except Exception:
        pass  # not there yet, or damaged (numpy raises many things): made again below
    vectors = embedder.embed(texts)
    with suppress(OSError):  # a folder that cannot be written only costs time at the next start
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{id(vectors)}.tmp")
        with partial.open("wb") as file:
            np.save(file, vectors, allow_pickle=False)
        partial.replace(path)
    return vectors
