"""Finding and counting objects. The only file that imports ultralytics."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from ...errors import ToolError, WeightsError
from ...extensions.extras import needs
from ...media.store import Store
from ...schema import Detection, Evidence, Picture
from ..base import Tool, tool
from ..execution.results import picture_source
from ..places import place
from ..tiles import TileDetection, merge, tiles
from .labels import resolve

_LISTED = 12  # places written out for one label
_ABSENCE = 0.7  # a detector overlooks things, so "none" is weaker than a box
_ANYTHING = frozenset(("object", "objects", "thing", "things", "item", "items"))
_IOU = 0.45  # boxes of one pass that overlap more are one object


class Detector:
    """An object detector that Ultralytics can run: `.pt` or `.onnx`, with fixed or open names.

    Loaded at its first use; calls from several threads wait for each other. A picture much larger
    than the model's input is also searched tile by tile, for what is small in it.

    Args:
        weights: gives the file; asked once, at the first use.
        score: detections below it are dropped, 0..1.
    """

    def __init__(self, weights: Callable[[], Path], score: float) -> None:
        self._weights = weights
        self._score = score
        self._lock = threading.Lock()
        self._model: Any = None
        self._side = 0
        self._rect = True
        self._labels: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The names it knows; of an open-vocabulary model those it looks for when asked nothing.

        Raises:
            WeightsError: the file is missing or no detector.
        """
        with self._lock:
            self._load()
            return self._labels

    @property
    def open_vocabulary(self) -> bool:
        """Whether it can be asked for any name (YOLOE, YOLO-World)."""
        with self._lock:
            self._load()
            return type(self._model).__name__ in ("YOLOE", "YOLOWorld") and hasattr(
                self._model.model, "set_classes"
            )

    def detect(
        self, image: Image.Image, picture: Picture, names: Sequence[str] = ()
    ) -> list[Detection]:
        """What stands in a picture, best score first, boxes in the original's frame.

        Args:
            image: the picture's pixels.
            picture: what they are; converts the boxes.
            names: what to look for, only for an open-vocabulary model.

        Raises:
            WeightsError: the file is missing or no detector.
            ToolError: the model failed, or cannot be asked for these names.
        """
        image = image.convert("RGB")
        with self._lock:
            self._load()
            if names:
                self._ask_for(names)
            found = self._predict(image, (0, 0))
            parts = [
                self._predict(image.crop(tile), (tile[0], tile[1]))
                for tile in tiles(image.width, image.height, self._side)
            ]
        if parts:
            found = merge(found, parts, image.size, self._side, self._score)
        return [
            Detection(label=item.label, score=item.score, box=picture.box(*item.xyxy))
            for item in sorted(found, key=lambda item: -item.score)
        ]

    def _load(self) -> None:
        if self._model is not None:
            return
        with needs("experts"):  # before its weights are fetched
            from ultralytics import YOLO
        path = self._weights()
        try:
            model = YOLO(path, task="detect" if path.suffix == ".onnx" else None)
            # The first picture builds the engine, which then knows its names and its input's size.
            blank = Image.new("RGB", (64, 64))
            model.predict(blank, conf=self._score, verbose=False, save=False)
            self._side = _input_side(model)
            # Exported models are made for squares, also those that would take other shapes.
            self._rect = path.suffix != ".onnx"
            self._labels = _names(model)
        except Exception as error:  # whatever the library says, these weights cannot be used
            raise WeightsError(f"{path.name}: not a detector that can be run ({error})") from error
        self._model = model

    def _ask_for(self, names: Sequence[str]) -> None:
        try:
            self._model.set_classes(list(names))
        except Exception as error:  # its text encoder may be missing, and offline it cannot come
            raise ToolError(
                f"the object detector cannot be asked for {list(names)}: {error}", "unavailable"
            ) from error

    def _predict(self, image: Image.Image, at: tuple[int, int]) -> list[TileDetection]:
        """One pass; boxes moved by the place of the image in the whole."""
        try:
            result = self._model.predict(
                image,
                imgsz=self._side,
                rect=self._rect,
                conf=self._score,
                iou=_IOU,
                verbose=False,
                save=False,
            )[0]
        except Exception as error:
            raise ToolError(f"the object detector failed: {error}") from error
        return _from_ultralytics(result, at, image.size)


def _input_side(model: Any) -> int:
    """The side the model was trained or exported at: its own word, else what it was just run at."""
    predictor = model.predictor
    size = getattr(predictor.model, "imgsz", None) or predictor.imgsz
    return int(max(size) if isinstance(size, (list, tuple)) else size)


