"""An index for tests: embedders without weights, and documents made on the spot."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from looktwice.retrieval.embeddings.text import Vectors
from looktwice.retrieval.index import Index
from looktwice.retrieval.ingest.reader import ScanReader
from looktwice.schema import Picture, TextLine
from looktwice.settings import Settings
from PIL import Image


class HashedWords:
    """Texts that share words get vectors that point alike."""

    name = "hashed words"
    max_tokens = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()):
                row[hashlib.sha256(word.encode()).digest()[0] % 64] += 1
            row[0] += 1e-3
            row /= np.linalg.norm(row)
        return rows

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.embed(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


class MeanColours:
    """Pictures of like colours get vectors that point alike."""

    name = "mean colours"
    words = False

    def embed(self, images: Sequence[Image.Image]) -> Vectors:
        rows = np.array(
            [np.asarray(i.convert("RGB").resize((2, 2)), np.float32).ravel() + 1 for i in images]
        ).reshape(-1, 12)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    def embed_words(self, texts: Sequence[str]) -> Vectors:
        raise NotImplementedError


def blind(image: Image.Image, picture: Picture) -> list[TextLine]:
    """OCR that finds nothing."""
    return []


def open_index(folder: Path, settings: Settings, **more: object) -> Index:
    given: dict[str, object] = {
        "text": HashedWords(),
        "picture": MeanColours(),
        "scan_reader": ScanReader(read=blind),
        **more,
    }
    return Index.open(folder, settings, **given)  # type: ignore[arg-type]
