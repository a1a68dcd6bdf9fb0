"""Detectors that Ultralytics runs: `.pt` or `.onnx`. The only file that imports ultralytics (AGPL-3.0).

Of the engines of onnxruntime it takes CUDA and CoreML only; an exported model gets a session of ours where
another one is wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ...errors import ToolError, WeightsError
from ...extensions.extras import needs
from ...retrieval.embeddings.runtime import onnx_session
from ...settings import DeviceName
from ...weights.onnx_providers import CPU, providers, say_fallback
from ..tiles import TileDetection

__all__ = ["UltralyticsEngine"]

_WHAT = "the object detector"
_IOU = 0.45  # boxes of one pass that overlap more are one object


class UltralyticsEngine:
    """A YOLO of any kind, with fixed or open names (`engine.DetectorEngine`).

    Args:
        path: its file.
        score: detections below it are dropped, 0..1.
        device: where torch runs a `.pt`, or what onnxruntime is asked for.

    Raises:
        WeightsError: the file is no detector that can be run.
    """

    def __init__(self, path: Path, score: float, device: DeviceName) -> None:
        with needs("experts"):
            from ultralytics import YOLO
        self._score = score
        # Exported models are made for squares, also those that would take other shapes.
        self._exported = path.suffix == ".onnx"
        self._device = "cpu" if self._exported else device
        try:
            model = YOLO(path, task="detect" if self._exported else None)
            # The first picture builds the engine, which then knows its names and its input's size.
            blank = Image.new("RGB", (64, 64))
            model.predict(blank, conf=score, device=self._device, verbose=False, save=False)
            self.side = _input_side(model)
            self.labels = _names(model)
            self._on_processor = _moved(model, path, device) if self._exported else None
        except Exception as error:  # whatever the library says, these weights cannot be used
            raise WeightsError(f"{path.name}: not a detector that can be run ({error})") from error
        self._model = model

    @property
    def open_vocabulary(self) -> bool:
        """Whether it can be asked for any name (YOLOE, YOLO-World)."""
        return type(self._model).__name__ in ("YOLOE", "YOLOWorld") and hasattr(
            self._model.model, "set_classes"
        )

    def predict(self, image: Image.Image, names: Sequence[str]) -> list[TileDetection]:
        """One pass; see `DetectorEngine.predict`."""
        if names:
            self._ask_for(names)
        try:
            result = self._run(image)
        except Exception as error:
            raise ToolError(f"the object detector failed: {error}") from error
        return from_ultralytics(result, image.size)

    def _run(self, image: Image.Image) -> Any:
        """The library's result; once more on the processor where another device failed."""
        try:
            return self._once(image)
        except Exception as error:
            if self._on_processor is None:
                raise
            say_fallback(_WHAT, f"its device fails ({str(error)[:120]})")
            _backend(self._model).session, self._on_processor = self._on_processor, None
            return self._once(image)

    def _once(self, image: Image.Image) -> Any:
        return self._model.predict(
            image,
            imgsz=self.side,
            rect=not self._exported,
            conf=self._score,
            iou=_IOU,
            device=self._device,
            verbose=False,
            save=False,
        )[0]

    def _ask_for(self, names: Sequence[str]) -> None:
        try:
            self._model.set_classes(list(names))
        except Exception as error:  # its text encoder may be missing, and offline it cannot come
            raise ToolError(
                f"the object detector cannot be asked for {list(names)}: {error}", "unavailable"
            ) from error


def _moved(model: Any, path: Path, device: DeviceName) -> Any:
    """Give a model the session it is to run in; the one it had, or None where that stays."""
    import onnxruntime

    if providers(device, onnxruntime.get_available_providers(), _WHAT) == [CPU]:
        return None
    before = _backend(model).session
    _backend(model).session = onnx_session(path, 0, _WHAT, device)
    return before


def _backend(model: Any) -> Any:
    return model.predictor.model.backend


def _input_side(model: Any) -> int:
    """The side the model was trained or exported at: its own word, else what it was just run at."""
    predictor = model.predictor
    size = getattr(predictor.model, "imgsz", None) or predictor.imgsz
    return int(max(size) if isinstance(size, (list, tuple)) else size)


def _names(model: Any) -> tuple[str, ...]:
    names = model.predictor.model.names
    return tuple(str(name) for name in (names.values() if isinstance(names, dict) else names))


def from_ultralytics(result: Any, size: tuple[int, int]) -> list[TileDetection]:
    """The library's result as ours; the one place where its shape is looked at."""
    rows = result.boxes.data.cpu().tolist() if result.boxes is not None else []
    found: list[TileDetection] = []
    for row in rows:
        if len(row) < 6:
            raise ToolError(f"the object detector gave {len(row)} numbers a box, expected 6")
        x1, y1, x2, y2 = (
            min(max(value, 0.0), float(size[axis % 2])) for axis, value in enumerate(row[:4])
        )
        score, kind = row[-2], int(row[-1])
        if kind not in result.names or not 0 <= score <= 1.0001:
            raise ToolError(f"the object detector gave class {kind} with score {score:.3f}")
        if x2 > x1 and y2 > y1:  # also drops what is not a number
            found.append(TileDetection(str(result.names[kind]), min(score, 1.0), (x1, y1, x2, y2)))
    return found
