"""Exported detectors run without torch, and find what Ultralytics finds in them."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from looktwice.tools.detection.exported import opened
from looktwice.tools.detection.yolo import UltralyticsEngine
from PIL import Image

from ..onnx_kit import Breaks, Elsewhere
from . import yolo_kit


@pytest.fixture
def cats(tmp_path: Path) -> Path:
    return yolo_kit.cats(tmp_path)


@pytest.mark.parametrize("size", [(64, 64), (200, 64), (50, 90), (33, 33)])
def test_it_finds_what_ultralytics_finds(cats: Path, size: tuple[int, int]) -> None:
    engine = opened(cats, 0.3, "cpu")
    assert engine is not None
    other = UltralyticsEngine(cats, 0.3, "cpu")
    assert (engine.labels, engine.side) == (other.labels, other.side)
    image = Image.new("RGB", size)
    (mine,), (theirs,) = engine.predict(image, ()), other.predict(image, ())
    assert mine.label == theirs.label
    assert mine.score == pytest.approx(theirs.score, abs=1e-3)
    assert mine.xyxy == pytest.approx(theirs.xyxy, abs=0.5)


@pytest.mark.parametrize("breaks", [None, "loading", "running"])
def test_it_runs_in_the_engine_that_is_installed_else_on_the_processor(
    breaks: Breaks, cats: Path, elsewhere: Elsewhere, caplog: pytest.LogCaptureFixture
) -> None:
    ran = elsewhere("OpenVINOExecutionProvider", breaks)
    engine = opened(cats, 0.3, "auto")
    assert engine is not None
    for _ in range(2):
        (found,) = engine.predict(Image.new("RGB", (64, 64)), ())
        assert (found.label, found.xyxy) == ("cat", (12, 20, 52, 44))
    assert ran.ran == (2 if breaks is None else 0)
    said = [line for line in caplog.messages if "the object detector runs on the processor" in line]
    assert len(said) == (breaks is not None)


@pytest.mark.parametrize("other", [{"task": "segment"}, {"names": "{0: 'cat', 1: 'dog'}"}])
def test_another_form_is_left_to_ultralytics(cats: Path, other: dict[str, str]) -> None:
    model = onnx.load(cats)
    for told in model.metadata_props:
        told.value = other.get(told.key, told.value)
    onnx.save(model, cats)
    assert opened(cats, 0.3, "cpu") is None
