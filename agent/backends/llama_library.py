"""The library llama.cpp: how it is loaded, set up and started in this process."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import ModelError, WeightsError
from ...extensions.extras import needs

__all__ = [
    "LEFT_ON_GPU",
    "LlamaRun",
    "checked",
    "gpus",
    "parameters",
    "start",
    "usable_cores",
    "version",
]

_MAGIC = b"GGUF"
_SMALLEST = 1_024  # bytes; no header of a real model is shorter
_X86 = ("x86_64", "amd64")
_SPINS = "GOMP_SPINCOUNT"
LEFT_ON_GPU = 2 * 10**9
"""Bytes of each GPU that no layer takes: the screen's, and those of the experts where it is shared."""


def usable_cores() -> int:
    """Cores this process may use: affinity, and the share a container was given.

    One thread more than that makes llama.cpp many times slower, as its threads wait for each other.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        share = int(quota) // int(period)
    except (OSError, ValueError):  # not Linux, or no limit ("max")
        return cores or 1
    return max(1, min(cores or 1, share))


def checked(path: str | Path) -> Path:
    """The file, if it looks like a GGUF model: llama.cpp's own message names no reason."""
    file = Path(path)
    try:
        with file.open("rb") as opened:
            start = opened.read(_SMALLEST)
    except OSError as error:
        raise WeightsError(f"{file}: cannot be read ({error.strerror})") from None
    if not start.startswith(_MAGIC) or len(start) < _SMALLEST:
        raise WeightsError(f"{file}: not a GGUF model; fetch it again or choose another")
    return file


def library() -> Any:
    """xllamacpp, with OpenMP told to spin only briefly while its threads wait for each other.

    OpenMP reads this once, when it is loaded. The default spins for so long that a busy neighbour
    (the OCR, another program) halves the speed; on an idle machine the short spin costs nothing.
    """
    given = os.environ.get(_SPINS)
    if given is None:
        os.environ[_SPINS] = "1000"
    try:
        with needs("local"):
            import xllamacpp
    finally:
        if given is None:
            del os.environ[_SPINS]
    return xllamacpp


def version() -> str:
    """Of the library."""
    return str(library().__version__)


def gpus() -> list[str]:
    """The devices beside the processor that this build of llama.cpp can use: Metal, Vulkan, CUDA."""
    kinds = library().ggml_backend_dev_type
    own = (kinds.GGML_BACKEND_DEVICE_TYPE_GPU, kinds.GGML_BACKEND_DEVICE_TYPE_IGPU)
    found = library().get_device_info()
    return [f"{each['name']} ({each['description']})" for each in found if each["type"] in own]


@dataclass(frozen=True)
class LlamaRun:
    """How a model is run.

    Attributes:
        path: of the model.
        mmproj: its vision part; None for a model that reads only.
        threads: of the processor.
        context: tokens the slots share.
        slots: requests answered side by side.
        gpu: whether layers may lie on one, as many as its free memory holds.
        key: what requests have to bring.
        cache_mib: memory for prompts that lost their slot.
        template: Jinja for the conversation; empty takes the model file's own.
        image_tokens: of one picture at most; 0 leaves it to the model.
        kept: a folder for what slots hold; None keeps nothing.
        verbosity: of the log; standard output and error belong to the program.
    """

    path: Path
    mmproj: Path | None
    threads: int
    context: int
    slots: int
    gpu: bool
    key: str = ""
    cache_mib: int = 1024
    template: str = ""
    image_tokens: int = 0
    kept: Path | None = None
    verbosity: int = 0


def parameters(run: LlamaRun) -> Any:
    """The same for the library."""
    params = library().CommonParams()
    params.model.path = str(run.path)
    params.model_alias = {run.path.name}  # what it calls itself: not the path, which is private
    if run.mmproj is not None:
        params.mmproj.path = str(run.mmproj)
        params.cache_idle_slots = False  # what was read of a picture waits in its slot
    if not run.gpu:
        params.n_gpu_layers = 0
        params.mmproj_use_gpu = False
    params.fit_params_target = [LEFT_ON_GPU] * len(params.fit_params_target)
    params.n_ctx = run.context
    params.n_parallel = run.slots
    params.kv_unified = True  # one request may fill the whole context; the slots share it
    params.cpuparams.n_threads = run.threads
    params.cpuparams_batch.n_threads = run.threads
    # Weights kept as they lie in the file: on x86 the prebuilt library then reads prompts a quarter
    # faster (it writes a quarter slower, but we read far more than we write) and needs half the
    # memory. On ARM the repacked weights win.
    params.no_extra_bufts = platform.machine().lower() in _X86
    params.verbosity = run.verbosity
    params.ui = False
    params.endpoint_slots = False  # would show other people's prompts
    params.cache_ram_mib = run.cache_mib
    params.chat_template = run.template
    if run.key:
        params.api_keys = [run.key]
    if run.image_tokens:
        params.image_max_tokens = run.image_tokens
    if run.kept is not None:
        params.slot_save_path = f"{run.kept}{os.sep}"
    return params


def start(run: LlamaRun) -> Any:
    """The library's server, at its `listening_address` until it is forgotten.

    Raises:
        ModelError: llama.cpp cannot load the model.
    """
    try:
        return library().Server(parameters(run))
    except Exception as error:
        raise ModelError(
            f"{run.path}: llama.cpp cannot load it ({error}); the file may be damaged, too new for "
            "the installed xllamacpp, or too large for this machine's memory"
        ) from None
