"""What the tool tells of two pictures, with experts that are told what to find."""

from __future__ import annotations

from looktwice.control import Control
from looktwice.media.store import Store
from looktwice.schema import Picture, TextLine
from looktwice.tools import Context
from looktwice.tools.comparing import PictureComparer, compare_tool
from looktwice.tools.ocr.reader import Reader
from PIL import Image, ImageDraw

from ..kit import run


class WordsOnBoards(Reader):
    """OCR that knows what a board says by its colour."""

    def __init__(self) -> None:
        pass

    def read(self, image: Image.Image, picture: Picture) -> list[TextLine]:
        word = "Platform 4" if image.getpixel((160, 118)) == (250, 250, 250) else "Platform 9"
        return [TextLine(text=word, score=0.9, box=picture.box(120, 100, 280, 140))]


def scene(ball: bool, dark: bool) -> Image.Image:
    image = Image.effect_mandelbrot((480, 360), (-2, -1.5, 1, 1.5), 80).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.rectangle((100, 90, 300, 150), fill=(250, 250, 250), outline="black")
    pen.rectangle((205, 112, 225, 132), fill=(20, 20, 20))
    if dark:
        pen.rectangle((120, 100, 280, 140), fill=(250, 240, 20))
        pen.rectangle((125, 105, 200, 135), fill=(20, 20, 20))
    if ball:
        pen.ellipse((340, 220, 420, 300), fill=(200, 30, 30))
    return image


def test_differences_are_told_with_a_box_in_each_picture(store: Store) -> None:
    pictures = (store.add(scene(True, False)), store.add(scene(False, True)))
    tool = compare_tool(PictureComparer(store, None, WordsOnBoards()))
    told, there = run(tool, Context(pictures, store, Control()), picture=1, other=2).evidence
    assert told.text.startswith("pictures 1 and 2: 2 differences found:")
    assert "something red is gone" in told.text
    assert "“4” became “9”" in told.text
    assert (told.source.picture, there.source.picture) == tuple(p.sha256 for p in pictures)
    assert len(told.boxes) == len(there.boxes) == 2


def test_the_same_picture_has_no_difference(store: Store) -> None:
    pictures = (store.add(scene(True, False)),)
    tool = compare_tool(PictureComparer(store))
    (told,) = run(tool, Context(pictures, store, Control()), picture=1, other=1).evidence
    assert "no difference found" in told.text
