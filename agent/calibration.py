"""Confidences made to keep their promise: of answers that are .8 sure, eight in ten should be right."""

from __future__ import annotations

import json
import math
import os
from contextlib import suppress
from pathlib import Path

from ..settings import Settings

_LEAST = 1e-3
"""Of doubt, that no confidence is without."""


def tempered(confidence: float, temperature: float) -> float:
    """A confidence whose log-odds are divided by a temperature (Guo et al. 2017).

    Args:
        confidence: 0..1; 0 means that nothing is known, and stays.
        temperature: above 1 makes less sure, below 1 surer; 1 leaves it as it is.
    """
    if temperature == 1.0 or confidence <= 0:
        return confidence
    kept = min(max(confidence, _LEAST), 1 - _LEAST)
    return 1 / (1 + math.exp(-math.log(kept / (1 - kept)) / temperature))


def temperature_of(settings: Settings, model: str) -> float:
    """What confidences of a model are tempered by: the setting, else what was kept for the model."""
    given = settings.thresholds.temperature
    return given if given != 1.0 else _kept(settings.calibration_file).get(model, 1.0)


def keep_temperature(settings: Settings, model: str, temperature: float) -> None:
    """Keep what fits a model, beside what fits the others.

    Raises:
        OSError: the file cannot be written.
    """
    file = settings.calibration_file
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(_kept(file) | {model: temperature}, indent=1), encoding="utf-8")
    fresh.replace(file)


def _kept(file: Path) -> dict[str, float]:
    """Temperatures by the model's name; none where the file is missing or was damaged."""
    with suppress(OSError, ValueError):
        found = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return {name: float(t) for name, t in found.items() if _is_temperature(t)}
    return {}


def _is_temperature(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
