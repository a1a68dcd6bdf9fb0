"""Which engine of onnxruntime an expert runs in: what its wheel brings, by the device that is wanted."""

from __future__ import annotations

import functools
import logging
from collections.abc import Sequence

from ..settings import DeviceName

__all__ = ["CPU", "options_for", "providers", "say_fallback"]

CPU = "CPUExecutionProvider"

_CUDA = ("CUDAExecutionProvider", "ROCMExecutionProvider")
_METAL = ("CoreMLExecutionProvider",)
_INSTALLED = (*_CUDA, "DmlExecutionProvider", "OpenVINOExecutionProvider")
"""Engines of wheels that somebody installed for them. CoreML is in every wheel for a Mac, and prepares
itself anew for each length of text: it is taken where `mps` asks for it."""
_OF: dict[str, Sequence[str]] = {"auto": _INSTALLED, "cuda": _CUDA, "mps": _METAL, "cpu": ()}

_OPTIONS = {"CoreMLExecutionProvider": {"RequireStaticInputShapes": "1"}}
"""What has no fixed size stays on the processor: CoreML's usual format computes it wrongly."""

_log = logging.getLogger(__name__)


def providers(device: DeviceName, available: Sequence[str], what: str) -> list[str]:
    """Names for onnxruntime, the best first; the processor is the last, for what others cannot.

    Args:
        device: as the settings say.
        available: what this onnxruntime has.
        what: the expert, for the one line that says a device is missing.
    """
    found = [name for name in _OF[device] if name in available]
    if device in ("cuda", "mps") and not found:
        say_fallback(what, f"this onnxruntime has no {device}")
    return [*found, CPU]


def options_for(chosen: Sequence[str]) -> list[dict[str, str]]:
    """What each of these engines has to be told, in their order."""
    return [dict(_OPTIONS.get(name, {})) for name in chosen]


@functools.cache
def say_fallback(what: str, why: str) -> None:
    """One line, once, that an expert runs on the processor."""
    _log.warning("%s: %s runs on the processor", why, what)
