"""The cut a citation points at."""

from __future__ import annotations

import io

import pytest
from looktwice.errors import BadInput
from looktwice.schema import Box, Origin
from looktwice.ui.web.cuts import cut_around
from PIL import Image

from .kit import picture

DARK, WHITE = (10, 10, 10), (255, 255, 255)


def page() -> Image.Image:
    """A white page of 600 x 800 with a dark word at 400..480, 700..720."""
    image = Image.new("RGB", (600, 800), WHITE)
    image.paste(DARK, (400, 700, 480, 720))
    return image


def test_a_cut_shows_its_place_large_with_a_box_around_it() -> None:
    whole = picture(width=600, height=800)
    data = cut_around(page(), whole, [Box(x1=400, y1=700, x2=480, y2=720)])
    cut = Image.open(io.BytesIO(data)).convert("RGB")
    pixels = [cut.getpixel((x, y)) for x in range(cut.width) for y in range(cut.height)]
    dark = sum(sum(p) < 120 for p in pixels) / len(pixels)  # type: ignore[arg-type]
    assert dark > 0.08  # on the page it is 0.3 %
    red = sum(p[0] > 150 and p[1] < 100 for p in pixels)  # type: ignore[index]
    assert red > 300


def test_boxes_of_a_page_are_in_points_and_other_frames_are_left_out() -> None:
    origin = Origin(document="a.pdf", page=1, scale=0.5, frame="page")
    shown = picture(width=600, height=800, origin=origin)
    inside = Box(x1=200, y1=350, x2=240, y2=360, frame="page")
    assert cut_around(page(), shown, [inside]) == cut_around(
        page(), picture(width=600, height=800), [Box(x1=400, y1=700, x2=480, y2=720)]
    )
    with pytest.raises(BadInput, match="no such place"):
        cut_around(page(), shown, [Box(x1=0, y1=0, x2=5, y2=5)])


def test_a_place_as_large_as_the_picture_and_one_at_its_edge_stay_inside() -> None:
    for box in (Box(x1=0, y1=0, x2=600, y2=800), Box(x1=590, y1=0, x2=600, y2=5)):
        data = cut_around(page(), picture(width=600, height=800), [box])
        assert Image.open(io.BytesIO(data)).size == (480, 216)
