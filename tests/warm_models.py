"""The starter's chat model, handed on from one assistant to the next of the same settings.

To open it and to read its prompts and pictures anew costs four times what a question costs that follows
another. That assistants open and close it for good is tested in tests/agent/backends/test_llamacpp.py, and
by the programs that tests start.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from looktwice.agent import assistant
from looktwice.agent.backends import open_model
from looktwice.media.store import Store
from looktwice.settings import Settings


class WarmModels:
    """Holds the model that was opened last; it ends with the tests, or when another one is opened."""

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self._model: Any = None

    def open(self, settings: Settings, store: Store) -> Any:
        """In place of `open_model`: whoever closes what it gives leaves it as it is."""
        if settings != self._settings:
            self.end()
            self._model = open_model(settings, store)
            self._settings = settings
            self._model.close = lambda: None
        return self._model

    def end(self) -> None:
        """Close it."""
        if self._model is not None:
            del self._model.close
            self._model.close()
        self._settings = self._model = None


@pytest.fixture(scope="session")
def warm_models() -> Iterator[WarmModels]:
    models = WarmModels()
    yield models
    models.end()


@pytest.fixture
def warm_model(warm_models: WarmModels, monkeypatch: pytest.MonkeyPatch) -> None:
    """Assistants of this test are given the model of the one before."""
    monkeypatch.setattr(assistant, "open_model", warm_models.open)
