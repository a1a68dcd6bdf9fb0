"""Which model servers run on this machine, what their models can, and how to use one.

Looks at the usual ports of this machine and at nothing else, at all of them at once. A port is first only
knocked at: where nothing listens, nothing more is loaded or waited for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...weights.local_servers import PORTS, address_of
from .server import add_props, facts

if TYPE_CHECKING:
    import httpx

_CONNECT_SECONDS = 0.2
"""Some systems do not refuse a connection that nobody takes, but try for two seconds."""
_ANSWER_SECONDS = 2.0
"""For all that one server is asked: it may have to wake up. Others are asked meanwhile."""
_MOST_MODELS = 50

Ask = Callable[..., Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True)
class DiscoveredModel:
    """A model that a server on this machine offers.

    Attributes:
        server: "ollama", "lmstudio", "llamacpp", "vllm" or "sglang".
        setting: what to write after `--model` to use it.
        sees_images, context_tokens: None where the server does not say.
        loaded: whether it is in memory now; None where the server does not say.
    """

    server: str
    address: str
    name: str
    setting: str
    sees_images: bool | None = None
    context_tokens: int | None = None
    loaded: bool | None = None


def discover(ports: Mapping[str, int] = PORTS) -> list[DiscoveredModel]:
    """The models of the servers that run on this machine.

    Args:
        ports: where each kind of server is looked for.
    """
    return asyncio.run(_discover(ports))


async def _discover(ports: Mapping[str, int]) -> list[DiscoveredModel]:
    servers = list(ports)
    listen = await asyncio.gather(*(_listens(ports[server]) for server in servers))
    there = [server for server, listens in zip(servers, listen, strict=True) if listens]
    if not there:
        return []
    import httpx

    async with httpx.AsyncClient(timeout=_ANSWER_SECONDS, trust_env=False) as client:
        found = await asyncio.gather(*(_look(client, server, ports[server]) for server in there))
    return [model for models in found for model in models]


async def _listens(port: int) -> bool:
    """Whether anything takes connections at a port of this machine."""
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:  # refused, or TimeoutError, which is one
        return False
    writer.close()
    return True


async def _look(client: httpx.AsyncClient, server: str, port: int) -> list[DiscoveredModel]:
    """The models of one server; none where something else answers, or nothing in time."""
    import httpx

    root = f"http://127.0.0.1:{port}"

    async def ask(path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        method = "GET" if body is None else "POST"
        reply = await client.request(method, root + path, json=body)
        reply.raise_for_status()
        answer = reply.json()
        if not isinstance(answer, Mapping):
            raise ValueError("no object")
        return answer

    look = {"ollama": _ollama, "lmstudio": _lmstudio}.get(server, _plain)
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await look(ask, server, f"{root}/v1")
    except (httpx.HTTPError, TimeoutError, ValueError):
        return []


async def _ollama(ask: Ask, server: str, address: str) -> list[DiscoveredModel]:
    listing = await ask("/api/tags")
    names = [str(m["name"]) for m in _entries(listing, "models") if m.get("name")]
    running = {str(m.get("name")): m for m in _entries(await ask("/api/ps"), "models")}

    async def one(name: str) -> DiscoveredModel:
        shown = await ask("/api/show", {"model": name})
        able = shown.get("capabilities")
        return DiscoveredModel(
            server,
            address,
            name,
            _setting(server, address, name),
            sees_images="vision" in able if isinstance(able, list) else None,
            context_tokens=_number(running.get(name, {}).get("context_length")),
            loaded=name in running,
        )

    return list(await asyncio.gather(*map(one, names[:_MOST_MODELS])))


async def _lmstudio(ask: Ask, server: str, address: str) -> list[DiscoveredModel]:
    listing = await ask("/api/v0/models")
    return [
        DiscoveredModel(
            server,
            address,
            str(entry["id"]),
            _setting(server, address, str(entry["id"])),
            sees_images=entry.get("type") == "vlm",
            context_tokens=_number(entry.get("loaded_context_length"))
            or _number(entry.get("max_context_length")),
            loaded=entry.get("state") == "loaded",
        )
        for entry in _entries(listing, "data")[:_MOST_MODELS]
        if entry.get("id") and entry.get("type") in ("llm", "vlm")
    ]


async def _plain(ask: Ask, server: str, address: str) -> list[DiscoveredModel]:
    """llama-server, vLLM, SGLang: the one model they run, by the list every such server gives."""
    known = facts(await ask("/v1/models"))
    if known.kind != server or not known.model:
        return []
    if server == "llamacpp":
        known = add_props(known, await ask("/props"))
    setting = _setting(server, address, known.model)
    return [
        DiscoveredModel(
            server,
            address,
            known.model,
            setting,
            sees_images=known.sees_images,
            context_tokens=known.context_tokens,
            loaded=True,
        )
    ]


def _setting(server: str, address: str, name: str) -> str:
    if address != address_of(server):
        return address
    return f"{server}:{name}" if server in ("ollama", "lmstudio") else f"{server}:{address}"


def _entries(listing: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    given = listing.get(key)
    return [e for e in given if isinstance(e, Mapping)] if isinstance(given, list) else []


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
