"""Finding and counting objects, whatever runs the network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from ...errors import ToolError
from ...extensions.extras import require
from ...media.store import Store
from ...schema import Detection, Evidence, Picture
from ...settings import DeviceName
from ..base import Tool, tool
from ..execution.results import picture_source
from ..places import place
from ..tiles import TileDetection, merge, tiles
from .engine import DetectorEngine, open_engine
from .labels import resolve

_LISTED = 12  # places written out for one label
_ABSENCE = 0.7  # a detector overlooks things, so "none" is weaker than a box
_ANYTHING = frozenset(("object", "objects", "thing", "things", "item", "items"))


class Detector:
    """An object detector, with fixed or open names, run by Ultralytics or by transformers.

    Loaded at its first use; calls from several threads wait for each other. A picture much larger
    than the model's input is also searched tile by tile, for what is small in it.

    Args:
        weights: gives the file or folder; asked once, at the first use.
        score: detections below it are dropped, 0..1.
        device: where what lies there runs.
    """

    def __init__(
        self,
        weights: Callable[[], Path],
        score: float,
        device: Callable[[Path], DeviceName] = lambda path: "cpu",
    ) -> None:
        self._weights = weights
        self._score = score
        self._device = device
        self._lock = threading.Lock()
        self._engine: DetectorEngine | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The names it knows; of an open-vocabulary model those it looks for when asked nothing.

        Raises:
            WeightsError: the weights are missing or no detector.
        """
        with self._lock:
            return self._loaded().labels

    @property
    def open_vocabulary(self) -> bool:
        """Whether it can be asked for any name (Grounding DINO, YOLOE, YOLO-World)."""
        with self._lock:
            return self._loaded().open_vocabulary

    def detect(
        self, image: Image.Image, picture: Picture, names: Sequence[str] = ()
    ) -> list[Detection]:
        """What stands in a picture, best score first, boxes in the original's frame.

        Args:
            image: the picture's pixels.
            picture: what they are; converts the boxes.
            names: what to look for, only for an open-vocabulary model.

        Raises:
            WeightsError: the weights are missing or no detector.
            ToolError: the model failed, or cannot be asked for these names.
        """
        image = image.convert("RGB")
        with self._lock:
            engine = self._loaded()
            found = engine.predict(image, names)
            parts = [
                _moved(engine.predict(image.crop(tile), names), tile[:2])
                for tile in tiles(image.width, image.height, engine.side)
            ]
        if parts:
            found = merge(found, parts, image.size, engine.side, self._score)
        return [
            Detection(label=item.label, score=item.score, box=picture.box(*item.xyxy))
            for item in sorted(found, key=lambda item: -item.score)
        ]

    def _loaded(self) -> DetectorEngine:
        if self._engine is None:
            require("experts")  # before its weights are fetched
            path = self._weights()
            self._engine = open_engine(path, self._score, self._device(path))
        return self._engine


def _moved(found: Sequence[TileDetection], at: tuple[int, int]) -> list[TileDetection]:
    """What a tile shows, in the pixels of the whole."""
    left, top = at
    return [
        TileDetection(label, score, (x1 + left, y1 + top, x2 + left, y2 + top))
        for label, score, (x1, y1, x2, y2) in found
    ]


def detect_tool(detector: Detector, store: Store) -> Tool:
    """The tool `detect_objects`."""

    @tool(
        title="Finding objects",
        done="looked for objects",
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
