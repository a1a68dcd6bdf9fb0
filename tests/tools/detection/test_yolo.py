"""What Ultralytics gives is checked before it is believed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from looktwice.errors import ToolError
from looktwice.tools.detection.yolo import UltralyticsEngine, from_ultralytics
from PIL import Image

from ..onnx_kit import Breaks, Elsewhere
from . import yolo_kit


class Rows:
    """Stands for a tensor."""

    def __init__(self, rows: list[list[float]]) -> None:
        self.rows = rows

    def cpu(self) -> Rows:
        return self

    def tolist(self) -> list[list[float]]:
        return self.rows


def foreign(*rows: list[float]) -> SimpleNamespace:
    return SimpleNamespace(boxes=SimpleNamespace(data=Rows(list(rows))), names={0: "cat"})


def test_a_detectors_boxes_are_clipped_and_checked() -> None:
    nan = float("nan")
    kept = from_ultralytics(
        foreign([-5, 2, 20, 8, 0.9, 0], [3, 3, 3, 8, 0.9, 0], [nan, 0, 5, 5, 0.9, 0]), (10, 10)
    )
    assert [item.xyxy for item in kept] == [(0, 2, 10, 8)]
    with pytest.raises(ToolError, match="class 7"):
        from_ultralytics(foreign([1, 1, 2, 2, 0.9, 7]), (10, 10))
    with pytest.raises(ToolError, match="3 numbers"):
        from_ultralytics(foreign([1, 1, 2]), (10, 10))
    assert from_ultralytics(SimpleNamespace(boxes=None, names={}), (1, 1)) == []


@pytest.fixture
def cats(tmp_path: Path) -> Path:
    return yolo_kit.cats(tmp_path)


@pytest.mark.parametrize("breaks", [None, "loading", "running"])
def test_an_exported_detector_runs_in_the_engine_that_is_installed_else_on_the_processor(
    breaks: Breaks, cats: Path, elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    engine = elsewhere("OpenVINOExecutionProvider", breaks)
    detector = UltralyticsEngine(cats, 0.3, "auto")
    for _ in range(2):
        (found,) = detector.predict(Image.new("RGB", (64, 64)), ())
        assert (found.label, found.xyxy) == ("cat", (12, 20, 52, 44))
    assert engine.ran == (2 if breaks is None else 0)
    said = [line for line in caplog.messages if "the object detector runs on the processor" in line]
    assert len(said) == (breaks is not None)


def test_on_the_processor_no_other_session_is_made(cats: Path, elsewhere: Elsewhere) -> None:
    engine = elsewhere("CUDAExecutionProvider", None)
    UltralyticsEngine(cats, 0.3, "cpu").predict(Image.new("RGB", (64, 64)), ())
    assert engine.ran == 0
