"""Engines for tests: a detector and a reader that find what they are given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from looktwice.schema import Detection, Picture, TextLine, ToolCall, ToolResult
from looktwice.settings import Settings
from looktwice.tools import Context, run_tool
from looktwice.tools.detection.detector import Detector
from looktwice.tools.ocr.reader import Reader
from looktwice.tools.registry import Experts, default_tools
from PIL import Image

Corners = tuple[float, float, float, float]


class FixedDetector(Detector):
    """Knows some names and finds the same things, as shares of the picture it is shown."""

    def __init__(self, found: dict[str, list[Corners]], labels: Sequence[str] = ()) -> None:
        super().__init__(lambda: Path("none"), 0.3)
        self.found = found
        self.names = tuple(labels) or tuple(found)
        self.shown: list[Picture] = []

    @property
    def labels(self) -> tuple[str, ...]:
        return self.names

    @property
    def open_vocabulary(self) -> bool:
        return False

    def detect(
        self, image: Image.Image, picture: Picture, names: Sequence[str] = ()
    ) -> list[Detection]:
        assert image.size == (picture.width, picture.height)
        self.shown.append(picture)
        if picture.origin is not None:
            return []
        return [
            Detection(label=label, score=0.9 - 0.1 * place, box=picture.box(*box))
            for label, boxes in self.found.items()
            for place, box in enumerate(boxes)
        ]


class FixedReader(Reader):
    """Reads the same line wherever it looks, in the middle of what it is shown."""

    def __init__(self, text: str = "") -> None:
        super().__init__(lambda: SimpleNamespace(), 0.5)
        self.text = text

    def read(self, image: Image.Image, picture: Picture) -> list[TextLine]:
        w, h = picture.width, picture.height
        box = picture.box(0.4 * w, 0.4 * h, 0.6 * w, 0.6 * h)
        return [TextLine(text=self.text, score=0.8, box=box)] if self.text else []


STREET: dict[str, list[Corners]] = {
    "person": [(0, 0, 50, 100), (350, 0, 400, 100)],
    "bus": [(100, 100, 300, 200)],
}


NAMES = ["person", "bus", "car", "zebra"]


def experts(text: str = "", found: dict[str, list[Corners]] | None = None) -> Experts:
    detector = FixedDetector(STREET if found is None else found, NAMES)
    return Experts(detector, FixedReader(text), None)


def run(engines: Experts, context: Context, name: str, **arguments: Any) -> ToolResult:
    tools = {item.name: item for item in default_tools(Settings(), context.store, (), engines)}
    return run_tool(tools[name], ToolCall(id="c", tool=name, arguments=arguments), context, 60)


def texts(result: ToolResult) -> list[str]:
    assert result.error is None, result.error
    return [item.text for item in result.evidence]
