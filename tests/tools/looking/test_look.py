"""A part of a picture is measured, enlarged and read."""

from __future__ import annotations

import pytest
from looktwice.media.store import Store
from looktwice.tools import Context
from looktwice.tools.looking.look import Looker, look_tool
from PIL import Image

from ..engines_kit import NAMES, STREET, FixedDetector, FixedReader, experts, run


def test_looking_closer_measures_the_thing_itself(street: Context) -> None:
    (evidence,) = run(experts("EMT"), street, "look_closer", target="the blue bus").evidence
    assert evidence.kind == "region"
    assert evidence.text.startswith(
        "picture 1: bus in the middle (17% of the picture): main colours blue"
    )
    assert evidence.text.endswith("text there: EMT")
    assert evidence.boxes[0].xyxy == pytest.approx((100, 100, 300, 200))
    # What was read in the enlarged cut lies where it is in the original.
    assert evidence.lines[0].box.center == pytest.approx((200, 150), abs=1)


def test_the_whole_picture_has_no_place(street: Context) -> None:
    (evidence,) = run(experts(), street, "look_closer").evidence
    assert evidence.text.startswith("picture 1: whole picture: main colours ")


def test_words_of_place_choose_between_alike_things(street: Context) -> None:
    (right,) = run(experts(), street, "look_closer", target="the person on the right").evidence
    assert right.boxes[0].x1 == pytest.approx(350)
    assert len(run(experts(), street, "look_closer", target="person").evidence) == 2


def test_small_regions_are_enlarged_before_they_are_read(street: Context) -> None:
    engines = experts()
    assert run(engines, street, "look_closer", box=[10, 10, 40, 40]).error is None
    assert isinstance(engines.detector, FixedDetector)
    shown = engines.detector.shown[-1]
    assert min(shown.width, shown.height) >= 384
    assert shown.original == street.pictures[0].sha256


def test_a_target_that_is_written_there_is_found_by_its_words(street: Context) -> None:
    (evidence,) = run(experts("Exit 12"), street, "look_closer", target="exit").evidence
    assert "text 'Exit 12'" in evidence.text
    error = run(experts("Exit 12"), street, "look_closer", target="shoe").error
    assert error is not None
    assert error.kind == "not_found"
    assert "does not know it" in error.message
    none = run(experts(), street, "look_closer", target="zebra").error
    assert none is not None
    assert "found no zebra" in none.message


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ([1, 2, 3], "4 numbers"),
        ([5, 5, 5, 9], "x1 < x2"),
        ([500, 500, 600, 600], "holds nothing"),
    ],
)
def test_boxes_that_cannot_be_cut_out_are_told(
    street: Context, box: list[float], words: str
) -> None:
    error = run(experts(), street, "look_closer", box=box).error
    assert error is not None
    assert error.kind == "bad_arguments"
    assert words in error.message


def test_boxes_of_a_crop_are_in_the_original(store: Store) -> None:
    original = store.add(Image.new("RGB", (400, 300), "white"))
    crop = store.crop(original, original.box(200, 100, 300, 200), min_side=400)
    looker = Looker(FixedDetector(STREET, NAMES), FixedReader("x"), None, store)
    evidence = look_tool(looker)(crop)
    assert evidence[0].boxes[0].xyxy == pytest.approx((200, 100, 300, 200))
    assert evidence[0].source.picture == original.sha256
