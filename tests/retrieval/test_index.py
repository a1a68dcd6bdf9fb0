"""The whole index: adding, finding, changing, removing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from looktwice.errors import BadInput, UsageError
from looktwice.retrieval.catalog.rows import Filters
from looktwice.retrieval.ingest.reader import ScanReader
from looktwice.schema import Box, Detection, Picture, TextLine
from looktwice.settings import Settings
from PIL import Image

from .kit import open_index


def test_what_was_added_is_found_with_its_page_and_way(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        summary = index.add([docs])
        assert sorted(summary.added) == [f"letter_{n}.txt" for n in range(4)]
        assert (summary.failed, summary.pages) == ((), 4)
    with open_index(tmp_path / "ix", settings) as index:
        first = index.search("What about the boiler repair?")[0]
        assert (first.document, first.page) == ("letter_1.txt", 1)
        assert "1001" in first.text
        assert set(first.found_by) == {"words", "text"}
        assert 0 < first.score <= 1
        assert len(index) == 4
        assert "4 txt" in index.describe()


def test_update_takes_in_what_is_new_and_lets_go_what_vanished(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        (docs / "letter_0.txt").unlink()
        (docs / "new.txt").write_text("About penguins.")
        summary = index.update()
        assert (summary.added, summary.removed) == (("new.txt",), ("letter_0.txt",))
        assert all(hit.document != "letter_0.txt" for hit in index.search("rent of the flat"))


def test_a_removed_document_is_found_by_no_route(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    Image.new("RGB", (40, 40), "red").save(docs / "red.png")
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        assert index.search("boiler")[0].document == "letter_1.txt"
        red = Image.new("RGB", (20, 20), "red")
        assert index.similar_pictures(red)[0].document == "red.png"
        assert index.remove(["letter_1.txt", "red.png"]) == ["letter_1.txt", "red.png"]
        assert all(hit.document != "letter_1.txt" for hit in index.search("boiler repair 1001"))
        assert index.similar_pictures(red) == []
        assert index.verify(repair=False).ok
        with pytest.raises(BadInput, match="is not in the index"):
            index.page("letter_1.txt", 1)
        with pytest.raises(BadInput, match="letter_1"):
            index.remove(["letter_0.txt", "letter_1.txt"])
        assert len(index) == 3, "an unknown name removes nothing"
    left = b"".join(p.read_bytes() for p in (tmp_path / "ix").rglob("*") if p.is_file())
    assert b"boiler" not in left


def test_like_this_but_with_words(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, colour in (("one", "#ff0000"), ("two", "#d00000"), ("three", "#0000ff")):
        Image.new("RGB", (60, 40), colour).save(folder / f"{name}.png")

    def read(image: Image.Image, picture: Picture) -> list[TextLine]:
        dark = image.convert("RGB").getpixel((1, 1)) == (208, 0, 0)
        text = "harbour at night" if dark else "harbour at noon"
        return [TextLine(text=text, score=0.9, box=picture.box(0, 0, 9, 9))]

    with open_index(tmp_path / "ix", settings, write=True, scan_reader=ScanReader(read)) as index:
        index.add([folder])
        red = Image.new("RGB", (60, 40), "#ff0000")
        assert index.similar_pictures(red)[0].document == "one.png"
        for words in ("harbour night", "at night"):
            first, *others = index.similar_pictures(red, words=words)
            assert first.document == "two.png"
            assert {way for hit in others for way in hit.found_by} == {"picture"}


def test_a_picture_finds_pictures(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for colour in ("red", "green", "blue"):
        Image.new("RGB", (60, 40), colour).save(folder / f"{colour}.png")
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([folder])
        hits = index.search(picture=Image.new("RGB", (10, 10), (0, 0, 250)))
        assert hits[0].document == "blue.png"
        assert hits[0].found_by == ("picture",)
        image, scale = index.view("blue.png", 1)
        assert (image.size, scale) == ((60, 40), 1)


def test_a_page_is_shown_of_a_file_that_was_copied_back_but_not_of_another(
    tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "a.bmp"
    Image.new("RGB", (60, 40), "red").save(path)
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([path])
        os.utime(path, ns=(1, 1))
        assert index.render("a.bmp", 1).getpixel((1, 1)) == (255, 0, 0)
        Image.new("RGB", (60, 40), "blue").save(path)  # of the same size in bytes
        with pytest.raises(BadInput, match="has changed since it was added; run `index update`"):
            index.render("a.bmp", 1)


def test_a_short_page_is_given_whole_so_that_no_part_of_it_hides_another(
    tmp_path: Path, settings: Settings
) -> None:
    def read(image: Image.Image, picture: Picture) -> list[TextLine]:
        return [TextLine(text="The total is 33.64", score=1.0, box=picture.box(1, 1, 30, 9))]

    cup = Detection(label="cups", score=0.9, box=Box(x1=1, y1=1, x2=9, y2=9))
    scan_reader = ScanReader(read=read, objects=lambda image, picture: [cup, cup])
    Image.new("RGB", (60, 40), "white").save(tmp_path / "receipt.png")
    with open_index(tmp_path / "ix", settings, write=True, scan_reader=scan_reader) as index:
        index.add([tmp_path / "receipt.png"])
        hits = index.search("two cups")
        assert len(hits) == 1
        assert "cups" in hits[0].text
        assert "33.64" in hits[0].text
        assert len(hits[0].boxes) == 1


def test_filters_keep_others_out(tmp_path: Path, docs: Path, settings: Settings) -> None:
    with open_index(tmp_path / "ix", settings, write=True) as index:
        index.add([docs])
        with pytest.raises(BadInput, match="nobody"):
            index.search("letter", filters=Filters(documents=("nobody.txt",)))
        only = Filters(documents=("letter_0.txt",))
        assert {h.document for h in index.search("letter", filters=only)} == {"letter_0.txt"}
        assert index.search("letter", filters=Filters(types=("pdf",))) == []


def test_one_writer_is_named_and_readers_go_on(
    tmp_path: Path, docs: Path, settings: Settings
) -> None:
    with open_index(tmp_path / "ix", settings, write=True, purpose="the first one") as writer:
        writer.add([docs])
        with pytest.raises(UsageError, match="the first one"):
            open_index(tmp_path / "ix", settings, write=True)
        with open_index(tmp_path / "ix", settings) as reader:
            assert reader.search("boiler")[0].document == "letter_1.txt"
            (docs / "late.txt").write_text("A word about flamingos.")
            writer.add([docs])
            assert reader.search("flamingos")[0].document == "late.txt"
            with pytest.raises(UsageError, match="reading only"):
                reader.add([docs])


def test_an_index_that_is_not_there_is_told(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(UsageError):
        open_index(tmp_path / "none", settings)
    assert not (tmp_path / "none").exists()
