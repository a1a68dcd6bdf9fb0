"""Scans are read side by side; one that nobody reads is kept and reported."""

from __future__ import annotations

import threading
from pathlib import Path

from looktwice.errors import MissingExtra, ToolError
from looktwice.extensions.extras import not_installed
from looktwice.retrieval.ingest.reader import ScanReader
from looktwice.schema import Picture, TextLine
from looktwice.settings import Settings
from PIL import Image

from ..kit import open_index


def test_a_scan_nobody_reads_is_kept_and_reported(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    Image.new("RGB", (60, 40), "red").save(folder / "red.png")

    def failing(image: Image.Image, picture: Picture) -> list[TextLine]:
        raise ToolError("the reader broke", "failed")

    for number, scan_reader in enumerate((None, ScanReader(read=failing))):
        with open_index(
            tmp_path / f"ix{number}", settings, write=True, scan_reader=scan_reader
        ) as index:
            summary = index.add([folder])
            assert summary.added == ("red.png",)
            ((path, reason),) = summary.failed
            assert path.endswith("red.png")
            assert reason.startswith("added without page 1 (")
            assert [f.reason for f in index.failures()] == [reason]
            assert index.page("red.png", 1).label.startswith("unreadable: ")
            red = Image.new("RGB", (20, 20), "red")
            assert index.similar_pictures(red)[0].document == "red.png"
            index.remove(["red.png"])
            assert index.failures() == []


def test_where_ocr_is_not_installed_a_scan_says_with_which_command_it_comes(
    tmp_path: Path, settings: Settings
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    Image.new("RGB", (60, 40), "red").save(folder / "red.png")
    (folder / "words.txt").write_text("The warranty lasts 24 months.")

    def missing(image: Image.Image, picture: Picture) -> list[TextLine]:
        raise MissingExtra(not_installed("experts"), "experts")

    reader = ScanReader(read=missing)
    with open_index(tmp_path / "ix", settings, write=True, scan_reader=reader) as index:
        summary = index.add([folder])
        assert set(summary.added) == {"red.png", "words.txt"}
        ((path, reason),) = summary.failed
        assert path.endswith("red.png")
        assert "pip install 'looktwice[experts]'" in reason
        assert index.search("warranty")[0].document == "words.txt"


def test_scans_are_read_side_by_side_and_stay_in_order(tmp_path: Path, settings: Settings) -> None:
    """Each page waits until another one is being read, too."""
    together = threading.Barrier(2, timeout=20)
    greys = [10, 60, 110, 160, 210, 250]
    pages = [Image.new("RGB", (60, 40), (grey, grey, grey)) for grey in greys]
    pages[0].save(tmp_path / "pages.tiff", save_all=True, append_images=pages[1:])

    def read(image: Image.Image, picture: Picture) -> list[TextLine]:
        together.wait()
        grey = image.convert("L").getpixel((0, 0))
        return [TextLine(text=f"grey{grey}", score=1.0, box=picture.box(0, 0, 9, 9))]

    scan_reader = ScanReader(read=read, at_once=2)
    with open_index(tmp_path / "ix", settings, write=True, scan_reader=scan_reader) as index:
        summary = index.add([tmp_path / "pages.tiff"])
        assert (summary.failed, summary.pages) == ((), 6)
        for number, grey in enumerate(greys, 1):
            assert f"grey{grey}" in index.page("pages.tiff", number).text
