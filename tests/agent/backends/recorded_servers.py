"""What Ollama, LM Studio, llama-server and vLLM say of themselves, and answer: recorded shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recorded:
    """One server with one model.

    Attributes:
        owner: what its list of models names as the owner, by which it is known.
        entry: further fields of that list.
        own: answers of its own interface, beside OpenAI's.
        sees: what it says of pictures; None where it says nothing.
        probabilities: whether it gives those of the first token.
        schemas: whether it keeps to one; else how it refuses.
    """

    owner: str
    sees: bool | None
    entry: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)
    probabilities: bool = True
    schemas: bool = True

    @property
    def listing(self) -> dict[str, Any]:
        entry = {"id": "m", "object": "model", "created": 1, "owned_by": self.owner}
        return {"object": "list", "data": [{**entry, **self.entry}]}


def ollama(*abilities: str, **how: Any) -> Recorded:
    own = {
        "/api/show": {"capabilities": [*abilities], "parameters": 'stop "<end>"'},
        "/api/generate": {"model": "m", "response": "", "done": True, "done_reason": "load"},
        "/api/ps": {"models": [{"name": "m", "model": "m", "context_length": 16_384}]},
    }
    return Recorded("library", "vision" in abilities, own=own, **how)


def lm_studio(kind: str) -> Recorded:
    model = {"id": "m", "type": kind, "state": "loaded", "loaded_context_length": 8192}
    own = {"/api/v0/models": {"object": "list", "data": [model]}}
    return Recorded("organization_owner", kind == "vlm", own=own, probabilities=False)


def llama_server(vision: bool) -> Recorded:
    props = {
        "modalities": {"vision": vision, "audio": False},
        "default_generation_settings": {"n_ctx": 8192},
        "total_slots": 4,
    }
    return Recorded("llamacpp", vision, own={"/props": props})


SERVERS = {
    "ollama": ollama("completion", "vision"),
    "ollama, old, reads only": ollama("completion", probabilities=False),
    "lm studio": lm_studio("vlm"),
    "lm studio, reads only": lm_studio("llm"),
    "llama-server": llama_server(True),
    "llama-server, reads only": llama_server(False),
    "vllm": Recorded("vllm", None, {"max_model_len": 32_768}),
    "vllm, no schemas": Recorded("vllm", None, {"max_model_len": 32_768}, schemas=False),
}
