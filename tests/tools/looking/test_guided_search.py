"""The search for the part that answers: where it looks, what it costs, what it keeps."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from looktwice.media.store import Store
from looktwice.schema import Box, Picture
from looktwice.tools.looking.guided_search import Effort, RegionMatch, cut, search
from looktwice.tools.looking.regions import Region
from PIL import Image

PICTURE = Picture(sha256="b" * 64, width=1600, height=1600, format="PNG")
OTHER = Picture(sha256="c" * 64, width=1600, height=1600, format="PNG")
SMALL = 200 * 200


class Eye:
    """Is sure of parts that hold a thing whole; counts its looks."""

    def __init__(self, thing: Box, picture: Picture = PICTURE) -> None:
        self.thing, self.picture = thing, picture
        self.looked: list[Region] = []

    def __call__(self, picture: Picture, region: Region) -> float:
        self.looked.append(region)
        if picture != self.picture:
            return 0.05
        return 0.95 if region.box.intersection(self.thing) >= 0.999 * self.thing.area else 0.05


def thing_at(x: float, y: float, side: float = 60) -> Box:
    return Box(x1=x, y1=y, x2=x + side, y2=y + side)


@given(x=st.floats(0, 1540), y=st.floats(0, 1540))
def test_it_finds_what_is_small_wherever_it_is(x: float, y: float) -> None:
    eye = Eye(thing_at(x, y))
    found = search([PICTURE], [], eye, Effort(looks=40, keep=1, pixels=SMALL))
    assert len(found) == 1
    assert found[0].region.box.intersection(eye.thing) >= 0.999 * eye.thing.area
    assert found[0].region.box.area < 1600 * 1600 / 9
    assert len(eye.looked) <= 40


@given(x=st.floats(0, 1540), y=st.floats(0, 1540), looks=st.integers(0, 20))
def test_it_never_looks_more_often_than_it_may(x: float, y: float, looks: int) -> None:
    eye = Eye(thing_at(x, y))
    search([PICTURE, OTHER], [], eye, Effort(looks=looks, pixels=SMALL))
    assert len(eye.looked) <= looks


def test_it_goes_to_the_picture_that_shows_it() -> None:
    eye = Eye(thing_at(300, 1100), OTHER)
    (found, *_) = search([PICTURE, OTHER], [], eye, Effort(looks=40, pixels=SMALL))
    assert found.picture == OTHER


def test_a_candidate_is_looked_at_first_and_can_be_enough() -> None:
    eye = Eye(thing_at(700, 700))
    hint = Region("detector", Box(x1=690, y1=690, x2=800, y2=800))
    found = search([PICTURE], [RegionMatch(PICTURE, hint)], eye, Effort(looks=1, pixels=SMALL))
    assert eye.looked == [hint]
    assert [f.region.box for f in found] == [hint.box]


def test_it_ends_where_a_part_that_is_seen_whole_shows_it() -> None:
    eye = Eye(thing_at(700, 700))
    hint = Region("detector", Box(x1=690, y1=690, x2=800, y2=800))
    found = search([PICTURE], [RegionMatch(PICTURE, hint)], eye, Effort(looks=12, pixels=SMALL))
    assert eye.looked == [hint]
    assert [f.region.box for f in found] == [hint.box]


def test_where_nothing_shows_it_nothing_is_returned() -> None:
    eye = Eye(thing_at(0, 0), OTHER)
    assert search([PICTURE], [], eye, Effort(looks=12, pixels=SMALL)) == []


def test_a_picture_the_model_sees_whole_costs_nothing() -> None:
    eye = Eye(thing_at(10, 10))
    assert search([PICTURE], [], eye, Effort(pixels=1600 * 1600)) == []
    assert eye.looked == []


def test_an_enlarged_part_is_not_split_for_pixels_it_never_had() -> None:
    """Whether there is more to see is asked of the pixels of the picture itself."""
    from looktwice.schema import Origin

    enlarged = PICTURE.model_copy(update={"origin": Origin(picture="d" * 64, scale=0.1)})
    eye = Eye(thing_at(10, 10), enlarged)
    search([enlarged], [], eye, Effort(looks=4, pixels=SMALL))
    assert len(eye.looked) == 4  # 1600 x 1600 pixels of its own, on 160 x 160 of the original


def test_cut_parts_know_their_place(tmp_path: Path) -> None:
    store = Store(tmp_path)
    whole = store.add(Image.new("RGB", (400, 400), "red"))
    found = RegionMatch(whole, Region("part", Box(x1=100, y1=200, x2=200, y2=300)))
    part = cut(store, found, least_side=200, most_pixels=10**6)
    assert part is not None
    assert (part.width, part.height) == (200, 200)
    assert part.box(0, 0, 200, 200) == found.region.box
    outside = RegionMatch(whole, Region("part", Box(x1=900, y1=900, x2=950, y2=950)))
    assert cut(store, outside, least_side=0, most_pixels=10**6) is None
