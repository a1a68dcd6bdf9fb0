"""Loads the fake server that stands beside these tests (they are no package to import from)."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _neighbour(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_{name}", Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def neighbour() -> Any:
    """Import a helper file of this folder by its name."""
    return _neighbour


@pytest.fixture
def server() -> Iterator[Any]:
    """A fake OpenAI-compatible server on loopback; see `fake_server.FakeServer`."""
    with _neighbour("fake_server").FakeServer() as running:
        yield running
