"""Model servers that people run on their own machine, by the short names they are called by.

"ollama:qwen3-vl:4b" is that model of the Ollama on this machine; "llamacpp:http://host:8080" the model of a
llama-server somewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import UsageError

PORTS = {"ollama": 11434, "lmstudio": 1234, "llamacpp": 8080, "vllm": 8000, "sglang": 30000}
"""Where these servers listen unless they are told otherwise."""
_ADDRESS = re.compile(
    r"(?:https?://\S{1,500}|(?:localhost|127\.0\.0\.1|\[::1\]):\d{1,5}(?:/\S{0,300})?)"
)
_BY_NAME = ("ollama", "lmstudio")
"""These hold several models, so one is named; the others run the one they were started with."""
_BY_ADDRESS = ("llamacpp", "vllm", "sglang")


@dataclass(frozen=True)
class ServedModel:
    """A model behind a server: `model` is the name to ask for, "" for the only one."""

    server: str
    address: str
    model: str = ""


def served_model(given: str) -> ServedModel | None:
    """What "ollama:NAME", "lmstudio:NAME", "llamacpp:URL" or "vllm:URL" mean; None for anything else.

    Raises:
        UsageError: a server of this kind is meant, but no model or address follows.
    """
    server, colon, rest = given.strip().partition(":")
    server, rest = server.lower(), rest.strip()
    if not colon or server not in PORTS:
        return None
    if server in _BY_NAME:
        if not rest:
            raise UsageError(
                f"{given!r} names no model: write {server}:NAME; `looktwice models discover` lists them"
            )
        return ServedModel(server, address_of(server), rest)
    if _ADDRESS.fullmatch(rest):
        return ServedModel(server, rest if "://" in rest else f"http://{rest}")
    if not rest and server in _BY_ADDRESS:
        return ServedModel(server, address_of(server))
    return None  # "vllm:org/name" starts a server of our own


def address_of(server: str) -> str:
    """Where a server of this kind is found on this machine."""
    return f"http://127.0.0.1:{PORTS[server]}/v1"
