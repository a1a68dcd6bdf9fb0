"""What is written large in a scan is told by its letters, not by the boxes of a recogniser."""

from __future__ import annotations

from looktwice.agent.extraction.records.pages.rows import PageText, scan_text
from looktwice.retrieval.loaders.base import Scan
from looktwice.schema import Box, Picture, TextLine
from PIL import Image, ImageDraw, ImageFont

WORDS = [
    "Mill Street 4",
    "Invoice 4711",
    "Hook and rope",
    "Steel of 8 mm",
    "Sum 49.00",
    "Thank you",
]


def scanned(large: int, box_height: float) -> PageText:
    """A scan whose row `large` is written large; every other box is `box_height` high by chance."""
    image = Image.new("RGB", (600, 400), "white")
    draw = ImageDraw.Draw(image)
    lines = []
    for at, words in enumerate(WORDS):
        font = ImageFont.load_default(30 if at == large else 18)
        draw.text((20, 20 + 60 * at), words, "black", font=font)
        high = box_height if at % 2 == 0 else 40
        box = Box(x1=15, y1=15 + 60 * at, x2=400, y2=15 + 60 * at + high)
        lines.append(TextLine(text=words, score=0.9, box=box, row=at))
    picture = Picture(sha256="0" * 64, width=600, height=400, format="RGB")
    scan = Scan(1, (600, 400), image.tobytes(), 1.0, 600, 400, "picture")
    return scan_text(scan, lines, image, picture)


def test_a_title_is_told_whatever_the_boxes_are() -> None:
    assert scanned(large=1, box_height=60).titles == ("Invoice 4711",)


def test_high_boxes_make_no_title() -> None:
    assert scanned(large=-1, box_height=60).titles == ()
