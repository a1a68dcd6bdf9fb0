"""The values that everything is told in: boxes and their frames, and that a value is what it says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.schema import Answer, Box, Citation, Evidence, Origin, Picture, Source
from pydantic import ValidationError

SIDES = st.floats(0, 1000, width=32)


def box(x1: float, y1: float, x2: float, y2: float) -> Box:
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    (x1, x2), (y1, y2) = (sorted((draw(SIDES), draw(SIDES))) for _ in range(2))
    return box(x1, y1, x2, y2)


@given(boxes(), boxes())
def test_what_two_boxes_share_is_in_both(one: Box, other: Box) -> None:
    shared = one.intersection(other)
    assert shared == other.intersection(one)
    assert 0 <= shared <= min(one.area, other.area)
    assert 0 <= one.iou(other) == other.iou(one) <= 1
    around = Box.around([one, other])
    assert around.intersection(one) == pytest.approx(one.area)
    assert around.clip(1000, 1000) == around


def test_figures_of_a_box() -> None:
    wide = box(10, 20, 50, 40)
    assert (wide.width, wide.height, wide.area, wide.center) == (40, 20, 800, (30, 30))
    assert wide.iou(wide) == 1
    assert wide.iou(box(30, 20, 70, 40)) == pytest.approx(400 / 1200)
    assert box(3, 3, 3, 3).iou(box(3, 3, 3, 3)) == 0
    assert wide.grow(0.5) == box(-10, 10, 70, 50)
    assert wide.grow(0.5).clip(60, 45) == box(0, 10, 60, 45)


def test_boxes_of_a_picture_and_of_a_page_have_nothing_in_common() -> None:
    here, there = box(0, 0, 9, 9), box(0, 0, 9, 9).model_copy(update={"frame": "page"})
    assert here.intersection(there) == here.iou(there) == 0
    with pytest.raises(ValueError, match="one frame"):
        Box.around([here, there])
    with pytest.raises(ValueError, match="one or more"):
        Box.around([])


@pytest.mark.parametrize("wrong", [(5, 0, 1, 9), (0, 9, 1, 5), (0, 0, float("nan"), 1)])
def test_a_box_is_whole(wrong: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValidationError):
        box(*wrong)


@given(boxes(), st.floats(-500, 500), st.floats(-500, 500), st.floats(0.1, 10))
def test_a_crops_pixels_and_its_originals_are_told_both_ways(
    inside: Box, left: float, top: float, scale: float
) -> None:
    origin = Origin(picture="b" * 64, left=left, top=top, scale=scale)
    crop = Picture(sha256="a" * 64, width=10, height=10, format="PNG", origin=origin)
    assert crop.local(crop.box(*inside.xyxy)) == pytest.approx(inside.xyxy, abs=1e-6)
    assert crop.original == "b" * 64


def test_a_picture_of_its_own_is_its_original_and_knows_its_frame() -> None:
    whole = Picture(sha256="a" * 64, width=10, height=10, format="PNG")
    assert whole.original == "a" * 64
    assert whole.box(1, 2, 3, 4) == box(1, 2, 3, 4)
    with pytest.raises(ValueError, match="picture frame, got page"):
        whole.local(Box(x1=0, y1=0, x2=1, y2=1, frame="page"))


def test_an_answer_comes_back_from_json_as_it_was() -> None:
    found = box(1, 2, 3, 4)
    source = Source(document="lease.pdf", page=2, name="lease.pdf")
    answer = Answer(
        question="When does it end?",
        text="31 March",
        status="answered",
        confidence=0.8,
        stop_reason="accepted",
        evidence=(Evidence(kind="text", text="ends on 31 March", source=source, boxes=(found,)),),
        citations=(Citation(evidence="E1", source=source, boxes=(found,), quote="31 March"),),
    )
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


@pytest.mark.parametrize(
    "change",
    [
        lambda value: setattr(value, "x1", 3),
        lambda value: Box.model_validate({**value.model_dump(), "colour": "red"}),
    ],
)
def test_values_cannot_be_changed_and_have_no_fields_beyond(change: Callable[[Box], None]) -> None:
    with pytest.raises(ValidationError):
        change(box(1, 2, 3, 4))
