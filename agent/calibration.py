"""Confidences made to keep their promise: of answers that are .8 sure, eight in ten should be right."""

from __future__ import annotations

import math

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
