"""What the reading tool tells of what is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from looktwice.benchmarks.gpu.ocr_models import write_ocr
from looktwice.errors import ToolError
from looktwice.media.store import Store
from looktwice.tools import Context
from looktwice.tools.ocr.paddle import from_paddle
from looktwice.tools.ocr.reader import Reader
from PIL import Image
from safetensors.torch import load_file, save_file

from ..engines_kit import experts, run, texts


def test_text_is_told_row_by_row_or_that_there_is_none(street: Context) -> None:
    (evidence,) = run(experts("Total 9.80"), street, "read_text").evidence
    assert evidence.text == "picture 1: text read:\nTotal 9.80"
    assert evidence.kind == "text"
    assert evidence.lines[0].row == 0
    assert evidence.score == pytest.approx(0.8)
    assert texts(run(experts(), street, "read_text")) == ["picture 1: no text found"]


def test_a_readers_result_is_checked() -> None:
    good = {"rec_texts": [" a  b "], "rec_scores": [1.0], "rec_polys": [[(0, 0), (9, 0), (9, 5)]]}
    assert list(from_paddle(good)) == [("a b", 1.0, [(0, 0), (9, 0), (9, 5)])]
    with pytest.raises(ToolError, match="1 texts, 0 scores"):
        list(from_paddle({**good, "rec_scores": []}))
    with pytest.raises(ToolError, match="2 corners"):
        list(from_paddle({**good, "rec_polys": [[(0, 0), (9, 0)]]}))


def test_models_in_the_form_of_the_gpu_pack_are_run_by_torch(tmp_path: Path) -> None:
    """Tiny ones, their detector made to see text everywhere."""
    folders = write_ocr(tmp_path, "cpu", shrink=16)
    shift(folders.det / "model.safetensors", (1,), +10)
    shift(folders.rec / "model.safetensors", (18_714 // 16,), -10)
    reader = Reader(lambda: folders, score=0.0)
    image = Image.new("RGB", (200, 60), "white")
    picture = Store(tmp_path / "store").add(image)
    engine = reader._load()
    (result,) = engine.predict(np.full((60, 200, 3), 255, np.uint8))
    assert len(result["dt_polys"]) == len(result["rec_texts"]) > 0
    assert [line.text for line in reader.read(image, picture)] == result["rec_texts"]


def shift(file: Path, shape: tuple[int, ...], by: float) -> None:
    """Change the first number of the biases of this shape: all is text, nothing is blank."""
    weights = load_file(file)
    for name, values in weights.items():
        if name.endswith("bias") and values.shape == shape:
            values[0] += by
    save_file(weights, file, metadata={"format": "pt"})
