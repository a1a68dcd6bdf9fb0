"""What the vision part of a GGUF model sees at once, as its file says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...weights.gguf_header import Scalar, read_header
from .pictures import PIXELS_A_TOKEN, SERVER_PIXELS

__all__ = ["VisionLimits", "eyes_of"]

CPU_PIXELS = 800_000
"""A photo has at most these for a processor, which reads some tens of tokens a second: 800 of them."""

_SQUEEZED = ("mlp", "mlp_norm", "ldp", "ldpv2", "gemma3", "janus_pro", "cogvlm", "adapter")
"""Projectors behind an input of one size, into which every picture is fitted."""


@dataclass(frozen=True)
class VisionLimits:
    """Pixels of one picture that a model sees at once.

    Attributes:
        photo, page: of a photo, and of a page of a document.
        tokens: the most that one picture may become; 0 leaves that to the model.
    """

    photo: int
    page: int
    tokens: int = 0


def eyes_of(mmproj: Path, page_pixels: int, *, gpu: bool) -> VisionLimits:
    """What a vision part sees: all of its one input size, or as much as is worth its time.

    Args:
        mmproj: the file of the vision part.
        page_pixels: that a page may have.
        gpu: whether one does the work.

    Raises:
        WeightsError: the file cannot be read.
    """
    header = read_header(mmproj)
    kind = header.get("clip.projector_type") or header.get("clip.vision.projector_type")
    side = _number(header, "clip.vision.image_size")
    if kind in _SQUEEZED and side:
        return VisionLimits(side * side, side * side)
    most = _number(header, "clip.vision.image_max_pixels") or page_pixels
    page = min(page_pixels, most)
    photo = min(SERVER_PIXELS if gpu else CPU_PIXELS, page)
    return VisionLimits(photo, page, -(-page // PIXELS_A_TOKEN))


def _number(header: Mapping[str, Scalar], key: str) -> int:
    value = header.get(key, 0)
    return value if isinstance(value, int) else 0
