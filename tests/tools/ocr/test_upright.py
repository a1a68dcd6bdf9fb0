from __future__ import annotations

import pytest
from looktwice.schema import Picture, TextLine
from looktwice.tools.ocr.reader import text_evidence
from looktwice.tools.ocr.upright import placed_back, read_upright
from PIL import Image

MARK = (120, 200, 260, 230)
"""Where the words stand in the picture as it is given."""


def reading_what_is_dark(image: Image.Image, picture: Picture) -> list[TextLine]:
    """OCR that finds one dark area; it is sure where the area is wide and in the upper half."""
    dark = image.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    assert dark is not None
    upright = dark[2] - dark[0] > dark[3] - dark[1] and dark[1] < image.height / 2
    return [
        TextLine(
            text="Delivery note 20-5518", score=0.97 if upright else 0.6, box=picture.box(*dark)
        )
    ]


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_words_of_a_turned_picture_are_read_and_boxed_where_they_stand(turned: int) -> None:
    page = Image.new("RGB", (400, 600), "white")
    page.paste("black", MARK)
    image = page.rotate(turned, expand=True)
    picture = Picture(sha256="a" * 64, width=image.width, height=image.height, format="PNG")
    read = read_upright(reading_what_is_dark, image, picture)
    assert read.turns * 90 == -turned % 360
    evidence = placed_back(text_evidence(read.lines, picture), read.turns, picture)
    dark = image.convert("L").point(lambda value: 255 * (value < 128)).getbbox()
    assert evidence.lines[0].box.xyxy == evidence.boxes[0].xyxy == dark
