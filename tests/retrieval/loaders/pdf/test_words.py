"""Every word has a box that lies on it as shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from looktwice.retrieval.loaders.load import render

from ... import pdf_kit
from .kit import LIMITS, Maker

TURNS = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}
"""The direction in which text has to run in a PDF to read left to right once the page is turned."""


def ink(path: Path) -> tuple[float, float, float, float]:
    """What is dark on the first page, in points."""
    image, scale = render(path, 1, LIMITS)
    ys, xs = np.nonzero(np.asarray(image.convert("L")) < 128)
    x1, y1, x2, y2 = (float(v) * scale for v in (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1))
    return x1, y1, x2, y2


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (50, 60, 450, 660)])
@pytest.mark.parametrize("upright", [True, False])
def test_boxes_lie_on_the_words_as_shown(
    make: Maker, turn: int, crop: tuple[float, ...] | None, upright: bool
) -> None:
    a, b = TURNS[turn] if upright else (1, 0)
    content = b"BT /F1 20 Tf %d %d %d %d 220 300 Tm (HELLO EDGE) Tj ET" % (a, b, -b, a)
    page = make.page(content, rotate=turn, crop=crop, media=(-20, 10, 600, 800))
    width, height = (400.0, 600.0) if crop else (620.0, 790.0)
    shown = (height, width) if turn % 180 else (width, height)
    assert (page.width, page.height) == pytest.approx(shown)
    assert page.text == "HELLO EDGE"
    dark = ink(make.folder / "a.pdf")
    low, high = page.boxes[:, :2].min(axis=0), page.boxes[:, 2:].max(axis=0)
    assert all(low <= np.array(dark[:2]) + 1)
    assert all(high >= np.array(dark[2:]) - 1)
    assert all(low >= np.array(dark[:2]) - 12)  # ascent and descent around capitals
    assert all(high <= np.array(dark[2:]) + 12)


def test_every_word_has_a_box_that_holds_only_it(make: Maker) -> None:
    page = make.page(pdf_kit.text(100, 700, "one two") + pdf_kit.text(100, 650, "three", 24))
    words = [page.text[start:end] for start, end in page.spans]
    assert words == ["one", "two", "three"]
    assert page.boxes[0][2] < page.boxes[1][0]
    assert [round(float(box[0])) for box in page.boxes] == [100, 123, 100]
    for box, base, size in zip(page.boxes, (92, 92, 142), (12, 12, 24), strict=True):
        assert base - 1.3 * size < box[1] < base - 0.6 * size
        assert base < box[3] < base + 0.5 * size
    assert page.frame == "page"


def test_what_is_cropped_away_is_not_read(make: Maker) -> None:
    content = pdf_kit.text(100, 700, "hidden") + pdf_kit.text(100, 300, "seen and")
    assert make.page(content, crop=(0, 0, 612, 500)).text == "seen and"


@pytest.mark.parametrize(
    "columns",
    [
        ["契約期間は二年とする。", "家賃は月末に支払う。", "敷金は三万円である。"],
        ["第一条は会費の額を定める。", "会員は年会費を払う。"],
        ["倉庫の鍵は八八〇六番。", "船は十七日に着く。"],
    ],
)
@pytest.mark.parametrize("from_right", [True, False])
def test_vertical_writing_is_read_from_the_right(
    make: Maker, columns: list[str], from_right: bool
) -> None:
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/KozMinPro-Regular/Encoding/UniJIS-UTF16-V"
        b"/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/KozMinPro-Regular/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 4>>/FontDescriptor"
        b"<</Type/FontDescriptor/FontName/KozMinPro-Regular/Flags 4/FontBBox[0 -120 1000 880]"
        b"/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80>>>>]>>"
    )
    drawn = list(enumerate(columns))
    content = b"".join(
        b"BT /F3 14 Tf %d 760 Td <%s> Tj ET\n"
        % (500 - 30 * at, words.encode("utf-16-be").hex().encode())
        for at, words in (drawn if from_right else drawn[::-1])
    )
    page = make.raw(content + pdf_kit.text(60, 300, "Page of the lease"), font, fonts=b"/F3 6 0 R")
    assert page.text.split("\n") == [*columns, "Page of the lease"]
    box = page.boxes_of(0, 1)[0]
    assert box.y2 - box.y1 > 30
