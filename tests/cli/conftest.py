"""Fixtures of the command line's tests; what they are made of stands in cli_kit.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from looktwice.agent import assistant as assistant_module
from looktwice.cli import app
from PIL import Image

from ..agent.backends.fake_server import FakeServer, Turn
from ..warm_readers import _warm_readers, reader_pool  # noqa: F401
from .cli_kit import Done, LightAssistant, Run, read_text


@pytest.fixture
def elsewhere(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, so that no looktwice.toml is found that a test did not write."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Call the command line in this process."""

    def call(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["looktwice", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            app.main()
        code = end.value.code
        assert isinstance(code, int)
        return Done(code, *capfd.readouterr())

    return call


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A chat model on loopback: yes to every gate, and the same answer to every question."""

    def turn(body: dict[str, Any]) -> Turn:
        if body.get("logprobs"):
            return Turn("yes", logprobs={"yes": 0.9, "no": 0.1})
        return Turn("The total is 8.20.")

    with FakeServer() as running:
        running.always = turn
        yield running


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand-ins for the only weights that a run with a server still needs."""
    monkeypatch.setattr(assistant_module, "Assistant", LightAssistant)
    monkeypatch.setattr(assistant_module, "default_tools", lambda *_, **__: [read_text])


@pytest.fixture
def ask(run: Run, server: FakeServer, no_weights: None) -> Run:
    """`looktwice ask ... --model` with the fake server."""
    return lambda *words: run("ask", *words, "--model", server.address)


@pytest.fixture
def photo() -> Path:
    """receipt.png in the working folder."""
    Image.new("RGB", (100, 80), "white").save("receipt.png")
    return Path("receipt.png")
