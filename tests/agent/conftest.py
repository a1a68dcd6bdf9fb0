"""Fixtures of the controller's tests; what they are made of stands in kit.py."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _load(path: Path) -> ModuleType:
    """A helper file beside the tests (they are no package to import from)."""
    name = f"_looktwice_tests_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def kit() -> Any:
    """The helpers of kit.py."""
    return _load(Path(__file__).parent / "kit.py")


@pytest.fixture(scope="session")
def shelf() -> Any:
    """The helpers of shelf.py."""
    return _load(Path(__file__).parent / "shelf.py")


@pytest.fixture
def make(tmp_path: Path, kit: Any) -> Iterator[Callable[..., Any]]:
    """Makes assistants on one home folder, and closes them at the end."""
    made: list[Any] = []

    def build(script: Any = None, **how: Any) -> Any:
        made.append(kit.make_assistant(how.pop("home", tmp_path / "home"), script, **how))
        return made[-1]

    yield build
    for assistant in made:
        assistant.close()


@pytest.fixture
def fake_server() -> Iterator[Any]:
    """A fake OpenAI-compatible server on loopback; see backends/fake_server.py."""
    path = Path(__file__).parent / "backends" / "fake_server.py"
    with _load(path).FakeServer() as running:
        yield running
