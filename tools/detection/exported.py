"""A YOLO that was exported to ONNX, run by onnxruntime alone: as Ultralytics runs it, without its torch.

Torch costs 600 MB of memory and some seconds before the first picture, and an exported network needs
nothing of it. What is in another form is left to Ultralytics.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from ...errors import ToolError
from ...extensions.extras import needs
from ...retrieval.embeddings.runtime import onnx_session
from ...settings import DeviceName
from ...weights.onnx_providers import CPU, say_fallback
from ..tiles import TileDetection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

__all__ = ["ExportedEngine", "opened"]

_WHAT = "the object detector"
_IOU = 0.45  # boxes of one kind that overlap more are one object
_GREY = 114  # around a picture that is no square
_MOST = 300
_WIDEST = 8192.0
"""Kinds are moved apart by so many pixels, so that only boxes of one kind are held against each other."""


def opened(path: Path, score: float, device: DeviceName) -> ExportedEngine | None:
    """The engine; None for a file that is not in the form that Ultralytics exports detectors in.

    Raises:
        WeightsError: onnxruntime cannot open it.
    """
    session = onnx_session(path, 0, _WHAT, device)
    told = session.get_modelmeta().custom_metadata_map
    outputs = session.get_outputs()
    try:
        names = ast.literal_eval(told["names"])
        labels = tuple(str(names[at]) for at in range(len(names)))
        side = max(int(value) for value in ast.literal_eval(told["imgsz"]))
        rows = outputs[0].shape[1]
    except (KeyError, ValueError, SyntaxError, TypeError, IndexError):
        return None
    if told.get("task") != "detect" or len(outputs) != 1 or rows != 4 + len(labels):
        return None
    return ExportedEngine(session, labels, side, score, path)


class ExportedEngine:
    """An exported detector with fixed names (`engine.DetectorEngine`).

    Args:
        session: of onnxruntime.
        labels: the names it knows.
        side: pixels of the square that it takes.
        score: detections below it are dropped, 0..1.
        path: its file, for another session where its device fails.
    """

    open_vocabulary = False

    def __init__(
        self, session: Any, labels: tuple[str, ...], side: int, score: float, path: Path
    ) -> None:
        self.labels, self.side = labels, side
        self._session, self._score, self._path = session, score, path

    def predict(self, image: Image.Image, names: Sequence[str]) -> list[TileDetection]:
        """One pass; see `DetectorEngine.predict`."""
        pixels, gain, left, top = _squared(image, self.side)
        try:
            (found,) = self._run(pixels)
        except Exception as error:
            raise ToolError(f"{_WHAT} failed: {error}") from error
        if found.shape[:2] != (1, 4 + len(self.labels)):
            raise ToolError(
                f"{_WHAT} gave {found.shape}, expected [1, {4 + len(self.labels)}, ...]"
            )
        return list(self._kept(found[0], gain, left, top, image.size))

    def _run(self, pixels: Floats) -> list[Floats]:
        """What the network gives; once more on the processor where another device failed."""
        inputs = {self._session.get_inputs()[0].name: pixels}
        try:
            ran: list[Floats] = self._session.run(None, inputs)
        except Exception as error:
            if self._session.get_providers()[:1] == [CPU]:
                raise
            say_fallback(_WHAT, f"its device fails ({str(error)[:120]})")
            self._session = onnx_session(self._path, 0, _WHAT, "cpu")
            ran = self._session.run(None, inputs)
        return ran

    def _kept(
        self, found: Floats, gain: float, left: int, top: int, size: tuple[int, int]
    ) -> Iterator[TileDetection]:
        """Candidates above the least score, of those that overlap the surest, in the picture's pixels."""
        import numpy as np

        scores, kinds = found[4:].max(axis=0), found[4:].argmax(axis=0)
        (sure,) = (np.isfinite(found[:4]).all(axis=0) & (scores > self._score)).nonzero()
        boxes = found[:4, sure].T
        boxes = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, 2:]], axis=1)
        for at in _surest(boxes, scores[sure], kinds[sure], self._score):
            x, y, wide, high = ((boxes[at] - (left, top, 0, 0)) / gain).tolist()
            corners = _inside((x, y, x + wide, y + high), size)
            if corners[2] > corners[0] and corners[3] > corners[1]:
                own = sure[at]
                score = min(1.0, float(scores[own]))
                yield TileDetection(self.labels[int(kinds[own])], score, corners)


def _squared(image: Image.Image, side: int) -> tuple[Floats, float, int, int]:
    """A picture as the network takes it, [1, 3, side, side]; what it was scaled by, where it begins."""
    with needs("experts"):
        import cv2
        import numpy as np

    pixels = np.asarray(image.convert("RGB"))
    high, wide = pixels.shape[:2]
    gain = min(side / high, side / wide)
    width, height = round(wide * gain), round(high * gain)
    if (wide, high) != (width, height):
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
    left, top = round((side - width) / 2 - 0.1), round((side - height) / 2 - 0.1)
    whole = np.full((side, side, 3), _GREY, np.uint8)
    whole[top : top + height, left : left + width] = pixels
    ready = np.ascontiguousarray(whole.transpose(2, 0, 1)[None], np.float32) / np.float32(255)
    return ready, gain, left, top


def _surest(boxes: Floats, scores: Floats, kinds: NDArray[np.int64], least: float) -> list[int]:
    """Of boxes (x, y, width, height) of one kind that overlap the surest, the surest first."""
    import cv2
    import numpy as np

    apart = boxes.copy()
    apart[:, :2] += kinds[:, None] * np.float32(_WIDEST)
    kept = cv2.dnn.NMSBoxes(apart.tolist(), scores.tolist(), least, _IOU)
    return [int(at) for at in np.asarray(kept).reshape(-1)][:_MOST]


def _inside(
    box: tuple[float, float, float, float], size: tuple[int, int]
) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (min(max(value, 0.0), float(size[axis % 2])) for axis, value in enumerate(box))
    return x1, y1, x2, y2
