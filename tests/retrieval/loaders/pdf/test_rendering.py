"""Pages without usable text are drawn, as sharp as there is need."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from looktwice.retrieval.loaders.base import Scan
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.pages import Page
from looktwice.settings import DocumentLimits
from PIL import Image

from ... import pdf_kit
from .kit import LIMITS, Maker


def test_pages_without_text_are_pictures(make: Maker) -> None:
    kit = pdf_kit
    stamp, layer = kit.text(72, 20, "Scanned by X"), b"3 Tr " + kit.text(72, 400, "words " * 20, 6)
    pages = make.read(
        kit.Sheet(picture=True),
        kit.Sheet(stamp, picture=True),
        kit.Sheet(stamp),
        kit.Sheet(layer, picture=True),
        kit.Sheet(),
        kit.Sheet(b"1 g 0 0 99 99 re f"),
    )
    assert [type(page) for page in pages] == [Scan, Scan, Page, Scan, Page, Page]
    assert pages[2].text == "Scanned by X"
    assert pages[3].layer.text.startswith("words words")
    assert pages[4].text == pages[5].text == ""


def test_glyphs_that_stand_for_nothing_are_looked_at(make: Maker) -> None:
    codes = " ".join(f"<{code:02X}> <{0xE000 + code:04X}>" for code in range(65, 91))
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
        "1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"26 beginbfchar {codes} endbfchar\nendcmap end end"
    ).encode()
    sheet = pdf_kit.Sheet(pdf_kit.text(72, 700, "HELLOWORLDAGAIN" * 6, 8))
    data = pdf_kit.Pdf([sheet]).data()
    path = make.folder / "private.pdf"
    path.write_bytes(_with_cmap(data, cmap))
    with open_document(path, LIMITS) as opened:
        assert [type(page) for page in opened.pages()] == [Scan]


def _with_cmap(data: bytes, cmap: bytes) -> bytes:
    """The same file with a ToUnicode map for Helvetica, appended as an update is."""
    number, place = 900, len(data)
    added = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, len(cmap), cmap)
    font = b"3 0 obj\n<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 900 0 R>>\nendobj\n"
    index = place + len(added) + len(font)
    old = data[data.rindex(b"startxref") :].split()[1]
    return (
        data + added + font + b"xref\n3 1\n%010d 00000 n \n900 1\n%010d 00000 n \n"
        b"trailer\n<</Size 901/Root 1 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n"
        % (place + len(added), place, old, index)
    )


RULE = b"36 760 540 1.5 re f\n"


def test_a_scan_is_not_drawn_finer_than_it_was_scanned(tmp_path: Path) -> None:
    noise = Image.effect_noise((850, 1100), 90)
    noise.save(tmp_path / "coarse.pdf", resolution=100)
    noise.save(tmp_path / "fine.pdf", resolution=300)
    drawn = []
    for name in ("coarse.pdf", "fine.pdf"):
        with open_document(tmp_path / name, LIMITS) as opened:
            (page,) = opened.pages()
            assert isinstance(page, Scan)
            drawn.append((page.size, round(page.size[0] * page.scale)))
    assert drawn == [((850, 1100), 612), ((425, 550), 204)]


def test_a_scan_that_lies_askew_keeps_its_sharpness(make: Maker) -> None:
    """The kit's picture, turned and 500 points a side: as sharp as it is upright."""
    turned = b"q 300 400 -400 300 450 0 cm /Im Do Q\n"
    upright = b"q 500 0 0 500 0 0 cm /Im Do Q\n"
    sizes = [make.read(pdf_kit.Sheet(content))[0].size for content in (turned, upright)]
    assert sizes[0] == sizes[1]


def test_a_scan_keeps_its_scale_and_its_limit(make: Maker) -> None:
    sheet = pdf_kit.Sheet(RULE, picture=True, rotate=90)
    (whole,) = make.read(sheet)
    assert (whole.width, whole.height, whole.frame) == (792, 612, "page")
    assert whole.size == (1650, 1275)
    assert whole.scale == pytest.approx(72 / 150)
    assert len(whole.rgb) == 3 * math.prod(whole.size)
    (small,) = make.read(sheet, limits=DocumentLimits(render_pixels=10_000))
    assert math.prod(small.size) <= 10_000
    assert small.size[0] * small.scale == pytest.approx(792)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(RULE, Page, id="a rule"),
        pytest.param(RULE + b"36 36 1 700 re f\n", Scan, id="rules that cross"),
        pytest.param(RULE + b".9 g 300 400 3 5 re f\n", Scan, id="a faint letter"),
    ],
)
def test_only_what_may_hold_writing_is_looked_at(content: bytes, kind: type, make: Maker) -> None:
    (page,) = make.read(pdf_kit.Sheet(content))
    assert type(page) is kind


def test_a_gigantic_page_is_drawn_within_the_limit(make: Maker) -> None:
    (page,) = make.read(
        pdf_kit.Sheet(b"0 0 50000 50000 re f", media=(0, 0, 1e5, 1e5)),
        limits=DocumentLimits(render_pixels=1_000_000),
    )
    assert math.prod(page.size) <= 1_000_000
