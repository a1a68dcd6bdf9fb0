"""What everything that runs weights here shares: loading them once, on which device, and their name."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from ...errors import UsageError, WeightsError
from ...extensions.extras import needs
from ...settings import DeviceName, Settings
from ...weights import hardware
from ...weights.onnx_providers import CPU, options_for, providers, say_fallback
from ...weights.packs import Role
from ...weights.registry import weight_named
from ...weights.resolve import weight_for
from ...weights.sources import Hub

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "Once",
    "Vectors",
    "chosen_dtype",
    "onnx_session",
    "unit",
    "weight_name",
    "well_formed",
]

Vectors: TypeAlias = "NDArray[np.float32]"
"""Written as text: whoever only passes an embedder on does without numpy."""

Loaded = TypeVar("Loaded")

_DIRECTML = "DmlExecutionProvider"


class Once(Generic[Loaded]):
    """Calls a function once, for whichever thread comes first; a failure is tried again next time."""

    def __init__(self, load: Callable[[], Loaded]) -> None:
        self._load = load
        self._loaded: Loaded | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded


def weight_name(role: Role, settings: Settings) -> str:
    """Name of the weights that play a role, the same wherever their vectors are; nothing is loaded.

    Weights pinned by SHA-256 carry the first digits of their largest file's: "all-minilm-l6-v2@53aa5117".

    Raises:
        UsageError: the pack has none.
    """
    name = weight_for(role, settings)
    if name is None:
        raise UsageError(f"this pack has no weights for {role}")
    source = weight_named(name).source
    if isinstance(source, Hub):
        return name
    return f"{name}@{max(source, key=lambda file: file.size).sha256[:8]}"


def onnx_session(path: Path, threads: int, what: str, device: DeviceName = "cpu") -> Any:
    """An onnxruntime session; on the processor where the device that is wanted cannot run it.

    Args:
        threads: 0 takes every core this process may use.
        what: what the file should be, for the error: "a text embedder".
        device: as the settings name it; auto takes what this onnxruntime was installed for.

    Raises:
        WeightsError: the file cannot be used.
    """
    with needs("embedders"):
        import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or cores()
    # Threads that spin while they wait take the cores from the chat model, and from each other.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    chosen = providers(device, onnxruntime.get_available_providers(), what)
    options.enable_mem_pattern = _DIRECTML not in chosen  # DirectML works without it only
    try:
        return _session(onnxruntime, path, options, chosen, what)
    except Exception as error:  # whatever the library says, this file cannot be used
        raise WeightsError(f"{path}: not {what} ({error})") from error


def _session(library: Any, path: Path, options: Any, chosen: list[str], what: str) -> Any:
    told = options_for(chosen)
    try:  # its own way back to the processor would be told on standard output
        session = library.InferenceSession(str(path), options, chosen, told, enable_fallback=0)
        if chosen[0] not in session.get_providers():  # left out, as its libraries are missing
            say_fallback(what, f"{chosen[0]} does not work here")
        return session
    except Exception as error:
        if chosen == [CPU]:
            raise
        say_fallback(what, f"{chosen[0]} does not work here ({str(error)[:120]})")
        return library.InferenceSession(str(path), options, providers=[CPU])


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chosen_dtype(device: str) -> Any:
    """The torch type they run in: on a GPU half the memory and twice the speed, for the same ranking.

    Float16 where the card has no bfloat16 of its own.
    """
    with needs("embedders"):
        import torch

    if device != "cuda":
        return torch.float32
    return torch.bfloat16 if hardware.has_bf16() else torch.float16


def unit(rows: NDArray[Any]) -> Vectors:
    """Rows of length one; what has no direction stays zero."""
    import numpy as np

    vectors = np.asarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def well_formed(text: str) -> str:
    """Without the half characters (lone surrogates) that broken PDFs yield and tokenizers refuse."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
