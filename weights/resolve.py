"""Which pack, which chat model and which weights these settings mean."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from ..errors import OfflineError, UsageError
from ..settings import Settings
from . import hardware, memory
from .devices import has_card_for
from .local_servers import served_model
from .packs import PACKS, ExpertSet, Pack, Role, roles_of
from .registry import CATALOGUE, HUB_NAME
from .sources import Hub


@dataclass(frozen=True)
class ModelChoice:
    """Which chat model answers, and what runs it.

    Attributes:
        kind: the backend.
        target: a local path, a hub name, an address, or the name of a weight in the catalogue.
        name: what to call it before people.
        bits: of the matrices of its language model; 4 where the card has no room for more.
        served: the name to ask a server for, where the model says it: "ollama:NAME".
    """

    kind: Literal["llamacpp", "transformers", "openai", "vllm"]
    target: str
    name: str
    bits: Literal[4, 16] = 16
    served: str = ""


def resolve_pack(settings: Settings) -> Pack:
    """The pack in use; an address as the model means that the chat is remote.

    By itself it is gpu where there is a GPU with room for a model that sees, else starter.
    """
    if settings.pack != "auto":
        return settings.pack
    if _is_address(settings.model) or served_model(settings.model):
        return "server"
    found = memory.fit_here()
    return "gpu" if found is not None and (found.rung or settings.model) else "starter"


def experts_of(settings: Settings) -> ExpertSet:
    """The set of experts in use: by the pack, and for gpu by the size of the card.

    Without a GPU the gpu pack has its usual experts, which then run on the processor.
    """
    pack = resolve_pack(settings)
    if pack in ("starter", "laptop"):
        return "starter"
    found = memory.fit_here()
    if found is not None:
        return found.experts
    return "gpu" if pack == "gpu" else "starter"


def weight_for(role: Role, settings: Settings) -> str | None:
    """Name of the weight that plays a role; None where the pack has none."""
    if role == "chat":
        return _own_chat(settings)[0]
    experts = experts_of(settings)
    if role in ("ocr_det", "ocr_rec") and not has_card_for("ocr", settings):
        experts = "starter"  # the larger reader is for a GPU: on a processor a page takes seconds
    return roles_of(experts).get(role)


def reads_with_torch(settings: Settings) -> bool:
    """Whether the weights of the OCR are those that torch runs, not onnxruntime."""
    name = weight_for("ocr_det", settings)
    return name is not None and isinstance(CATALOGUE[name].source, Hub)


def _own_chat(settings: Settings) -> tuple[str, Literal[4, 16]]:
    """The pack's own chat model, and the bits of its matrices."""
    pack = resolve_pack(settings)
    if pack == "laptop":
        return memory.laptop_chat(hardware.ram_bytes()) or PACKS["starter"]["chat"], 16
    if pack != "gpu":
        return PACKS["starter"]["chat"], 16
    found = memory.fit_here()
    if found is None:
        return PACKS["gpu"]["chat"], 16
    if found.rung is None:
        return PACKS["starter"]["chat"], 16
    return found.rung.chat, found.rung.bits


def resolve_model(settings: Settings) -> ModelChoice:
    """Which chat model answers: `settings.model`, or the pack's own.

    A local path wins over the catalogue, and the catalogue over the hub. "org/name:QUANT" is a
    GGUF file of a hub repository, as llama.cpp and Ollama write it.

    Raises:
        UsageError: the model is none of those, or the pack `server` was given no address.
        OfflineError: an address on another machine, while offline.
    """
    given = settings.model.strip()
    if served := served_model(given):
        check_address(served.address, settings)
        return ModelChoice("openai", served.address, served.model or given, served=served.model)
    if given.lower().startswith(VLLM):
        return _by_vllm(given[len(VLLM) :].strip(), settings)
    if _is_address(given):
        check_address(given, settings)
        return ModelChoice("openai", given, settings.model_name or given)
    if given:
        return _local_model(given) or _named_model(given)
    if settings.pack == "server":
        raise UsageError(
            "the pack `server` needs the address of an OpenAI-compatible server: "
            "set LOOKTWICE_MODEL=http://HOST:PORT/v1"
        )
    own, bits = _own_chat(settings)
    return replace(_named_model(own), bits=bits)


VLLM = "vllm:"
"""Before a model's name: a vLLM of ours runs it."""


def _by_vllm(given: str, settings: Settings) -> ModelChoice:
    """The model after `vllm:`; an address is a vLLM that runs already, nothing is the pack's own."""
    choice = resolve_model(settings.model_copy(update={"model": given}))
    if choice.kind == "openai":
        return choice
    if choice.kind != "transformers":
        raise UsageError(
            f"vllm runs models in the form of transformers, and {choice.name} is a GGUF file; "
            f"leave `{VLLM}` out"
        )
    return replace(choice, kind="vllm", bits=16)


def _is_address(model: str) -> bool:
    return model.strip().lower().startswith(("http://", "https://"))


def check_address(address: str, settings: Settings) -> None:
    """Refuse what is no address, and another machine while offline.

    Raises:
        UsageError, OfflineError: as `resolve_model`.
    """
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
        f"(http://...), ollama:NAME, lmstudio:NAME or one of: {chats}"
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
    found = dict.fromkeys(
        detector_of(settings) if role == "detector" else weight_for(role, settings)
        for role in roles_of(experts_of(settings))
        if role != "chat"
    )
    return tuple(name for name in found if name)


def detector_of(settings: Settings) -> str | None:
    """The weight that finds objects: the pack's, or the one `settings.detector` names.

    None where that means a file or folder of this machine.
    """
    given = settings.detector.strip()
    if not given:
        return weight_for("detector", settings)
    is_name = given in CATALOGUE or HUB_NAME.fullmatch(given) is not None
    return given if is_name and not Path(given).expanduser().exists() else None
