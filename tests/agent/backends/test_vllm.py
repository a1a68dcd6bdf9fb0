"""vLLM as a child process: started, asked, watched, started again and ended; a fake one answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from looktwice.agent.backends import open_model, vllm
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.vllm import VllmModel
from looktwice.errors import ModelError, UsageError
from looktwice.media.store import Store
from looktwice.settings import Settings
from looktwice.weights import hardware, memory

FAKE = Path(__file__).with_name("fake_program.py")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program `vllm` that is ours."""
    program = tmp_path / "vllm"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr(vllm, "vllm_program", lambda: str(program))


def checkpoint(folder: Path) -> Path:
    folder.mkdir()
    config = {"vision_config": {}, "text_config": {"max_position_embeddings": 9_000}}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture
def settings(home: Path, tmp_path: Path) -> Settings:
    return Settings.load(home=home, model=f"vllm:{checkpoint(tmp_path / 'model')}")


@pytest.fixture
def model(installed: None, settings: Settings) -> Iterator[VllmModel]:
    opened = open_model(settings, Store(settings.store_dir))
    assert isinstance(opened, VllmModel)
    with opened:
        yield opened


def asked(text: str) -> list[Message]:
    return [Message(role="user", text=text)]


def test_it_is_started_with_its_caches_and_answers(model: VllmModel, settings: Settings) -> None:
    assert (model.name, model.sees_images, model.context_tokens) == ("model", True, 9_000)
    assert model.generate(asked("Hello")).text == "Hello"
    schema = {"type": "object"}
    assert json.loads(model.generate(asked("x"), schema=schema).text) == {"schema": "reply"}
    choice = model.choose(asked("sure?"), ["yes", "no"])
    assert choice.probabilities["yes"] == pytest.approx(0.909, abs=0.01)
    started = json.loads((settings.home / "logs/vllm.log").read_text().splitlines()[0])
    assert started["offline"] == "1"
    assert {"--enable-prefix-caching", "--mm-processor-cache-gb"} <= set(started["argv"])
    assert not [word for word in started["argv"] if "key" in word.lower()]


def test_one_that_ends_fails_the_request_and_is_started_again(model: VllmModel) -> None:
    with pytest.raises(ModelError):
        model.generate(asked("die"))
    assert model.generate(asked("again")).text == "again"
    for _ in range(vllm._STARTS - 1):
        with pytest.raises(ModelError):
            model.generate(asked("die"))
    with pytest.raises(ModelError, match="illegal memory access"):
        model.generate(asked("still there?"))


def test_closing_ends_the_process(model: VllmModel) -> None:
    server = model._server
    model.close()
    assert not server.running
    with pytest.raises(ModelError):
        model.generate(asked("Hello"))


@pytest.mark.usefixtures("installed")
def test_one_that_does_not_start_says_why(home: Path, tmp_path: Path) -> None:
    settings = Settings.load(home=home, model=f"vllm:{checkpoint(tmp_path / 'broken')}")
    with pytest.raises(ModelError, match="no room for the KV cache"):
        open_model(settings, Store(settings.store_dir))


def test_without_vllm_the_command_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vllm, "vllm_program", lambda: None)
    with pytest.raises(UsageError, match="pip install vllm"):
        open_model(settings, Store(settings.store_dir))


def test_the_experts_keep_their_part_of_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    assert vllm.share_of_memory() == 0.9  # no card
    found = memory.fit(24 * 2**30)
    monkeypatch.setattr(memory, "fit_here", lambda: found)
    assert found.rung is not None
    left = found.total - vllm.share_of_memory() * found.total
    assert left >= found.rung.expert_bytes


@pytest.mark.usefixtures("installed")
def test_many_users_get_it_where_the_model_would_run_on_a_gpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = Settings.load(pack="gpu")
    assert vllm.for_many_users(own) == own  # no GPU
    monkeypatch.setattr(hardware, "has_gpu", lambda: True)
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(24 * 2**30))
    assert vllm.for_many_users(own).model == "vllm:qwen3.5-4b"
    for other in ({"model": "http://127.0.0.1:1/v1"}, {"devices": {"chat": "cpu"}}):
        given = Settings.load(pack="gpu", **other)
        assert vllm.for_many_users(given) == given
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(8 * 2**30))
    assert vllm.for_many_users(own) == own  # in 4 bits it stays in this process
