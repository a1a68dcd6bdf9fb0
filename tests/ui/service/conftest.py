"""A home with a short name: the path of a Unix socket may have some hundred bytes only."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="lt-"))
    for name, value in (("HOME", str(home)), ("OFFLINE", "1"), ("PACK", "starter")):
        monkeypatch.setenv(f"LOOKTWICE_{name}", value)
    yield home
    shutil.rmtree(home)
