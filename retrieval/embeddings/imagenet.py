"""EfficientNet-Lite0 (Tan and Le, 2019): what the classifier and the starter's picture embedder share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ...errors import WeightsError
from ...settings import DeviceName
from ...weights.convert.prepare import CLASSIFIER_SIDE
from .runtime import Once, onnx_session

__all__ = ["ImageNet", "middle", "whole"]

_MIDDLE = 7 / 8
"""Of a side: the square the weights were trained and measured on."""
_GAP = 3.0
"""A large picture is first shrunk, quickly, to so many times the wanted size; from there properly."""
_BATCH = 2
"""Pictures the network sees at once; more are no faster on a CPU."""


class ImageNet:
    """The network, loaded at its first use; safe for threads.

    Args:
        path: gives the ONNX file (see `convert.classifier_path`) when it is first wanted.
        threads: CPU threads; 0 takes every core this process may use.
        device: where it runs, as the settings name it.
    """

    def __init__(
        self, path: Callable[[], Path], threads: int = 0, device: DeviceName = "cpu"
    ) -> None:
        self._parts = Once(lambda: _open(path(), threads, device))

    @property
    def names(self) -> list[str]:
        """Of the classes, in the order of their probabilities.

        Raises:
            WeightsError: the file is missing or no such classifier.
        """
        return self._parts()[1]

    def run(
        self, squares: Sequence[Image.Image], output: Literal["probabilities", "features"]
    ) -> NDArray[np.float32]:
        """What the network makes of pictures that `middle` or `whole` made, float32 [N, width].

        Raises:
            WeightsError: the file is missing or no such classifier.
        """
        session, _ = self._parts()
        width = next(o.shape[1] for o in session.get_outputs() if o.name == output)
        found = [session.run([output], {"image": batch})[0] for batch in _batches(squares)]
        return np.concatenate([np.empty((0, width), np.float32), *found])


def _open(path: Path, threads: int, device: DeviceName) -> tuple[Any, list[str]]:
    session = onnx_session(path, threads, "a classifier", device)
    try:
        return session, json.loads(session.get_modelmeta().custom_metadata_map["names"])
    except (KeyError, ValueError) as error:
        raise WeightsError(f"{path}: not a classifier (its names: {error!r})") from error


def _batches(squares: Sequence[Image.Image]) -> Iterator[NDArray[np.float32]]:
    """Float32 [at most _BATCH, 3, side, side], RGB 0..255."""
    for at in range(0, len(squares), _BATCH):
        pixels = np.stack([np.asarray(square) for square in squares[at : at + _BATCH]])
        yield pixels.transpose(0, 3, 1, 2).astype(np.float32)


def middle(image: Image.Image) -> Image.Image:
    """The middle of a picture as a square of the network's size, as it was trained."""
    side = min(image.size) * _MIDDLE
    left, top = (image.width - side) / 2, (image.height - side) / 2
    return _square(image, (left, top, left + side, top + side))


def whole(image: Image.Image) -> Image.Image:
    """All of a picture, squeezed to a square of the network's size."""
    return _square(image, (0, 0, image.width, image.height))


def _square(image: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    return image.convert("RGB").resize(
        (CLASSIFIER_SIDE, CLASSIFIER_SIDE), Image.Resampling.BICUBIC, box, reducing_gap=_GAP
    )
