"""Where each expert runs: as the settings say, else on the GPU where it has room there.

What torch runs gets a device of torch's; what onnxruntime runs, the setting itself, of which
`onnx_providers` makes the engines that its wheel brings.
"""

from __future__ import annotations

import functools
import logging
from pathlib import Path
from typing import Literal

from ..settings import DeviceName, Settings
from . import hardware, memory

__all__ = ["Device", "Expert", "device_for", "device_of_file", "has_card_for", "onnx_device"]

Device = Literal["cpu", "cuda", "mps"]
Expert = Literal["chat", "detector", "ocr", "embedders"]

_NEVER = {("ocr", "mps")}
"""What torch does not run there; onnxruntime does."""

_log = logging.getLogger(__name__)


def device_for(expert: Expert, settings: Settings) -> Device:
    """Where torch runs an expert; a device that is not here is replaced by the processor, with one line."""
    wanted, found = getattr(settings.devices, expert), _found(expert, settings)
    if wanted not in ("auto", found):
        _say_missing(expert, wanted)
    return found


def has_card_for(expert: Expert, settings: Settings) -> bool:
    """Whether torch would run an expert on a CUDA card; without a line where it is missing."""
    return _found(expert, settings) == "cuda"


def onnx_device(expert: Expert, settings: Settings) -> DeviceName:
    """What onnxruntime is asked for: the setting, but by itself no card that has no room for it."""
    wanted: DeviceName = getattr(settings.devices, expert)
    crowded = memory.fit_here() is not None and not has_card_for(expert, settings)
    return "cpu" if wanted == "auto" and crowded else wanted


def device_of_file(path: Path, expert: Expert, settings: Settings) -> DeviceName:
    """The device for the library that runs a file of weights: onnxruntime or torch."""
    return (onnx_device if path.suffix == ".onnx" else device_for)(expert, settings)


def _found(expert: Expert, settings: Settings) -> Device:
    wanted = getattr(settings.devices, expert)
    if wanted == "auto":
        return _by_itself(expert, settings)
    here: Device = wanted
    return here if (expert, wanted) not in _NEVER and _is_here(wanted) else "cpu"


def _is_here(device: Device) -> bool:
    if device == "cuda":
        return hardware.has_gpu()
    return device == "cpu" or hardware.has_mps()


def _by_itself(expert: Expert, settings: Settings) -> Device:
    found = memory.fit_here()
    if found is not None:
        if expert == "chat":
            return "cuda" if found.rung or settings.model else "cpu"
        return "cuda" if found.rung and found.rung.parts else "cpu"
    return "mps" if expert != "ocr" and hardware.has_mps() else "cpu"


@functools.cache
def _say_missing(expert: str, device: str) -> None:
    _log.warning("no %s here for it: %s runs on the processor", device, expert)
