"""Short names of servers on this machine."""

from __future__ import annotations

import pytest
from looktwice.errors import OfflineError, UsageError
from looktwice.settings import Settings
from looktwice.weights.local_servers import ServedModel, served_model
from looktwice.weights.resolve import resolve_model, resolve_pack

OLLAMA = "http://127.0.0.1:11434/v1"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("ollama:qwen3-vl:4b", ServedModel("ollama", OLLAMA, "qwen3-vl:4b")),
        (
            "LMStudio:google/gemma-3",
            ServedModel("lmstudio", "http://127.0.0.1:1234/v1", "google/gemma-3"),
        ),
        ("llamacpp:localhost:8081", ServedModel("llamacpp", "http://localhost:8081")),
        ("llamacpp:", ServedModel("llamacpp", "http://127.0.0.1:8080/v1")),
        ("vllm:https://gpu.example/v1", ServedModel("vllm", "https://gpu.example/v1")),
        ("vllm:Qwen/Qwen3-VL-4B", None),
        ("Qwen/Qwen3-VL-4B-GGUF:Q4_K_M", None),
        ("http://host:1/v1", None),
        ("", None),
    ],
)
def test_what_is_meant(given: str, meant: ServedModel | None) -> None:
    assert served_model(given) == meant


def test_a_server_with_many_models_wants_a_name() -> None:
    with pytest.raises(UsageError, match="discover"):
        served_model("ollama:")


def test_the_model_is_asked_for_by_its_name() -> None:
    settings = Settings(model="ollama:qwen3-vl:4b", offline=True)
    choice = resolve_model(settings)
    assert (choice.kind, choice.target, choice.served) == ("openai", OLLAMA, "qwen3-vl:4b")
    assert resolve_pack(settings) == "server"


def test_offline_forbids_other_machines() -> None:
    with pytest.raises(OfflineError):
        resolve_model(Settings(model="vllm:http://gpu.example:8000/v1", offline=True))
