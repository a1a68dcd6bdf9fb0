"""The machine: what fits on its GPU is said, and what keeps it idle."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
import pytest
from looktwice.agent.backends import llama_trial
from looktwice.agent.backends.discovery import DiscoveredModel
from looktwice.agent.backends.llama_trial import LlamaTrial
from looktwice.cli import machine
from looktwice.settings import Settings
from looktwice.weights import hardware, memory

GIB = 2**30


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> None:
    """A card of 24 GiB."""
    monkeypatch.setattr(hardware, "has_gpu", lambda: True)
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(24 * GIB))


def test_a_gpu_that_torch_cannot_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "may_have_gpu", lambda: True)
    monkeypatch.setattr(hardware, "has_gpu", lambda: False)
    monkeypatch.setattr(machine, "_nvidia_smi", lambda: "NVIDIA H100")
    (found,) = machine.device(Settings.load())
    assert not found.ok
    assert "NVIDIA H100" in found.found


@pytest.mark.usefixtures("card")
def test_what_fits_is_said_with_its_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = machine.memory_fit(Settings.load())
    assert found.ok
    assert "qwen3.5-4b 9.1 GB" in found.found
    assert "21.4 GB with 3 to spare" in found.found
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(4 * GIB))
    (found,) = machine.memory_fit(Settings.load())
    assert "the starter, which reads text only" in found.found


def test_a_small_card_without_what_quantises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(8 * GIB))
    monkeypatch.setattr(machine, "_is_there", lambda module: module != "bitsandbytes")
    _, found = machine.memory_fit(Settings.load())
    assert not found.ok
    assert found.mend == "python -m pip install bitsandbytes"
    assert len(list(machine.memory_fit(Settings.load(model="org/own")))) == 1


@pytest.mark.usefixtures("card")
def test_an_idle_gpu_is_told_with_what_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_is_there", lambda module: False)
    (slow,) = machine.engines(Settings.load(pack="gpu"))
    assert "flash-linear-attention" in slow.mend
    monkeypatch.setattr(machine, "_is_there", lambda module: True)
    assert list(machine.engines(Settings.load(pack="gpu"))) == []
    # The starter's reader is ONNX, and the usual build of onnxruntime knows no CUDA.
    starter = Settings.load(pack="starter", devices={"ocr": "cuda"})
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    (idle,) = machine.engines(starter)
    assert "idle" in idle.found
    assert "onnxruntime-gpu" in idle.mend
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: both)
    assert list(machine.engines(starter)) == []


def test_without_a_gpu_nothing_is_said(home: Path) -> None:
    settings = Settings.load(home=home)
    assert [*machine.memory_fit(settings), *machine.engines(settings)] == []


def test_servers_of_this_machine_are_named_with_the_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [
        DiscoveredModel("ollama", "http://127.0.0.1:11434/v1", "a", "ollama:a", True),
        DiscoveredModel("ollama", "http://127.0.0.1:11434/v1", "b", "ollama:b", False),
    ]
    monkeypatch.setattr("looktwice.agent.backends.discovery.discover", lambda: found)
    (finding,) = machine.model_servers(Settings())
    assert (finding.name, finding.ok) == ("ollama", True)
    assert finding.found == "2 models, 1 known to see pictures; use one with --model ollama:a"


def trial() -> LlamaTrial:
    return LlamaTrial(("Metal (Apple M4)",), 37, 30, 212.4, 31.6)


def test_the_speed_of_the_chat_model_is_said_with_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "eyes.gguf"
    file.write_bytes(b"GGUF")
    monkeypatch.setattr(llama_trial, "try_out", lambda path, mmproj, **how: trial())
    (found,) = machine.chat_speed(Settings.load(model=str(file)))
    assert found.ok
    assert "Metal (Apple M4), 30 of 37 layers offloaded" in found.found
    assert "reads 212 and writes 32 tokens a second" in found.found


def test_a_chat_model_that_does_not_run_is_told(tmp_path: Path) -> None:
    file = tmp_path / "damaged.gguf"
    file.write_bytes(b"GGUF\x03\x00\x00\x00" + b"\x07" * 5000)
    (found,) = machine.chat_speed(Settings.load(model=str(file)))
    assert not found.ok
    assert "damaged.gguf" in found.found
    (elsewhere,) = machine.chat_speed(Settings.load(model="http://127.0.0.1:9/v1"))
    assert "not measured" in elsewhere.found
