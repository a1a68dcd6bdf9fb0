"""Detectors that transformers runs, with fixed and with open names; tiny ones with random weights."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from looktwice.errors import ToolError, WeightsError
from looktwice.media.store import Store
from looktwice.tools.detection.detector import Detector
from looktwice.tools.detection.detr import TransformersEngine
from looktwice.tools.detection.engine import open_engine
from PIL import Image

from .detr_kit import LABELS, write_dfine, write_grounding_dino

IMAGE = Image.new("RGB", (200, 100), "red")


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dfine(tmp_path_factory.mktemp("dfine"))


@pytest.fixture(scope="module")
def open_names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_grounding_dino(tmp_path_factory.mktemp("dino"))


def answering(engine: TransformersEngine, logits: torch.Tensor, boxes: torch.Tensor) -> None:
    """Have the network say this; shapes [queries, names or tokens] and [queries, 4], 0..1."""

    def run(**inputs: Any) -> SimpleNamespace:
        return SimpleNamespace(logits=logits[None], pred_boxes=boxes[None])

    engine._run = run


def test_fixed_names_come_with_boxes_of_the_image(fixed: Path, tmp_path: Path) -> None:
    detector = Detector(lambda: fixed, score=0.0)
    picture = Store(tmp_path).add(IMAGE)
    found = detector.detect(IMAGE, picture)
    assert detector.labels == LABELS
    assert not detector.open_vocabulary
    assert found
    assert {item.label for item in found} <= set(LABELS)
    assert all(0 <= i.box.x1 < i.box.x2 <= 200 and 0 <= i.box.y1 < i.box.y2 <= 100 for i in found)


def test_a_box_is_given_once_by_its_best_name_above_the_score(fixed: Path) -> None:
    engine = TransformersEngine(fixed, 0.5, "cpu")
    logits = torch.tensor([[3.0, -9, -9], [-9, 2.0, -9], [-9, -9, -1.0]])
    same = [0.5, 0.5, 0.5, 0.5]
    answering(engine, logits, torch.tensor([same, same, [0.1, 0.1, 0.1, 0.1]]))
    (person,) = engine.predict(IMAGE, ())
    assert person.label == "person"
    assert person.xyxy == pytest.approx((50, 25, 150, 75))


def test_open_names_are_held_against_their_own_words(open_names: Path) -> None:
    engine = TransformersEngine(open_names, 0.5, "cpu")
    assert engine.open_vocabulary
    assert engine.side == 96
    # [CLS] red bus . dog . [SEP]
    logits = torch.full((2, 7), -9.0)
    logits[0, 2] = 3.0  # "bus" of "Red bus"
    logits[1, 4] = 2.0
    answering(engine, logits, torch.tensor([[0.5, 0.5, 0.5, 0.5], [0.9, 0.9, 0.4, 0.4]]))
    bus, dog = engine.predict(IMAGE, ["Red bus", "dog"])
    assert (bus.label, dog.label) == ("Red bus", "dog")
    assert dog.xyxy == pytest.approx((140, 70, 200, 100))  # clipped


def test_open_names_through_the_whole_network(open_names: Path) -> None:
    engine = TransformersEngine(open_names, 0.0, "cpu")
    found = engine.predict(IMAGE, ["hot dog", "cat"])
    assert {item.label for item in found} <= {"hot dog", "cat"}
    assert engine.predict(IMAGE, ()) is not None


def test_names_that_cannot_be_asked_for_are_refused(open_names: Path) -> None:
    engine = TransformersEngine(open_names, 0.5, "cpu")
    with pytest.raises(ToolError, match="cannot be asked for"):
        engine.predict(IMAGE, ["dog", " "])


def test_a_folder_without_a_detector_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(WeightsError, match="not a detector"):
        open_engine(tmp_path, 0.3, "cpu")
