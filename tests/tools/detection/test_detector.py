"""What the detector tool tells of what was found, and of what it does not know."""

from __future__ import annotations

import pytest
from looktwice.tools import Context

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
