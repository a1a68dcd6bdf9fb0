"""What is worked out from examples, kept in a file, since it is the same at every start."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
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
    made_of = "\n".join(texts).encode()
    return kept_rows(
        lambda: embedder.embed(texts), len(texts), embedder, made_of, folder=folder, name=name
    )


def kept_rows(
    make: Callable[[], Vectors],
    count: int,
    embedder: Embedder,
    made_of: bytes,
    *,
    folder: Path | None,
    name: str,
) -> Vectors:
    """So many rows of numbers; read from `folder` where they were made before.

    Args:
        make: works them out.
        count: of the rows.
        embedder: what they rest on, beside `made_of`.
        made_of: all that they are made of; what is made of something else has another file.
        folder: None keeps nothing.
        name: what the file's name begins with.
    """
    if folder is None:
        return make()
    import numpy as np

    # Another embedder gives other vectors, and is known by what it makes of one word.
    probe = np.round(embedder.embed(["looktwice"])[0], 2).tobytes()
    key = hashlib.sha256(made_of + probe).hexdigest()[:16]
    path = folder / f"{name}-{key}.npy"
    try:
        rows: Vectors = np.load(path, allow_pickle=False)
        if rows.shape[0] == count:
            return rows
    except Exception:
        pass  # not there yet, or damaged (numpy raises many things): made again below
    rows = make()
    with suppress(OSError):  # a folder that cannot be written only costs time at the next start
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(f".{id(rows)}.tmp")
        with partial.open("wb") as file:
            np.save(file, rows, allow_pickle=False)
        partial.replace(path)
    return rows
