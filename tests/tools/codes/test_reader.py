from __future__ import annotations

from random import Random

from looktwice.control import Control
from looktwice.evals.suites.codes import Drawn, with_code, without
from looktwice.media.store import Store
from looktwice.schema import Picture
from looktwice.tools import Context
from looktwice.tools.codes import codes_tool, read_codes
from PIL import Image

from ..kit import run


def picture(image: Image.Image) -> Picture:
    return Picture(sha256="c" * 64, width=image.width, height=image.height, format="PNG")


def is_read(drawn: Drawn) -> bool:
    codes = read_codes(drawn.image, picture(drawn.image))
    return [code.text for code in codes] == [drawn.text] and codes[0].box.iou(drawn.box) >= 0.5


def test_codes_at_five_angles_sizes_and_blurs_are_read_with_their_boxes() -> None:
    rng = Random(5)
    assert sum(is_read(with_code(rng, number)) for number in range(40)) >= 38


def test_stripes_grids_and_chessboards_are_no_codes() -> None:
    rng = Random(6)
    pictures = [without(rng, number) for number in range(12)]
    assert [read_codes(image, picture(image)) for image in pictures] == [[]] * 12


def test_the_tool_tells_what_a_code_says_or_that_there_is_none(store: Store) -> None:
    drawn = with_code(Random(7), 0)
    pictures = (store.add(drawn.image), store.add(without(Random(7), 0)))
    context = Context(pictures, store, Control())
    (there,) = run(codes_tool(store), context, picture=1).evidence
    assert there.text == f"picture 1: QR code says: {drawn.text}"
    assert there.boxes[0].iou(drawn.box) >= 0.5
    (gone,) = run(codes_tool(store), context, picture=2).evidence
    assert gone.text == "picture 2: no barcode and no QR code found"
