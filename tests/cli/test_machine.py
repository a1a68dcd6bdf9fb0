"""The machine: what fits on its GPU is said, and what keeps it idle."""

from __future__ import annotations

from pathlib import Path

import onnxruntime
import pytest
from looktwice.agent.backends.discovery import DiscoveredModel
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
