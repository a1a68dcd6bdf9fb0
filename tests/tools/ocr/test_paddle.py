"""Which engine reads: as the settings say and the machine has it, else the processor, with one line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from looktwice.errors import ToolError
from looktwice.media.store import Store
from looktwice.settings import DeviceName
from looktwice.tools.ocr import reader
from looktwice.tools.ocr.paddle import open_paddle
from looktwice.weights.convert.graph import Graph
from looktwice.weights.convert.prepare import OcrPaths
from looktwice.weights.onnx_providers import CPU, say_fallback
from PIL import Image

from ..onnx_kit import Breaks, Elsewhere

DML = "DmlExecutionProvider"


@pytest.fixture
def folders(tmp_path: Path) -> OcrPaths:
    """Models that onnxruntime opens."""
    for name in ("det", "rec", "light"):
        (tmp_path / name).mkdir()
        shape = (1, 3, 4, 4)
        Graph().save(tmp_path / name / "inference.onnx", shape, {"y": ("x", shape)}, {}, "x")
    det, rec, light = (tmp_path / name for name in ("det", "rec", "light"))
    return OcrPaths(det, rec, light, "det", "rec", "onnxruntime", "auto")


@pytest.mark.parametrize(
    ("device", "breaks", "engines", "recogniser"),
    [
        ("auto", None, [DML, CPU], "rec"),
        ("auto", "loading", [CPU], "light"),
        ("cuda", None, [CPU], "light"),
        ("cpu", None, [CPU], "light"),
    ],
)
def test_paddle_gets_the_engines_that_work_here(
    device: DeviceName,
    breaks: Breaks,
    engines: list[str],
    recogniser: str,
    folders: OcrPaths,
    elsewhere: Elsewhere,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    given: dict[str, Any] = {}
    library = SimpleNamespace(PaddleOCR=lambda **how: given.update(how))
    monkeypatch.setitem(sys.modules, "paddleocr", library)
    elsewhere(DML, breaks)
    _, fast = open_paddle(folders, 1, device)
    assert given["engine_config"]["providers"] == engines
    assert given["text_recognition_model_dir"].endswith(recogniser)
    assert fast is (engines != [CPU])
    said = [line for line in caplog.messages if "the OCR runs on the processor" in line]
    assert len(said) == (breaks is not None or device == "cuda")


class Machine:
    """Reads "A" on the processor; elsewhere it breaks."""

    def __init__(self, device: str, broken: tuple[str, ...]) -> None:
        self.device, self.broken = device, broken

    def predict(self, pixels: Any, **_: Any) -> list[Mapping[str, Any]]:
        if self.device in self.broken:
            raise RuntimeError("the device is gone")
        corners = [[(0, 0), (9, 0), (9, 5), (0, 5)]]
        return [{"rec_texts": ["A"], "rec_scores": [0.9], "rec_polys": corners}]


def test_a_device_that_fails_while_it_reads_is_left_with_a_line(
    folders: OcrPaths,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    say_fallback.cache_clear()
    image = Image.fromarray(np.zeros((40, 40, 3), np.uint8))
    picture = store.add(image)
    broken: tuple[str, ...] = ("auto",)

    def opened(folders: OcrPaths, threads: int, device: str) -> tuple[Any, bool]:
        return Machine(device, broken), device != "cpu"

    monkeypatch.setattr(reader, "open_paddle", opened)
    reads = reader.Reader(lambda: folders, score=0.3)
    assert [line.text for _ in range(2) for line in reads.read(image, picture)] == ["A", "A"]
    assert sum("the OCR runs on the processor" in line for line in caplog.messages) == 1
    broken = ("auto", "cpu")
    with pytest.raises(ToolError, match="reading text failed"):
        reader.Reader(lambda: folders, score=0.3).read(image, picture)
