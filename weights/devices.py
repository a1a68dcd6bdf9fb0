"""Where each expert runs: as the settings say, else on the GPU where it has room there."""

from __future__ import annotations

import functools
import logging
from typing import Literal

from ..settings import Settings
from . import hardware, memory

__all__ = ["Device", "Expert", "device_for"]

Device = Literal["cpu", "cuda", "mps"]
Expert = Literal["chat", "detector", "ocr", "embedders"]

_NEVER = {("ocr", "mps")}
"""What no library of ours runs there."""

_log = logging.getLogger(__name__)


def device_for(expert: Expert, settings: Settings) -> Device:
    """The device of an expert; one that is not here is replaced by the processor, with one line."""
    wanted = getattr(settings.devices, expert)
    if wanted == "auto":
        return _by_itself(expert, settings)
    if (expert, wanted) in _NEVER or not _is_here(wanted):
        _say_missing(expert, wanted)
        return "cpu"
    found: Device = wanted
    return found


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
