"""load_pdf: words where they are seen, lines as they are read, faults as people can mend them."""

from __future__ import annotations

import contextlib
import math
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.base import DocumentInfo, Scan
from looktwice.retrieval.loaders.load import open_document, render
from looktwice.retrieval.pages import Page
from looktwice.settings import DocumentLimits
from PIL import Image

from ... import pdf_kit

LIMITS = DocumentLimits()
TURNS = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}
"""The direction in which text has to run in a PDF to read left to right once the page is turned."""


class Maker:
    """Writes documents into a folder and reads them back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, *sheets: Any, name: str = "a.pdf", **document: Any) -> Path:
        path = self.folder / name
        path.write_bytes(pdf_kit.Pdf(sheets, **document).data())
        return path

    def read(self, *sheets: Any, limits: DocumentLimits = LIMITS, **document: Any) -> list[Any]:
        with open_document(self.file(*sheets, **document), limits) as opened:
            return list(opened.pages())

    def page(self, content: bytes, **sheet: Any) -> Any:
        return self.read(pdf_kit.Sheet(content, **sheet))[0]


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


def fault(path: Path, limits: DocumentLimits = LIMITS) -> str:
    with pytest.raises(BadInput) as caught, open_document(path, limits) as opened:
        list(opened.pages())
    assert caught.value.source == str(path)
    return caught.value.reason


def lines_of(page: Page) -> list[str]:
    return [page.text[line.start : line.end] for line in page.lines]


def kinds_of(page: Page) -> dict[str, str]:
    return {page.text[line.start : line.end]: line.kind for line in page.lines}


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


def test_figures_written_column_by_column_become_rows(make: Maker) -> None:
    labels = ("Revenue", "Cost of sales", "Gross profit")
    columns = {300: ("2022", "9,583", "(7,363)", "2,220"), 400: ("2021", "10,329", "8,042", "—")}
    content = b"".join(pdf_kit.text(72, 680 - 20 * at, x) for at, x in enumerate(labels))
    for x, cells in columns.items():
        content += b"".join(pdf_kit.text(x, 700 - 20 * at, c) for at, c in enumerate(cells))
    page = make.page(content)
    assert kinds_of(page) == {
        "Revenue 9,583 10,329": "row",
        "Cost of sales (7,363) 8,042": "row",
        "Gross profit 2,220 —": "row",
        "2022 2021": "row",
    }


def prose(x: float, at: int, side: str) -> bytes:
    return bytes(
        pdf_kit.text(x, 700 - 14 * at, f"{side} column line {chr(97 + at) * 5} goes on here", 10)
    )


@pytest.mark.parametrize("interwoven", [True, False])
def test_columns_of_text_are_read_one_after_the_other(make: Maker, interwoven: bool) -> None:
    left = [prose(72, at, "left") for at in range(8)]
    right = [prose(320, at, "right") for at in range(8)]
    pairs = [part for both in zip(left, right, strict=True) for part in both]
    page = make.page(b"".join(pairs if interwoven else left + right))
    sides = [line.split()[0] for line in lines_of(page)]
    assert sides == ["left"] * 8 + ["right"] * 8
    assert {line.kind for line in page.lines} == {"text"}


def test_a_table_of_words_is_not_taken_for_columns(make: Maker) -> None:
    people = [("Ann Lee Smith", "Chief executive officer of the company since May")] * 3
    people += [("Bo Li Wu", "Treasurer")] * 3
    content = b"".join(
        pdf_kit.text(x, 700 - 20 * at, part)
        for at, row in enumerate(people)
        for x, part in zip((72, 250), row, strict=True)
    )
    assert lines_of(make.page(content)) == [" ".join(row) for row in people]


def test_headings_are_larger_or_bolder_than_the_body(make: Maker) -> None:
    body = "The quick brown fox jumps over the lazy dog and so on, which takes a line."
    parts = [("Annual Report", 24, "F1"), ("Risk factors", 12, "F2")]
    parts += [(f"{body} {at}", 12, "F1") for at in "abcd"]
    content = b"".join(
        pdf_kit.text(72, 700 - 24 * at, words, size, font)
        for at, (words, size, font) in enumerate(parts)
    )
    page = make.page(content)
    assert [(line.kind, line.level) for line in page.lines[:3]] == [
        ("heading", 1),
        ("heading", 4),
        ("text", 0),
    ]
    assert page.lines[2].begins


def test_paragraphs_begin_after_a_gap_or_an_indent(make: Maker) -> None:
    places = [(72, 700), (72, 686), (72, 672), (72, 640), (72, 626), (92, 612), (72, 598)]
    content = b"".join(pdf_kit.text(x, y, f"words at {y} and on") for x, y in places)
    begins = [places[at][1] for at, line in enumerate(make.page(content).lines) if line.begins]
    assert begins == [700, 640, 612]


def test_running_heads_feet_and_page_numbers_are_furniture(make: Maker) -> None:
    def sheet(number: int) -> Any:
        words = pdf_kit.text(72, 760, f"Report 2022 | part {number // 6}")
        words += pdf_kit.text(72, 400, f"Table with 3 columns, page {'ab'[number % 2] * number}")
        return pdf_kit.Sheet(words + pdf_kit.text(300, 30, f"{number}"))

    pages = make.read(*(sheet(number) for number in range(1, 13)))
    for number, page in enumerate(pages, 1):
        kinds = kinds_of(page)
        assert kinds.pop(f"Report 2022 | part {number // 6}") == "furniture"
        assert kinds.pop(f"{number}") == "furniture"
        assert list(kinds.values()) == ["text"]


def test_reading_from_the_middle_gives_the_same_pages(make: Maker) -> None:
    sheets = [
        pdf_kit.Sheet(
            pdf_kit.text(72, 760, "Head") + pdf_kit.text(72, 400, "body " * 9, 9 + at % 3)
        )
        for at in range(12)
    ]
    path = make.file(*sheets)
    with open_document(path, LIMITS) as opened:
        whole, rest = list(opened.pages()), list(opened.pages(7))
    assert [page.number for page in rest] == list(range(7, 13))
    for one, other in zip(whole[6:], rest, strict=True):
        assert (one.text, one.lines) == (other.text, other.lines)
        assert np.array_equal(one.boxes, other.boxes)


def test_the_outline_gives_sections_and_headings(make: Maker) -> None:
    outline = [
        (0, "Part I", 0, None),
        (1, "Item 1. Business", 0, 400.0),
        (1, "Item 2. Risks", 2, 780.0),
        (0, "Part II", 3, None),
    ]
    sheets = [pdf_kit.Sheet(pdf_kit.text(72, 400, "ITEM 1 BUSINESS")) for _ in range(4)]
    pages = make.read(*sheets, outline=outline)
    assert [page.section for page in pages] == [
        ("Part I",),
        ("Part I", "Item 1. Business"),
        ("Part I", "Item 2. Risks"),
        ("Part II",),
    ]
    assert [page.lines[0].kind for page in pages] == ["heading", "text", "text", "text"]
    assert pages[0].lines[0].level == 2


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Annual Report 2022", "Annual Report 2022"),
        ("Microsoft Word - draft3.doc", ""),
        ("Untitled-1", ""),
        ("final_v2.indd", ""),
        ("0001018724-18-000005", ""),
        ("the  file", ""),
    ],
)
def test_only_a_useful_title_is_kept(make: Maker, title: str, expected: str) -> None:
    path = make.file(pdf_kit.Sheet(), name="The File.pdf", info={"Title": title})
    with open_document(path, LIMITS) as opened:
        assert opened.about == DocumentInfo("pdf", expected, 1, "")


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("D:20230105161720-05'00'", "2023-01-05"),
        ("D:20231341", ""),
        ("yesterday", ""),
        ("D:00000000000000", ""),
    ],
)
def test_the_date_is_the_one_in_the_file(make: Maker, stamp: str, expected: str) -> None:
    path = make.file(pdf_kit.Sheet(), info={"CreationDate": stamp})
    with open_document(path, LIMITS) as opened:
        assert opened.about.date == expected


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
    assert [type(page) for page in pages] == [Scan, Scan, Page, Page, Page, Page]
    assert pages[2].text == "Scanned by X"
    assert pages[3].text.startswith("words words")
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


def test_encryption(make: Maker) -> None:
    sheet = pdf_kit.Sheet(pdf_kit.text(72, 700, "top secret"))
    assert make.read(sheet, user="")[0].text == "top secret"
    assert "encrypted with a password" in fault(make.file(sheet, user="guess"))


def test_a_file_that_is_cut_off_is_refused(make: Maker) -> None:
    data = make.file(*[pdf_kit.Sheet(pdf_kit.text(72, 700, "words"))] * 50).read_bytes()
    for length in (len(data) // 2, len(data) * 9 // 10):
        (make.folder / "cut.pdf").write_bytes(data[:length])
        assert "cut off" in fault(make.folder / "cut.pdf")
    (make.folder / "padded.pdf").write_bytes(data + bytes(5000))
    with open_document(make.folder / "padded.pdf", LIMITS) as opened:
        assert opened.about.pages == 50


def test_a_linearized_file_knows_its_length(make: Maker) -> None:
    data = make.file(pdf_kit.Sheet()).read_bytes()
    hint = b"%PDF-1.7\n9 0 obj\n<</Linearized 1/L 99999/H[1 2]/O 1/E 1/N 1/T 1>>\nendobj\n"
    (make.folder / "cut.pdf").write_bytes(hint + data)
    assert "cut off" in fault(make.folder / "cut.pdf")


def test_damage_is_named(make: Maker) -> None:
    (make.folder / "a.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20 + b"\n%%EOF")
    assert "damaged PDF" in fault(make.folder / "a.pdf")
    assert "no pages" in fault(make.file())


def test_a_bad_page_is_marked_and_the_others_are_read(make: Maker) -> None:
    good = pdf_kit.Sheet(pdf_kit.text(72, 700, "good"))
    data = make.file(good, good, good).read_bytes()
    kids = re.search(rb"/Kids\[\d+ 0 R (\d+) 0 R", data)
    assert kids is not None
    broken = data[: kids.start(1)] + b"9" * len(kids[1]) + data[kids.end(1) :]
    (make.folder / "b.pdf").write_bytes(broken)
    with open_document(make.folder / "b.pdf", LIMITS) as opened:
        pages = list(opened.pages())
    assert [(page.number, page.text, page.label) for page in pages if isinstance(page, Page)] == [
        (1, "good", ""),
        (2, "", "unreadable: the page is damaged"),
        (3, "good", ""),
    ]
    with pytest.raises(BadInput, match="no page 2 that can be read"):
        render(make.folder / "b.pdf", 2, LIMITS)


def test_limits_on_pages_and_characters(make: Maker) -> None:
    path = make.file(*[pdf_kit.Sheet(pdf_kit.text(72, 700, "many words"))] * 3)
    assert "3 pages" in fault(path, DocumentLimits(pages=2))
    with open_document(path, DocumentLimits(page_characters=4)) as opened:
        page = next(iter(opened.pages()))
    assert isinstance(page, Page)
    assert (page.text, page.label) == ("many", "cut after 4 characters")


@pytest.mark.parametrize("expanded", [2**24, 2**30])
def test_a_bomb_is_refused_before_it_unpacks(make: Maker, expanded: int) -> None:
    path = make.folder / "bomb.pdf"
    path.write_bytes(pdf_kit.bomb(expanded))
    reason = fault(path, DocumentLimits(expanded=min(expanded // 2, LIMITS.expanded)))
    assert "unpacks to more than" in reason


def test_a_bomb_in_a_bomb_is_small_but_refused(make: Maker) -> None:
    path = make.folder / "bomb.pdf"
    path.write_bytes(pdf_kit.bomb(2**26, twice=True))
    assert path.stat().st_size < 4000
    assert "unpacks to more than" in fault(path, DocumentLimits(expanded=2**25))


def test_a_file_that_goes_while_it_is_read_is_read_to_the_end(make: Maker) -> None:
    path = make.file(*[pdf_kit.Sheet(pdf_kit.text(72, 400, "words"))] * 60)
    with open_document(path, LIMITS) as opened:
        pages = opened.pages()
        texts = [next(pages).text]
        path.unlink()
        texts += [page.text for page in pages]
    assert texts == ["words"] * 60


def test_a_file_that_went_before_is_said(make: Maker) -> None:
    path = make.file(pdf_kit.Sheet())
    path.unlink()
    assert "no such file" in fault(path)


def test_ten_thousand_empty_pages_are_pages_without_text(make: Maker) -> None:
    path = make.file(*[pdf_kit.Sheet()] * 10_000)
    with open_document(path, LIMITS) as opened:
        pages = list(opened.pages())
    assert [page.number for page in pages] == list(range(1, 10_001))
    assert {page.text for page in pages if isinstance(page, Page)} == {""}


def test_names_of_any_bytes(make: Maker) -> None:
    path = make.file(pdf_kit.Sheet(pdf_kit.text(72, 700, "words")))
    other = make.folder / "r\u00e9sum\u00e9 \udcff.pdf"
    try:
        shutil.copy(path, other)
    except OSError:
        pytest.skip("this file system takes only well-formed names")
    with open_document(other, LIMITS) as opened:
        assert opened.about.pages == 1


@given(data=st.data())
def test_any_damage_gives_pages_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = pdf_kit.Pdf(
        [
            pdf_kit.Sheet(pdf_kit.text(72, 700, "some words"), rotate=90),
            pdf_kit.Sheet(picture=True),
        ],
        outline=[(0, "One", 0, 3.0), (1, "Two", 1, None)],
    ).data()
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 12))):
        broken[data.draw(st.integers(5, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.pdf"
    path.write_bytes(broken)
    with (
        contextlib.suppress(BadInput),
        open_document(path, DocumentLimits(render_dpi=10, pages=50)) as opened,
    ):
        numbers = [page.number for page in opened.pages()]
        assert numbers == list(range(1, len(numbers) + 1))
