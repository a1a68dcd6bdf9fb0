"""Opening the chat model: what people are told where the GPU is too small for one that sees."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from looktwice.agent.backends import open_model
from looktwice.errors import OfflineError
from looktwice.media.store import Store
from looktwice.settings import Settings
from looktwice.weights import memory


def test_a_card_too_small_is_said_plainly(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(4 * 2**30))
    settings = Settings.load(home=home, pack="gpu", offline=True)
    with caplog.at_level(logging.WARNING), pytest.raises(OfflineError):
        open_model(settings, Store(settings.store_dir))
    assert "the starter, which reads text only, answers" in caplog.text
