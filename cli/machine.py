"""What the machine has to run models on, what fits there, and what keeps a GPU idle."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec

from ..errors import LooktwiceError
from ..settings import Settings
from ..weights import hardware, memory, resolve
from ..weights.devices import device_for
from .findings import Finding

__all__ = ["chat_speed", "device", "engines", "memory_fit", "model_servers"]


def device(_: Settings) -> Iterator[Finding]:
    """The processor, and a GPU where torch can use it."""
    cpu = f"CPU with {os.cpu_count()} cores"
    if not hardware.may_have_gpu():
        yield Finding("device", True, cpu)
    elif hardware.has_gpu():
        yield Finding("device", True, f"{_gpu_name()}; {cpu}")
    elif name := _nvidia_smi():
        mend = "install a torch built for this GPU, see pytorch.org/get-started"
        words = f"{name}, but torch {metadata.version('torch')} cannot use it"
        yield Finding("device", False, words, mend)
    else:
        yield Finding("device", True, cpu)


def _gpu_name() -> str:
    import torch

    return f"{torch.cuda.get_device_name(0)}, {hardware.gpu_bytes() / 2**30:.0f} GiB"


def _nvidia_smi() -> str:
    """The first GPU the driver lists; "" when there is none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return ""
    command = [program, "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip().splitlines()[0] if done.returncode == 0 and done.stdout else ""


def memory_fit(settings: Settings) -> Iterator[Finding]:
    """What of the gpu pack the card has room for, and why."""
    found = memory.fit_here()
    if found is None:
        return
    yield Finding("GPU memory", True, found.explained())
    if found.rung and found.rung.bits == 4 and not settings.model and not _is_there("bitsandbytes"):
        words = "bitsandbytes is missing, so the chat model cannot be loaded in 4 bits"
        yield Finding("4 bits", False, words, "python -m pip install bitsandbytes")


def engines(settings: Settings) -> Iterator[Finding]:
    """What would use the GPU and cannot, because an engine is missing."""
    if not hardware.has_gpu():
        return
    if "qwen3.5" in _chat_name(settings) and not _is_there("fla"):
        words = "flash-linear-attention is missing: the chat model computes slowly on the GPU"
        mend = "python -m pip install flash-linear-attention"
        yield Finding("linear attention", False, words, mend)
    if device_for("ocr", settings) == "cuda" and not resolve.reads_with_torch(settings):
        import onnxruntime

        if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
            words = "the GPU is idle while text is read: this onnxruntime knows no CUDA"
            mend = "python -m pip uninstall -y onnxruntime && python -m pip install onnxruntime-gpu"
            yield Finding("OCR", False, words, mend)


def _chat_name(settings: Settings) -> str:
    """Of the chat model in this process; "" where there is none."""
    try:
        choice = resolve.resolve_model(settings)
    except LooktwiceError:  # told among the choices
        return ""
    return choice.name.lower() if choice.kind == "transformers" else ""


def _is_there(module: str) -> bool:
    return find_spec(module) is not None


def model_servers(_: Settings) -> Iterator[Finding]:
    """The model servers that run on this machine already; nothing where none does."""
    from ..agent.backends.discovery import discover

    models = discover()
    for server in dict.fromkeys(model.server for model in models):
        own = [model for model in models if model.server == server]
        see = sum(bool(model.sees_images) for model in own)
        words = (
            f"{len(own)} model{'' if len(own) == 1 else 's'}, {see or 'none'} known to see pictures"
        )
        yield Finding(server, True, f"{words}; use one with --model {own[0].setting}")


def chat_speed(settings: Settings) -> Iterator[Finding]:
    """On what the chat model of llama.cpp runs, its layers there, and tokens a second, measured now."""
    from ..agent.backends import program_for
    from ..agent.backends.llama_trial import try_out
    from ..weights.obtain import chat_model_path, projector_path

    here = settings.model_copy(update={"offline": True})  # doctor fetches nothing
    try:
        choice = resolve.resolve_model(settings)
        if choice.kind != "llamacpp":
            yield Finding("speed", True, f"not measured: {choice.name} is run by {choice.kind}")
            return
        path = chat_model_path(here)
        mmproj, gpu = projector_path(settings, path), settings.devices.chat != "cpu"
        program = program_for(settings)
        found = try_out(path, mmproj, threads=settings.threads, gpu=gpu, program=program)
    except LooktwiceError as error:
        mend = f"looktwice models verify {resolve.resolve_pack(settings)}"
        yield Finding("speed", False, str(error), mend)
        return
    where = ", ".join(found.devices) or "the processor"
    words = (
        f"{choice.name} on {where}, {found.offloaded} of {found.layers} layers offloaded; reads "
        f"{found.reads:.0f} and writes {found.writes:.0f} tokens a second"
    )
    yield Finding("speed", True, words)
