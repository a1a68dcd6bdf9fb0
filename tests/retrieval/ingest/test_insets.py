"""Words of pictures in pages stand where the pictures stand, and are read once."""

from __future__ import annotations

import pytest
from looktwice.errors import ToolError
from looktwice.retrieval.ingest.insets import InsetReader
from looktwice.retrieval.ingest.reader import ScanReader
from looktwice.retrieval.loaders.base import IllustratedPage, Inset
from looktwice.retrieval.pages import Page, RawLine, Word, build_page
from looktwice.schema import Picture, TextLine
from PIL import Image


def page(number: int = 1) -> Page:
    lines = [
        RawLine((Word("Above", (10, 10, 60, 20)),)),
        RawLine((Word("Below", (10, 200, 60, 210)),)),
    ]
    return build_page(number, lines, width=300, height=400)


def inset(after: int, grey: int, box: tuple[float, float, float, float] | None) -> Inset:
    return Inset(after, (100, 50), Image.new("RGB", (100, 50), (grey,) * 3).tobytes(), box)


class Counted:
    def __init__(self) -> None:
        self.read: list[int] = []

    def __call__(self, image: Image.Image, picture: Picture) -> list[TextLine]:
        pixel = image.getpixel((0, 0))
        assert isinstance(pixel, tuple)
        grey = int(pixel[0])
        self.read.append(grey)
        if grey == 66:
            raise ToolError("broken", "failed")
        return [TextLine(text=f"shade {grey}", score=1, box=picture.box(10, 10, 90, 40))]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_words_stand_behind_the_line_before_their_picture(after: int) -> None:
    reader = InsetReader("a.pdf", ScanReader(read=Counted()))
    illustrated = IllustratedPage(page(), (inset(after, 7, (100, 100, 200, 150)),))
    read = reader.page(illustrated)
    lines = ["Above", "Below"]
    lines.insert(after, "shade 7")
    assert read.text.split("\n") == lines
    start = read.text.index("7")
    (box,) = read.boxes_of(start, start + 1)
    assert (box.y1, box.y2) == (110, 140)
    assert 170 < box.x1 < box.x2 <= 190.5
    assert read.boxes_of(0, 1)[0].x1 == (10 if after else 110)


def test_a_picture_on_every_page_is_read_once() -> None:
    ocr = Counted()
    reader = InsetReader("a.docx", ScanReader(read=ocr))
    texts = [
        reader.page(IllustratedPage(page(n), (inset(1, 9, None), inset(1, n, None)))).text
        for n in (1, 2, 3)
    ]
    assert ocr.read == [9, 1, 2, 3]
    assert [text.count("shade 9") for text in texts] == [1, 0, 0]


def test_a_picture_that_cannot_be_read_costs_its_words_only() -> None:
    reader = InsetReader("a.pdf", ScanReader(read=Counted()))
    read = reader.page(IllustratedPage(page(), (inset(1, 66, None), inset(1, 5, None))))
    assert read.text.split("\n") == ["Above", "shade 5", "Below"]
    assert InsetReader("a.pdf", None).page(IllustratedPage(page(), ())).text == page().text
