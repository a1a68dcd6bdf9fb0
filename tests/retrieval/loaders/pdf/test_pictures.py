"""Pictures inside pages of text come with them where they may hold words."""

from __future__ import annotations

import zlib

import pytest
from looktwice.retrieval.loaders.base import IllustratedPage
from looktwice.retrieval.pages import Page

from ... import pdf_kit
from .kit import Maker


def picture(width: int, height: int) -> bytes:
    data = zlib.compress(bytes((at * 7) % 256 for at in range(width * height)))
    return pdf_kit.stream(
        data,
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Filter/FlateDecode" % (width, height),
    )


def read(make: Maker, place: bytes, size: tuple[int, int] = (300, 120)) -> object:
    words = pdf_kit.text(
        60, 780, "Costs of the journey to the coast and back, as the driver has them."
    )
    below = pdf_kit.text(60, 300, "We ask for the money before the end of the month, if we may.")
    content = words + b"q %s cm /Im Do Q\n" % place + below
    return make.raw(content, picture(*size), resources=b"/XObject<</Im 6 0 R>>")


@pytest.mark.parametrize(
    "place", [b"300 0 0 120 60 500", b"0 200 -150 0 400 400", b"450 0 0 80 60 600"]
)
def test_a_large_picture_stands_between_its_neighbours(make: Maker, place: bytes) -> None:
    found = read(make, place)
    assert isinstance(found, IllustratedPage)
    (inset,) = found.pictures
    assert inset.after == 1
    assert len(inset.rgb) == 3 * inset.size[0] * inset.size[1]
    assert inset.box is not None
    assert inset.size[0] >= inset.box[2] - inset.box[0]


@pytest.mark.parametrize(
    ("place", "size"),
    [
        (b"60 0 0 30 60 500", (300, 150)),  # a logo
        (b"480 0 0 8 60 500", (900, 24)),  # a rule
        (b"300 0 0 120 60 500", (20, 8)),  # a colour
        (b"400 0 0 120 40 700", (300, 120)),  # lies under the text
    ],
)
def test_logos_rules_and_backgrounds_are_passed_over(
    make: Maker, place: bytes, size: tuple[int, int]
) -> None:
    assert isinstance(read(make, place, size), Page)
