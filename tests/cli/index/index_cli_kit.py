"""What tests of an index share: documents, and an embedder that needs no weights.

Child processes of the tests import this file by its name.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from looktwice.retrieval import index as index_module
from looktwice.retrieval.embeddings import chosen, picture
from looktwice.retrieval.embeddings.text import as_text_embedder

BOILER = "# Boiler\n\nThe boiler was serviced in [red]May[/red].\n\n## Rent\n\nRent is 900 euros.\n"
TREES = "Oak and beech stand in the garden.\n\nThe pond is deep.\n"


class WordEmbedder:
    """Texts as bags of hashed words, in place of the pack's embedder."""

    name = "words"

    def embed(self, texts: Sequence[str]) -> Any:
        rows = np.full((len(texts), 256), 1e-3, dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.encode()) % 256] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class OtherEmbedder(WordEmbedder):
    name = "other words"


def use(embedder: type[WordEmbedder], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chosen, "open_text_embedder", lambda settings: as_text_embedder(embedder()))
    monkeypatch.setattr(picture, "open_picture_embedder", lambda settings: None)
    monkeypatch.setattr(index_module, "open_reranker", lambda settings: None)


def pdf(*lines: str) -> bytes:
    """One page of text."""
    shown = " ".join(f"({line}) Tj 0 -40 Td" for line in lines)
    stream = f"BT /F 24 Tf 72 700 Td {shown} ET"
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = "%PDF-1.7\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    xref = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<</Size 6/Root 1 0 R>>\n"
    return f"{out}{xref}startxref\n{len(out)}\n%%EOF".encode()