def _names(model: Any) -> tuple[str, ...]:
    names = model.predictor.model.names
    return tuple(str(name) for name in (names.values() if isinstance(names, dict) else names))


def _from_ultralytics(
    result: Any, at: tuple[int, int], size: tuple[int, int]
) -> list[TileDetection]:
    """The library's result as ours; the one place where its shape is looked at."""
    rows = result.boxes.data.cpu().tolist() if result.boxes is not None else []
    found: list[TileDetection] = []
    for row in rows:
        if len(row) < 6:
            raise ToolError(f"the object detector gave {len(row)} numbers a box, expected 6")
        x1, y1, x2, y2 = (
            min(max(value, 0.0), float(size[axis % 2])) + at[axis % 2]
            for axis, value in enumerate(row[:4])
        )
        score, kind = row[-2], int(row[-1])
        if kind not in result.names or not 0 <= score <= 1.0001:
            raise ToolError(f"the object detector gave class {kind} with score {score:.3f}")
        if x2 > x1 and y2 > y1:  # also drops what is not a number
            found.append(TileDetection(str(result.names[kind]), min(score, 1.0), (x1, y1, x2, y2)))
    return found


def detect_tool(detector: Detector, store: Store) -> Tool:
    """The tool `detect_objects`."""

    @tool(
        examples=[
            "How many people are in the picture?",
            "Is there a dog?",
            "What objects can be seen here?",
            "Are there more cars than buses?",
        ],
        cache=True,
    )
    def detect_objects(picture: Picture, labels: Sequence[str] = ()) -> list[Evidence]:
        """Find and count objects (people, vehicles, animals, things) in a picture.

        Args:
            picture: Where to look.
            labels: Kinds of objects asked for, for example ["person", "dog"]; empty for all.
        """
        labels = [label for label in labels if label.casefold() not in _ANYTHING]
        wanted, unknown = _wanted(detector, labels)
        names = [name for names in wanted.values() for name in names]
        everything = detector.detect(
            store.open(picture), picture, names if detector.open_vocabulary else ()
        )
        if not labels:
            wanted = {found.label: [found.label] for found in everything}
        if not wanted:
            return [_nothing(detector, picture)]
        evidence = [
            count_evidence(name, [d for d in everything if d.label in known], picture)
            for name, known in wanted.items()
        ]
        return _with_note(evidence, unknown)

    return detect_objects


def _wanted(detector: Detector, labels: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """What was wanted -> the detector's names for it, and what it does not know."""
    wanted: dict[str, list[str]] = {}
    unknown: list[str] = []
    for label in labels:
        known = [label] if detector.open_vocabulary else resolve(label, detector.labels)
        if not known:
            unknown.append(label)
            continue
        wanted[known[0] if len(known) == 1 else label] = known
    if unknown and not wanted:
        raise unknown_objects(detector, unknown)
    return wanted, unknown


def unknown_objects(detector: Detector, names: Sequence[str]) -> ToolError:
    """The error for objects that a detector has no name for."""
    listed = ", ".join(repr(name) for name in names)
    return ToolError(
        f"the object detector knows only {len(detector.labels)} kinds of things and {listed} is "
        "none of them; it cannot say whether there are any",
        kind="not_found",
    )


def count_evidence(name: str, found: Sequence[Detection], picture: Picture) -> Evidence:
    """How many objects of one kind were found and where; none is knowledge too."""
    if not found:
        return Evidence(
            kind="objects",
            text=f"0 {name} (counted by the object detector)",
            source=picture_source(picture),
            score=_ABSENCE,
        )
    kinds = {detection.label for detection in found}
    places = ", ".join(
        f"{place(d.box, picture)}{f' {d.label}' if kinds != {name} else ''}"
        for d in found[:_LISTED]
    )
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    return Evidence(
        kind="objects",
        text=f"{len(found)} {name} (counted by the object detector): {places}{more}",
        source=picture_source(picture),
        boxes=tuple(d.box for d in found),
        detections=tuple(found),
        score=sum(d.score for d in found) / len(found),
    )


def _nothing(detector: Detector, picture: Picture) -> Evidence:
    return Evidence(
        kind="objects",
        text=f"no objects found (the object detector knows {len(detector.labels)} kinds)",
        source=picture_source(picture),
    )


def _with_note(evidence: list[Evidence], unknown: Sequence[str]) -> list[Evidence]:
    if not unknown:
        return evidence
    note = f"; not looked for, the detector does not know it: {', '.join(unknown)}"
    return [*evidence[:-1], evidence[-1].model_copy(update={"text": evidence[-1].text + note})]
