"""A `llama-server` of this machine takes the place of a library that can use no GPU; a fake one answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from looktwice.agent.backends import llama_library, llama_program, llamacpp, open_model
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.llama_program import found_program
from looktwice.errors import ModelError
from looktwice.media.store import Store
from looktwice.settings import Settings
from looktwice.weights.convert.llava import PROJECTOR, make_llava

FAKE = Path(__file__).with_name("fake_program.py")
WORLD = Path(__file__).parents[2] / "world" / "weights"
ASK = [Message(role="user", text="Hello")]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """On the PATH, alone."""
    file = tmp_path / "bin" / "llama-server"
    file.parent.mkdir()
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n')
    file.chmod(0o755)
    monkeypatch.setenv("PATH", str(file.parent))
    return file


@pytest.fixture
def settings(home: Path, tmp_path: Path) -> Settings:
    folder = tmp_path / "model"
    folder.mkdir()
    make_llava(WORLD, folder)
    return Settings.load(home=home, model=str(folder), offline=True)


@pytest.mark.usefixtures("program")
def test_one_with_a_gpu_runs_the_model_where_the_library_has_none(
    settings: Settings, tmp_path: Path
) -> None:
    model = open_model(settings, Store(settings.store_dir))
    assert isinstance(model, llamacpp.LlamaCppModel)
    assert model.gpus == ("Vulkan0 (A card (RADV))",)
    assert model.generate(ASK).text == "Hello"
    log = settings.home / "logs" / "llama-server.log"
    argv = json.loads(log.read_text().splitlines()[0])["argv"]
    assert {"--mmproj", str(tmp_path / "model" / PROJECTOR), "--fit-target", "--no-slots"} <= set(
        argv
    )
    assert argv[argv.index("--host") + 1] == "127.0.0.1"
    assert not [word for word in argv if "key" in word]
    model.close()
    with pytest.raises(ModelError):
        model.generate(ASK)


@pytest.mark.usefixtures("program")
def test_the_library_stays_where_it_has_a_gpu_or_none_is_wanted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from looktwice.agent import backends

    assert backends.program_for(settings) is not None
    cpu = settings.model_copy(
        update={"devices": settings.devices.model_copy(update={"chat": "cpu"})}
    )
    assert backends.program_for(cpu) is None
    monkeypatch.setattr(llama_library, "gpus", lambda: ["CUDA0 (a card)"])
    assert backends.program_for(settings) is None


def test_one_that_does_not_run_is_left_alone(program: Path) -> None:
    program.write_text("#!/bin/sh\nexit 1\n")
    assert found_program(Path("log")) is None


def test_one_that_does_not_start_says_why(program: Path, tmp_path: Path) -> None:
    found = found_program(tmp_path / "log")
    assert found is not None
    program.write_text("#!/bin/sh\necho error: invalid argument: --kv-unified\nexit 1\n")
    run = llama_library.LlamaRun(Path("m.gguf"), None, 1, 512, 1, gpu=False)
    with pytest.raises(ModelError, match=r"m\.gguf: llama-server ended .*invalid argument"):
        llama_program.LlamaProgramServer(found, run)
