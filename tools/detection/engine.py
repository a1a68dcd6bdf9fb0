"""What runs a detector's network: one protocol, its kinds, and which of them reads a file or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PIL import Image

from ...settings import DeviceName
from ..tiles import TileDetection

__all__ = ["DetectorEngine", "open_engine"]


class DetectorEngine(Protocol):
    """A loaded detector, asked about one image at a time."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The names it knows; with an open vocabulary those it looks for when asked nothing."""
        ...

    @property
    def open_vocabulary(self) -> bool:
        """Whether it can be asked for any name."""
        ...

    @property
    def side(self) -> int:
        """Pixels of the longer side of what reaches the network."""
        ...

    def predict(self, image: Image.Image, names: Sequence[str]) -> list[TileDetection]:
        """What stands in an image, in its own pixels.

        Args:
            image: RGB.
            names: what to look for, only with an open vocabulary; empty for its own.

        Raises:
            ToolError: the network failed, or cannot be asked for these names.
        """
        ...


def open_engine(path: Path, score: float, device: DeviceName) -> DetectorEngine:
    """The engine for a folder in the form transformers reads, an exported file, or one of ultralytics.

    Args:
        score: detections below it are dropped, 0..1.
        device: where it runs; for an exported model, what onnxruntime is asked for.

    Raises:
        WeightsError: it holds no detector that can be run.
    """
    if path.is_dir():
        from .detr import TransformersEngine

        return TransformersEngine(path, score, device)
    if path.suffix == ".onnx":
        from .exported import opened

        if (engine := opened(path, score, device)) is not None:
            return engine
    from .yolo import UltralyticsEngine

    return UltralyticsEngine(path, score, device)
