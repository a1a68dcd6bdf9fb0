"""The servers of this machine, as a table."""

from __future__ import annotations

import io
import json

import pytest
from looktwice.agent.backends.discovery import DiscoveredModel
from looktwice.cli.show.servers import show_servers
from rich.console import Console

SEES = DiscoveredModel(
    "ollama", "http://127.0.0.1:11434/v1", "qwen", "ollama:qwen", True, 4096, True
)
READS = DiscoveredModel("vllm", "http://127.0.0.1:8000/v1", "llama", "vllm:x", False, 65536, True)


def shown(*models: DiscoveredModel) -> str:
    out = io.StringIO()
    show_servers(models, Console(file=out, width=120), False)
    return out.getvalue()


def test_what_sees_comes_first_with_the_line_to_use_it() -> None:
    lines = shown(READS, SEES).splitlines()
    assert lines[1].split() == ["ollama", "qwen", "yes", "4,096", "yes"]
    assert "--model ollama:qwen" in lines[3]
    assert "OLLAMA_CONTEXT_LENGTH" in lines[4]


def test_nothing_is_told_plainly() -> None:
    assert "No model server" in shown()
    assert "None of them is known to see" in shown(READS)


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    show_servers([SEES], Console(), True)
    assert json.loads(capsys.readouterr().out)[0]["setting"] == "ollama:qwen"
