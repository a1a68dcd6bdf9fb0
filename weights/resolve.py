"""Which pack, which chat model and which weights these settings mean."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from ..errors import OfflineError, UsageError
from ..settings import Settings
from . import hardware
from .registry import (
    CATALOGUE,
    HUB_NAME,
    LARGE_CHAT,
    PACKS,
    Pack,
    Role,
)


@dataclass(frozen=True)
class ModelChoice:
    """Which chat model answers, and what runs it.

    Attributes:
        kind: the backend.
        target: a local path, a hub name, an address, or the name of a weight in the catalogue.
        name: what to call it before people.
    """

    kind: Literal["llamacpp", "transformers", "openai"]
    target: str
    name: str


_LARGE_CHAT_BYTES = 30 * 2**30  # its bf16 weights take 17.5 GB; pictures and the experts the rest


def resolve_pack(settings: Settings) -> Pack:
    """The pack in use; an address as the model means that the chat is remote."""
    if settings.pack != "auto":
        return settings.pack
    if _is_address(settings.model):
        return "server"
    return "gpu" if hardware.has_gpu() else "starter"


def experts_of(settings: Settings) -> Literal["starter", "gpu"]:
    """The pack the experts come from."""
    pack = resolve_pack(settings)
    if pack == "server":
        return "gpu" if hardware.has_gpu() else "starter"
    return pack


def weight_for(role: Role, settings: Settings) -> str | None:
    """Name of the weight that plays a role; None where the pack has none."""
    pack = experts_of(settings)
    if role == "chat" and pack == "gpu" and hardware.gpu_bytes() >= _LARGE_CHAT_BYTES:
        return LARGE_CHAT
    return PACKS[pack].get(role)


def resolve_model(settings: Settings) -> ModelChoice:
    """Which chat model answers: `settings.model`, or the pack's own.

    A local path wins over the catalogue, and the catalogue over the hub. "org/name:QUANT" is a
    GGUF file of a hub repository, as llama.cpp and Ollama write it.

    Raises:
        UsageError: the model is none of those, or the pack `server` was given no address.
        OfflineError: an address on another machine, while offline.
    """
    given = settings.model.strip()
    if _is_address(given):
        _check_address(given, settings)
        return ModelChoice("openai", given, settings.model_name or given)
    if given:
        return _local_model(given) or _named_model(given)
    if settings.pack == "server":
        raise UsageError(
            "the pack `server` needs the address of an OpenAI-compatible server: "
            "set LOOKTWICE_MODEL=http://HOST:PORT/v1"
        )
    own = weight_for("chat", settings)
    assert own is not None  # every pack has a chat model; a test holds this
    return _named_model(own)


def _is_address(model: str) -> bool:
    return model.strip().lower().startswith(("http://", "https://"))


def _check_address(address: str, settings: Settings) -> None:
    host = urlsplit(address).hostname or ""
    if not host:
        raise UsageError(f"{address} is not an address; expected http://HOST:PORT/v1")
    if settings.offline and not _is_this_machine(host):
        raise OfflineError(
            f"LOOKTWICE_OFFLINE forbids the model at {host}, which is not this machine: "
            "unset LOOKTWICE_OFFLINE or choose a local model"
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _local_model(given: str) -> ModelChoice | None:
    path = Path(given).expanduser()
    if path.is_file():
        if path.suffix.lower() != ".gguf":
            raise UsageError(f"{path}: expected a .gguf file or a folder with config.json")
        return ModelChoice("llamacpp", str(path.resolve()), path.stem)
    if path.is_dir():
        if (path / "config.json").is_file():
            return ModelChoice("transformers", str(path.resolve()), path.resolve().name)
        if ggufs := chat_ggufs(path):
            return ModelChoice("llamacpp", str(ggufs[0].resolve()), ggufs[0].stem)
        raise UsageError(f"{path} holds neither config.json nor a .gguf file, so it is no model")
    if (path.suffix.lower() == ".gguf" and ":" not in given) or given.startswith(("/", ".", "~")):
        raise UsageError(f"the model {given} does not exist")
    return None


def chat_ggufs(folder: Path) -> list[Path]:
    """GGUF models in a folder, the first part of a split one first; projectors are no chat model."""
    return sorted(p for p in folder.glob("*.gguf") if not p.name.startswith("mmproj"))


def _named_model(given: str) -> ModelChoice:
    weight = CATALOGUE.get(given)
    if weight is not None and weight.chat is not None:
        return ModelChoice(weight.chat, given, given)
    if HUB_NAME.fullmatch(given):
        return ModelChoice("llamacpp" if ":" in given else "transformers", given, given)
    chats = ", ".join(weight.name for weight in CATALOGUE.values() if weight.chat)
    raise UsageError(
        f"the model {given!r} is not a file, a folder, a hub name (org/name), an address "
        f"(http://...) or one of: {chats}"
    )


def names_in(pack: str, settings: Settings) -> tuple[str, ...]:
    """The weights a pack needs on this machine; the name of a single weight stands for itself.

    For "auto" and the pack in use, that is what these settings need, with the model they name.

    Raises:
        UsageError: no such pack or weight, or (for "auto") no such model.
    """
    if pack in ("auto", resolve_pack(settings)):
        chat = resolve_model(settings)
        own = chat.kind != "openai" and not Path(chat.target).is_absolute()
        return tuple(dict.fromkeys(((chat.target,) if own else ()) + _expert_names(settings)))
    if pack in get_args(Pack):
        chosen = settings.model_copy(update={"pack": pack, "model": "", "detector": ""})
        first = weight_for("chat", chosen) if pack != "server" else None
        return tuple(dict.fromkeys(((first,) if first else ()) + _expert_names(chosen)))
    if pack in CATALOGUE or HUB_NAME.fullmatch(pack):
        return (pack,)
    known = ", ".join((*get_args(Pack), *CATALOGUE))
    raise UsageError(f"unknown pack or weight {pack!r}; known are: {known}")


def _expert_names(settings: Settings) -> tuple[str, ...]:
    roles = PACKS[experts_of(settings)]
    own_detector = bool(settings.detector)
    return tuple(
        name
        for role, name in roles.items()
        if role != "chat" and not (role == "detector" and own_detector)
    )
