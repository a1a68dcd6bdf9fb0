"""Servers on this machine, by the answers that they give: recorded shapes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from looktwice.agent.backends import discovery
from looktwice.agent.backends.discovery import DiscoveredModel, discover
from looktwice.weights.local_servers import PORTS

from .fake_server import FakeServer

OLLAMA: dict[str, Any] = {
    "/api/tags": {"models": [{"name": "qwen3-vl:4b", "size": 1}, {"name": "llama3.2:1b"}]},
    "/api/ps": {"models": [{"name": "qwen3-vl:4b", "context_length": 4096}]},
    "/api/show": {
        "capabilities": ["completion", "vision"],
        "model_info": {"general.architecture": "qwen3vl", "qwen3vl.context_length": 262144},
    },
}
LM_STUDIO: dict[str, Any] = {
    "/api/v0/models": {
        "object": "list",
        "data": [
            {
                "id": "qwen2-vl-7b",
                "type": "vlm",
                "state": "not-loaded",
                "max_context_length": 32768,
            },
            {
                "id": "llama-3.1-8b",
                "type": "llm",
                "state": "loaded",
                "max_context_length": 131072,
                "loaded_context_length": 8192,
            },
            {"id": "nomic-embed", "type": "embeddings", "state": "loaded"},
        ],
    }
}


@pytest.fixture
def start() -> Iterator[Any]:
    with ExitStack() as stack:

        def started(extra: dict[str, Any], listing: Any = None) -> int:
            server = stack.enter_context(FakeServer())
            server.extra.update(extra)
            if listing is not None:
                server.listing = listing
            port = urlsplit(server.address).port
            assert port is not None
            return port

        yield started


def seen(models: list[DiscoveredModel]) -> list[tuple[Any, ...]]:
    return [(m.name, m.sees_images, m.context_tokens, m.loaded) for m in models]


def test_ollama_says_what_sees_and_how_much_is_read(start: Any) -> None:
    assert seen(discover({"ollama": start(OLLAMA)})) == [
        ("qwen3-vl:4b", True, 4096, True),
        ("llama3.2:1b", True, None, False),
    ]


def test_lm_studio_lists_chat_models_only(start: Any) -> None:
    assert seen(discover({"lmstudio": start(LM_STUDIO)})) == [
        ("qwen2-vl-7b", True, 32768, False),
        ("llama-3.1-8b", False, 8192, True),
    ]


def test_llama_server_and_vllm_say_their_one_model(start: Any) -> None:
    props = {
        "/props": {
            "modalities": {"vision": True, "audio": False},
            "default_generation_settings": {"n_ctx": 16384},
        }
    }
    llama = start(props, {"data": [{"id": "smolvlm.gguf", "owned_by": "llamacpp"}]})
    vllm = start({}, {"data": [{"id": "Qwen/x", "owned_by": "vllm", "max_model_len": 65536}]})
    assert seen(discover({"llamacpp": llama, "vllm": vllm})) == [
        ("smolvlm.gguf", True, 16384, True),
        ("Qwen/x", None, 65536, True),
    ]


def test_something_else_on_a_port_is_no_server(start: Any) -> None:
    port = start({}, {"data": "hello"})
    assert discover({"ollama": port, "lmstudio": port, "llamacpp": port, "vllm": port}) == []


def test_all_ports_are_tried_at_once_and_none_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So where nothing runs, all of it takes no longer than one short limit, whatever the machine does."""
    every = asyncio.Barrier(len(PORTS))
    tried = []

    async def nobody_answers(host: str, port: int) -> Any:
        assert host == "127.0.0.1"
        await every.wait()  # would wait for ever if one port was tried after the other
        tried.append(port)
        await asyncio.Event().wait()

    assert discovery._CONNECT_SECONDS <= 0.25
    monkeypatch.setattr(asyncio, "open_connection", nobody_answers)
    assert discover() == []
    assert sorted(tried) == sorted(PORTS.values())


def test_where_nobody_listens_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_look", None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert discover(dict.fromkeys(PORTS, port)) == []


def test_a_port_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "_ANSWER_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert discover(dict.fromkeys(PORTS, mute.getsockname()[1])) == []


def test_a_model_elsewhere_is_used_by_its_address(start: Any) -> None:
    (first, _) = discover({"ollama": start(OLLAMA)})
    assert first.setting == first.address
