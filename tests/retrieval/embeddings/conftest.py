"""Fixtures of these tests."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from looktwice.retrieval.embeddings.onnx import OnnxTextEmbedder

from .kit import FakeTransformer, write_toy


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def embedder(toy: Path) -> OnnxTextEmbedder:
    return OnnxTextEmbedder("toy", lambda: toy, threads=1)


@pytest.fixture
def _fake(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(SentenceTransformer=FakeTransformer)
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)
