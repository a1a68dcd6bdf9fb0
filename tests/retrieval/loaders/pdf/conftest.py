"""Fixtures of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from .kit import Maker


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)
