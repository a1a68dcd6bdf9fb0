"""Pairs with known differences: each found where it is, nothing found that is not there."""

from __future__ import annotations

from random import Random

import pytest
from looktwice.evals.suites.pairs import pair
from looktwice.schema import Picture
from looktwice.tools.comparing.regions import differing_regions
from PIL import Image


def picture(image: Image.Image) -> Picture:
    return Picture(sha256="a" * 64, width=image.width, height=image.height, format="PNG")


@pytest.mark.parametrize("change", ["removed", "added", "colour"])
def test_what_differs_is_found_in_other_light_and_from_a_little_beside(change: str) -> None:
    made = pair(Random(1), change)
    found = differing_regions(made.first, made.second, (picture(made.first), picture(made.second)))
    assert found.same_scene
    assert len(found.regions) == len(made.boxes)
    for box in made.boxes:
        (region,) = [region for region in found.regions if region.first.iou(box) >= 0.5]
        assert region.kind == ("changed" if change == "colour" else change)


def test_light_and_a_small_shift_are_no_difference() -> None:
    made = pair(Random(3), "nothing")
    found = differing_regions(made.first, made.second, (picture(made.first), picture(made.second)))
    assert found.same_scene
    assert found.regions == ()


def test_two_scenes_are_not_laid_over_each_other() -> None:
    one, other = pair(Random(4), "nothing").first, Image.effect_noise((640, 480), 90).convert("RGB")
    assert not differing_regions(one, other, (picture(one), picture(other))).same_scene
