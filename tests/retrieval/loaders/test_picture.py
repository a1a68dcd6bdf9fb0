"""load_picture: a picture is a scan that knows its size, its place and its time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from looktwice.errors import BadInput
from looktwice.retrieval.loaders.base import DocumentInfo, Scan
from looktwice.retrieval.loaders.load import open_document
from looktwice.retrieval.loaders.picture import page_of_scan
from looktwice.retrieval.pages import Page
from looktwice.retrieval.text.chunking import Chunker
from looktwice.schema import Box, Frame, TextLine
from looktwice.settings import DocumentLimits
from PIL import Image, TiffImagePlugin

LIMITS = DocumentLimits()
_EXIF, _GPS = 0x8769, 0x8825


def scans(
    path: Path, limits: DocumentLimits = LIMITS, first: int = 1
) -> tuple[DocumentInfo, list[Scan]]:
    with open_document(path, limits) as opened:
        found = list(opened.pages(first))
    assert all(isinstance(scan, Scan) for scan in found)
    return opened.about, found  # type: ignore[return-value]


def fault(path: Path, limits: DocumentLimits = LIMITS) -> str:
    with pytest.raises(BadInput) as caught:
        scans(path, limits)
    assert caught.value.source == str(path)
    return caught.value.reason


def photo(path: Path, tags: dict[int, Any], gps: dict[int, Any] | None = None) -> Path:
    exif = Image.Exif()
    exif.update({tag: value for tag, value in tags.items() if tag != 0x9003})
    if 0x9003 in tags:
        exif.get_ifd(_EXIF)[0x9003] = tags[0x9003]
    if gps:
        exif.get_ifd(_GPS).update(gps)
    Image.new("RGB", (40, 20), "red").save(path, exif=exif)
    return path


def scan(frame: Frame = "picture", notes: tuple[str, ...] = ()) -> Scan:
    return Scan(3, (4, 2), bytes(24), 2.0, 8, 4, frame, ("Album",), notes)


def read(text: str, top: float, row: int) -> TextLine:
    return TextLine(text=text, score=0.9, box=Box(x1=0, y1=top, x2=8, y2=top + 1), row=row)


def test_a_picture_is_one_scan_of_its_pixels(tmp_path: Path) -> None:
    image = Image.effect_noise((30, 20), 90).convert("RGB")
    image.save(tmp_path / "a.png")
    about, (one,) = scans(tmp_path / "a.png")
    assert about == DocumentInfo("picture", "", 1, "")
    assert (one.number, one.size, one.scale, one.frame) == (1, (30, 20), 1.0, "picture")
    assert (one.width, one.height, one.notes) == (30, 20, ())
    assert one.rgb == image.tobytes()


def test_a_picture_is_upright_and_measured_so(tmp_path: Path) -> None:
    _, (one,) = scans(photo(tmp_path / "a.jpg", {0x0112: 6}))
    assert (one.size, one.width, one.height) == ((20, 40), 20, 40)


def test_when_where_and_with_what_a_photo_was_taken(tmp_path: Path) -> None:
    tags = {
        0x9003: "2021:05:03 14:22:10",
        0x0132: "2022:01:01 00:00:00",
        0x010F: "Canon\0\0",
        0x0110: "Canon EOS 5D",
    }
    gps = {1: "N", 2: (48.0, 51.0, 30.24), 3: "W", 4: (2.0, 17.0, 40.2)}
    about, (one,) = scans(photo(tmp_path / "a.jpg", tags, gps))
    assert about.date == "2021-05-03"
    assert one.notes == ("taken 2021-05-03 14:22", "at 48.8584 N, 2.2945 W", "with Canon EOS 5D")


def test_maker_and_model_are_both_named_when_they_differ(tmp_path: Path) -> None:
    _, (one,) = scans(photo(tmp_path / "a.jpg", {0x010F: "Acme", 0x0110: "X-1"}))
    assert one.notes == ("with Acme X-1",)


def test_the_date_of_the_last_change_is_a_date_but_no_note(tmp_path: Path) -> None:
    about, (one,) = scans(photo(tmp_path / "a.jpg", {0x0132: "2022:01:02 03:04:05"}))
    assert (about.date, one.notes) == ("2022-01-02", ())


@pytest.mark.parametrize(
    ("tags", "gps"),
    [
        ({0x9003: "0000:00:00 00:00:00"}, {}),
        ({0x9003: "2021:13:45 99:00:00"}, {}),
        ({0x9003: "yesterday"}, {}),
        ({}, {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (2.0, 0.0, 0.0)}),
        ({}, {1: "N", 2: (48.0, 51.0, 30.0)}),
        ({}, {1: "?", 2: (48.0, 0.0, 0.0), 3: "E", 4: (2.0, 0.0, 0.0)}),
        ({}, {1: "N", 2: (48.0, 0.0), 3: "E", 4: (2.0, 0.0, 0.0)}),
        ({0x010F: "\x01\x02 "}, {}),
    ],
)
def test_nonsense_from_the_camera_is_left_out(
    tmp_path: Path, tags: dict[int, Any], gps: dict[int, Any]
) -> None:
    about, (one,) = scans(photo(tmp_path / "a.jpg", tags, gps))
    assert (about.date, one.notes) == ("", ())


def test_a_degree_divided_by_zero_is_left_out(tmp_path: Path) -> None:
    nothing = TiffImagePlugin.IFDRational(0, 0)
    gps = {1: "N", 2: (nothing, nothing, nothing), 3: "E", 4: (2.0, 0.0, 0.0)}
    assert scans(photo(tmp_path / "a.jpg", {}, gps))[1][0].notes == ()


def test_a_tiff_has_a_scan_a_page_and_its_thumbnails_are_none(tmp_path: Path) -> None:
    pages = [Image.new("RGB", (10 + n, 20), (n * 50, 0, 0)) for n in range(4)]
    thumbnail = TiffImagePlugin.ImageFileDirectory_v2()
    thumbnail[254] = 1
    pages[2].encoderinfo = {"tiffinfo": thumbnail}
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    about, found = scans(tmp_path / "a.tif")
    assert about.pages == 3
    assert [(one.number, one.size, one.rgb[0]) for one in found] == [
        (1, (10, 20), 0),
        (2, (11, 20), 50),
        (3, (13, 20), 150),
    ]
    assert [one.number for one in scans(tmp_path / "a.tif", first=3)[1]] == [3]


def test_the_frames_of_an_animation_are_no_pages(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert len(scans(tmp_path / "a.gif")[1]) == 1


def test_a_tiff_of_too_many_pages_is_refused(tmp_path: Path) -> None:
    page = Image.new("L", (9, 9))
    page.save(tmp_path / "a.tif", save_all=True, append_images=[page] * 4)
    assert "LOOKTWICE_DOCUMENTS__PAGES" in fault(tmp_path / "a.tif", DocumentLimits(pages=4))


def test_a_large_picture_is_reduced_and_keeps_its_frame(tmp_path: Path) -> None:
    Image.new("RGB", (400, 200)).save(tmp_path / "a.png")
    _, (one,) = scans(tmp_path / "a.png", DocumentLimits(render_pixels=20_000))
    assert (one.size, one.scale) == ((200, 100), 2.0)
    assert (one.width, one.height, len(one.rgb)) == (400, 200, 60_000)


def test_a_bomb_and_a_cut_off_picture_are_refused(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    assert "pixels" in fault(tmp_path / "bomb.png")
    Image.effect_noise((300, 300), 90).save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:9000])
    assert "cut off" in fault(tmp_path / "cut.jpg")


# --- pages of scans ----------------------------------------------------------------------------


def passages(page: Page) -> list[str]:
    return [page.text[chunk.start : chunk.end] for chunk in Chunker().chunks(page)]


def test_what_a_picture_shows_and_what_is_written_in_it_are_passages_of_their_own() -> None:
    page = page_of_scan(
        scan(notes=("taken 2021-05-03 14:22",)),
        [read("cero", 0, 0), read("emisiones", 1, 1)],
        objects="4 people, 1 bus",
        caption="People wait for a bus.",
    )
    assert passages(page) == [
        "shown in the picture\nPeople wait for a bus.\nobjects: 4 people, 1 bus\n"
        "taken 2021-05-03 14:22",
        "words in the picture\ncero\nemisiones",
    ]
    assert (page.number, page.width, page.height, page.frame) == (3, 8, 4, "picture")
    assert (page.section, page.scanned) == (("Album",), True)
    at = page.text.index("emisiones")
    assert page.boxes_of(at, at + 9) == (Box(x1=0, y1=1, x2=8, y2=2),)
    assert page.boxes_of(0, page.text.index("cero")) == ()


def test_a_picture_of_words_alone_is_just_its_words() -> None:
    page = page_of_scan(scan(), [read("TOTAL 9.90", 0, 0)])
    assert passages(page) == ["TOTAL 9.90"]


def test_a_picture_without_words_is_what_it_shows() -> None:
    assert passages(page_of_scan(scan(), [], "1 cat")) == ["shown in the picture\nobjects: 1 cat"]
    assert passages(page_of_scan(scan(), [])) == []


def test_a_scanned_page_is_its_lines_whatever_else_was_seen() -> None:
    page = page_of_scan(scan("page"), [read("Invoice", 0, 0)], "1 book", "A page.")
    assert (page.text, page.frame, page.scanned) == ("Invoice", "page", True)
