"""The run for a GPU, rehearsed from end to end on the processor with tiny models."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from looktwice.agent.backends import vllm
from looktwice.benchmarks.gpu import many, run
from looktwice.benchmarks.gpu.bench import Bench
from looktwice.benchmarks.gpu.figures import Figure
from looktwice.weights import hardware
from PIL import Image
from rich.console import Console

from ...agent.backends.test_vllm import FAKE


@pytest.mark.slow
def test_every_part_is_measured_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a stand-in for vLLM."""
    program = tmp_path / "vllm"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{FAKE}" "$@"\n')
    program.chmod(0o755)
    for module in (vllm, many):
        monkeypatch.setattr(module, "vllm_program", lambda: str(program))
    told = StringIO()
    files = run.run_gpu(tmp_path / "out", Console(file=told), tiny=True, machine={"cores": "2"})
    whole = json.loads(files[0].read_text())
    assert whole["not_measured"] == {}
    assert whole["rehearsal"] is True
    measured = {(row["part"], row["what"]): row for row in whole["figures"]}
    assert {part for part, _ in measured} == {
        *("device", "qwen3.5-4b", "qwen3-vl-4b-instruct", "ocr", "detector"),
        *("text embedder", "vllm"),
    }
    for model in ("qwen3.5-4b", "qwen3-vl-4b-instruct"):
        assert measured[model, "draft and 4 checks, pictures encoded"]["value"] == 1
        # Five prompts, the later ones longer: read anew each time they would be more than five.
        assert measured[model, "draft and 4 checks, read"]["ratio"] < 4.5
        assert measured[model, "writing"]["value"] > 0
    with Image.open(files[1]) as plot:
        assert plot.format == "PNG"
    assert "qwen3.5-4b: writing" in told.getvalue()


def test_a_part_that_fails_costs_only_itself_and_late_ones_do_not_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fine(bench: Bench) -> Iterator[Figure]:
        yield Figure("fine", "works", 1.0, "s", 2.0, "two")

    def broken(bench: Bench) -> Iterator[Figure]:
        yield Figure("broken", "began", 1.0, "s")
        raise ValueError("no kernel")

    monkeypatch.setattr(run, "parts", lambda tiny: {"broken": broken, "fine": fine})
    files = run.run_gpu(tmp_path, Console(file=StringIO()), tiny=True, machine={})
    whole = json.loads(files[0].read_text())
    assert [row["part"] for row in whole["figures"]] == ["broken", "fine"]
    assert whole["figures"][1]["ratio"] == 0.5
    assert whole["not_measured"] == {"broken": "ValueError: no kernel"}
    monkeypatch.setattr(run, "_SECONDS", -1.0)
    files = run.run_gpu(tmp_path / "late", Console(file=StringIO()), tiny=True, machine={})
    assert set(json.loads(files[0].read_text())["not_measured"]) == {"broken", "fine"}


def test_without_a_gpu_only_a_rehearsal_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hardware, "has_gpu", lambda: False)
    with pytest.raises(RuntimeError, match="--tiny"):
        run.run_gpu(tmp_path, Console(file=StringIO()), machine={})


def test_the_sizes_are_those_the_memory_is_planned_with() -> None:
    """Parameters of the random models, counted without memory, against the catalogue's bytes."""
    import torch
    from looktwice.benchmarks.gpu.chat_models import CHAT_MODELS, build_chat
    from looktwice.weights.registry import CATALOGUE

    for name, shape in CHAT_MODELS.items():
        model, _ = build_chat(shape, "meta", torch.bfloat16)
        counted = 2 * sum(weights.numel() for weights in model.parameters())
        assert CATALOGUE[name].gpu_bytes == pytest.approx(counted, rel=0.001)
