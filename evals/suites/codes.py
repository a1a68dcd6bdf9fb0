"""Barcodes and QR codes on parcels: turned, small, blurred; each beside a parcel that has none."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from PIL import Image, ImageFilter

from ...schema import Box
from ..task import Task, Truth
from . import names
from .maker import Maker
from .paper import Sheet

EACH = 24
_TOOLS = (frozenset({"read_codes"}),)
_WAYS = ((0, 2, 0.5), (15, 3, 1.0), (45, 4, 1.5), (90, 2, 0.8), (200, 5, 2.0))
"""Degrees it is turned by, pixels of its smallest part, and the blur's radius in pixels."""
KINDS = ("QRCode", "EAN13", "Code128", "DataMatrix", "Code39", "QRCode", "Aztec", "PDF417")


class Drawn(NamedTuple):
    """A picture with a code: what the code says, and where it stands with its quiet zone."""

    image: Image.Image
    kind: str
    text: str
    box: Box


def generate(make: Maker) -> list[Task]:
    """Every kind of code in turn, each time turned, sized and blurred otherwise."""
    tasks = []
    for number in range(EACH):
        drawn, name = with_code(make.rng, number), f"code-{number:02}"
        word = "QR code" if drawn.kind == "QRCode" else "code"
        there = (make.picture(drawn.image, f"pictures/{name}.png"),)
        gone = (make.picture(without(make.rng, number), f"pictures/{name}-none.png"),)
        question = f"What does the {word} in this picture say?"
        truth = Truth(answers=(drawn.text,), boxes=(drawn.box,), tools=_TOOLS)
        none = Truth(answerable=False)
        about = {"kind": drawn.kind, "question": question, "pair": name}
        tasks += [
            Task(id=name, images=there, truth=truth, **about),
            Task(id=f"{name}-twin", images=gone, truth=none, **about),
        ]
    return tasks


def with_code(rng: Random, number: int) -> Drawn:
    """The picture of a parcel with one code on it."""
    import numpy as np
    import zxingcpp

    kind = KINDS[number % len(KINDS)]
    angle, scale, blur = _WAYS[number // len(KINDS) % len(_WAYS)]
    text = _content(kind, rng)
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    code = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(made, scale=scale)))
    paper = Image.new("L", code.size, 255).rotate(angle, expand=True)
    code = code.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    sheet = _parcel(rng, code.width + 300, code.height + 260)
    x, y = rng.randrange(20, 280), rng.randrange(110, 240)
    sheet.image.paste(code.convert("RGB"), (x, y), paper)
    box = Box(x1=x, y1=y, x2=x + code.width, y2=y + code.height)
    return Drawn(sheet.image.filter(ImageFilter.GaussianBlur(blur)), kind, made.text, box)


def without(rng: Random, number: int) -> Image.Image:
    """A parcel with stripes, a grid or a chessboard, which are no codes."""
    sheet = _parcel(rng, 560, 420)
    x, y, side = 60, 130, rng.randrange(8, 22)
    for at in range(10):
        for row in range(10):
            solid = [at % 2 == 0, (at + row) % 2 == 0, at % 3 == 0 or row % 3 == 0][number % 3]
            if solid:
                left, top = x + at * side, y + row * side
                sheet.area(Box(x1=left, y1=top, x2=left + side, y2=top + side), "#202020")
    return sheet.image


def _parcel(rng: Random, width: int, height: int) -> Sheet:
    sheet = Sheet(width, height, rng.choice(("#c8a77a", "#d9c9a8", "#bfc4c9")))
    sheet.write(30, 24, f"To {rng.choice(names.TOWNS)}", 30, face="bold")
    sheet.write(30, 66, f"{rng.randrange(1, 90)} kg  No. {rng.randrange(1000, 9999)}", 24)
    return sheet


def _content(kind: str, rng: Random) -> str:
    number = rng.randrange(10_000, 99_999)
    if kind == "EAN13":
        return _with_check_digit(f"40063{number}{rng.randrange(10, 99)}")
    if kind == "QRCode":
        return f"https://example.org/item/{number}"
    return f"{rng.choice('ABCDEF')}{rng.choice('KLMNP')}-{number}"


def _with_check_digit(digits: str) -> str:
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
