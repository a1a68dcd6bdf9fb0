"""Scans on their side and upside down: read upright, boxes where the letters are."""

from __future__ import annotations

import pytest
from looktwice.retrieval.ingest.orientation import page_as_scanned, read_upright
from looktwice.retrieval.loaders.base import Scan
from looktwice.schema import Picture, TextLine
from PIL import Image

WORDS = ["Fernhill Dairy", "Delivery note 20-5518", "Total to pay 1,386.00"]


class Upright:
    """OCR that reads what is marked red only where it stands at the left edge, upright."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, image: Image.Image, picture: Picture) -> list[TextLine]:
        self.calls += 1
        corners = {
            "upright": (0, 0),
            "side": (0, image.height - 1),
            "other side": (image.width - 1, 0),
            "head": (image.width - 1, image.height - 1),
        }
        how = next(k for k, at in corners.items() if image.getpixel(at) == (255, 0, 0))
        lines = []
        for at, words in enumerate(WORDS):
            if how == "upright":
                box, score = picture.box(20, 30 + 40 * at, 220, 50 + 40 * at), 0.98
            elif how == "head":
                box, score = picture.box(20, 30 + 40 * at, 220, 50 + 40 * at), 0.6
            else:
                box, score = picture.box(30 + 40 * at, 20, 50 + 40 * at, 220), 0.9
            lines.append(TextLine(text=words, score=score, box=box, row=at))
        return lines


@pytest.mark.parametrize(("turn", "calls"), [(0, 1), (90, 3), (180, 2), (270, 2)])
@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_a_page_is_read_however_it_lies(turn: int, calls: int, scale: float) -> None:
    page = Image.new("RGB", (300, 400), "white")
    page.putpixel((0, 0), (255, 0, 0))
    image = page.rotate(turn, expand=True)
    scan = Scan(
        1, image.size, image.tobytes(), scale, image.width * scale, image.height * scale, "page"
    )
    picture = Picture(sha256="0" * 64, width=image.width, height=image.height, format="RGB")
    picture = picture.model_copy(
        update={"origin": {"scale": scale, "frame": "page"}}
    ).model_validate(picture.model_dump() | {"origin": {"scale": scale, "frame": "page"}})
    reader = Upright()
    lines, turns = read_upright(scan, image, picture, reader)
    assert reader.calls <= calls
    read = page_as_scanned(scan, lines, turns, "", "")
    assert read.text.split("\n") == WORDS
    assert (read.width, read.height) == (scan.width, scan.height)
    x1, y1, x2, y2 = (float(value) / scale for value in read.boxes[0])
    middle = (x1 + x2) / 2, (y1 + y2) / 2
    # "Fernhill" stands at 20 to about 134, 30 to 50 of the upright page
    wanted = {
        0: (77, 40),
        90: (40, 400 - 100 - 77),
        180: (300 - 77, 400 - 40),
        270: (400 - 40, 77),
    }[turn]
    assert middle == pytest.approx(wanted if turn != 90 else (40, 300 - 77), abs=3)


def test_few_or_sure_letters_are_read_once() -> None:
    image = Image.new("RGB", (50, 50))
    scan = Scan(1, image.size, image.tobytes(), width=50, height=50, frame="picture")
    picture = Picture(sha256="0" * 64, width=50, height=50, format="RGB")
    calls: list[int] = []

    def read(image: Image.Image, picture: Picture) -> list[TextLine]:
        calls.append(1)
        return [TextLine(text="EXIT", score=0.5, box=picture.box(0, 0, 5, 30))]

    assert read_upright(scan, image, picture, read)[1] == 0
    assert len(calls) == 1
