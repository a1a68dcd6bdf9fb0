"""Fixtures of the tests of the index."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.settings import Settings

from ..warm_readers import _warm_readers, reader_pool  # noqa: F401

TOPICS = ["rent of the flat", "repair of the boiler", "journey to Lisbon", "recipe for plum cake"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(home=tmp_path / "home", pack="starter", offline=True)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number, topic in enumerate(TOPICS):
        lines = [f"This letter is about the {topic}.", f"The amount is {1000 + number} euros."]
        (folder / f"letter_{number}.txt").write_text("\n\n".join(lines))
    return folder
