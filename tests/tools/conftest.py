"""Fixtures of the tests of tools."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.control import Control
from looktwice.media.store import Store
from looktwice.tools.context import Context
from PIL import Image

from . import onnx_kit
from .kit import A, B


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context((A, B), Store(tmp_path / "store"), Control())


@pytest.fixture
def street(store: Store) -> Context:
    image = Image.new("RGB", (400, 300), "grey")
    image.paste((20, 60, 220), (100, 100, 300, 200))
    return Context((store.add(image, name="street.png"),), store, Control())


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> onnx_kit.Elsewhere:
    return onnx_kit.act(monkeypatch)
