"""Fixtures of the controller's tests; what they are made of stands in kit.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.assistant import Assistant

from ..warm_readers import _warm_readers, reader_pool  # noqa: F401
from . import kit
from .backends.fake_server import FakeServer


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Assistant]]:
    """Makes assistants on one home folder, and closes them at the end."""
    made: list[Assistant] = []

    def build(script: Any = None, **how: Any) -> Assistant:
        made.append(kit.make_assistant(how.pop("home", tmp_path / "home"), script, **how))
        return made[-1]

    yield build
    for assistant in made:
        assistant.close()


@pytest.fixture
def fake_server() -> Iterator[FakeServer]:
    """A fake OpenAI-compatible server on loopback."""
    with FakeServer() as running:
        yield running
