"""What the detector tool tells of what was found, and of what it does not know."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from looktwice.errors import ToolError
from looktwice.tools import Context
from looktwice.tools.detection.detector import _from_ultralytics

from ..engines_kit import experts, run, texts


def test_each_label_gets_its_own_evidence(street: Context) -> None:
    result = run(experts(), street, "detect_objects", labels=["people", "zebra"])
    people, zebra = result.evidence
    assert people.text == (
        "picture 1: 2 person (counted by the object detector): top left, top right"
    )
    assert len(people.boxes) == len(people.detections) == 2
    assert people.score == pytest.approx(0.85)
    assert zebra.text.startswith("picture 1: 0 zebra")
    assert zebra.boxes == ()
    assert zebra.source.picture == street.pictures[0].sha256


def test_umbrella_words_count_together_and_name_their_parts(street: Context) -> None:
    (evidence,) = run(experts(), street, "detect_objects", labels=["vehicles"]).evidence
    assert evidence.text.startswith("picture 1: 1 vehicles")
    assert "middle bus" in evidence.text


def test_asked_nothing_it_tells_everything(street: Context) -> None:
    told = texts(run(experts(), street, "detect_objects"))
    assert [text.split(" (")[0] for text in told] == ["picture 1: 2 person", "picture 1: 1 bus"]
    (nothing,) = texts(run(experts(found={}), street, "detect_objects"))
    assert "no objects found" in nothing


@pytest.mark.parametrize("word", ["objects", "things", "Items"])
def test_a_word_for_anything_asks_for_everything(street: Context, word: str) -> None:
    told = texts(run(experts(), street, "detect_objects", labels=[word]))
    assert told == texts(run(experts(), street, "detect_objects"))


def test_unknown_things_are_not_counted(street: Context) -> None:
    error = run(experts(), street, "detect_objects", labels=["man's left shoe"]).error
    assert error is not None
    assert error.kind == "not_found"
    assert "4 kinds" in error.message
    assert "shoe" in error.message
    (bus,) = texts(run(experts(), street, "detect_objects", labels=["bus", "shoe"]))
    assert bus.startswith("picture 1: 1 bus")
    assert bus.endswith("does not know it: shoe")


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
    kept = _from_ultralytics(
        foreign([-5, 2, 20, 8, 0.9, 0], [3, 3, 3, 8, 0.9, 0], [nan, 0, 5, 5, 0.9, 0]),
        (100, 0),
        (10, 10),
    )
    assert [item.xyxy for item in kept] == [(100, 2, 110, 8)]
    with pytest.raises(ToolError, match="class 7"):
        _from_ultralytics(foreign([1, 1, 2, 2, 0.9, 7]), (0, 0), (10, 10))
    with pytest.raises(ToolError, match="3 numbers"):
        _from_ultralytics(foreign([1, 1, 2]), (0, 0), (10, 10))
    assert _from_ultralytics(SimpleNamespace(boxes=None, names={}), (0, 0), (1, 1)) == []
