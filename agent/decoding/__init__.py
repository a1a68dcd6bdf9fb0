"""Decoding that trusts the picture: logits processors for models that run in this process.

Training-free, off by default (`settings.decoding`). Each is "after" its paper, not the paper.
"""

from __future__ import annotations

from .formulas import class_attention, contrasted, grounded
from .processors import Contrast, Grounding, SecondPrompt

__all__ = [
    "Contrast",
    "Grounding",
    "SecondPrompt",
    "class_attention",
    "contrasted",
    "grounded",
]
