"""Reading barcodes and QR codes in pictures. The only file that imports zxingcpp."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from PIL import Image, ImageFilter

from ...extensions.extras import needs
from ...media.store import Store
from ...schema import Box, Evidence, Picture, TextLine
from ..base import Tool, tool
from ..execution.results import picture_source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODES = "read_codes"

_LARGEST = 4_000_000
"""Pixels up to which a picture is also tried enlarged, turned and sharpened."""
_TURNS = (30, 60, 15, 45, 75)
"""Degrees: bars are looked for along rows and columns only, so slanting ones are turned towards them."""
_STILL_BARS = 0.7
"""What a row has at least in common with its neighbour, where both show the same bars: correlation."""
_UNCHECKED = frozenset({"ITF", "Codabar", "Code 39", "Code 39 Standard", "Code 39 Extended"})
"""Kinds of bars without a check digit: short ones are found in fences, grids and print as well."""
_LEAST_UNCHECKED = 6
_UNUSUAL = frozenset({"DX Film Edge", "Telepen", "Telepen Alpha", "Telepen Numeric", "MaxiCode"})
"""Seldom printed, often found where there is none."""

Point = tuple[float, float]


class Code(NamedTuple):
    """A code as it was read.

    Attributes:
        kind: its name, "QR code", "barcode (EAN-13)".
        text: what it says; bytes that are no text as hexadecimal digits.
        box: where it stands, in the original's frame.
    """

    kind: str
    text: str
    box: Box


def read_codes(image: Image.Image, picture: Picture) -> list[Code]:
    """The barcodes and QR codes of a picture, from top to bottom; each of them once.

    A picture in which none is found as it stands is tried enlarged, sharpened and turned: small,
    blurred and slanting codes are found so.

    Args:
        image: the picture's pixels.
        picture: what they are; converts the boxes.

    Raises:
        MissingExtra: zxing-cpp is not installed.
    """
    with needs("experts"):
        import zxingcpp
    grey = image.convert("L")
    for turned, back in _ways(grey):
        found = [code for code in zxingcpp.read_barcodes(turned) if _believed(code)]
        if found:
            codes = [
                Code(_kind(c), _text(c), _box(_corners(c, turned), back, picture)) for c in found
            ]
            return sorted(set(codes), key=lambda code: (code.box.y1, code.box.x1))
    return []


class _Back(NamedTuple):
    """How a point of a changed picture is found in the picture: turned about its middle, made smaller."""

    scale: float = 1.0
    angle: float = 0.0
    middle: tuple[float, float] = (0.0, 0.0)
    middle_before: tuple[float, float] = (0.0, 0.0)

    def point(self, x: float, y: float) -> tuple[float, float]:
        turn = math.radians(self.angle)
        dx, dy = x - self.middle[0], y - self.middle[1]
        across = dx * math.cos(turn) - dy * math.sin(turn) + self.middle_before[0]
        down = dx * math.sin(turn) + dy * math.cos(turn) + self.middle_before[1]
        return across / self.scale, down / self.scale


def _ways(grey: Image.Image) -> Iterator[tuple[Any, _Back]]:
    """The picture as it stands, then enlarged, sharpened and turned; each as the library takes it."""
    yield grey, _Back()
    if grey.width * grey.height > _LARGEST:
        return
    twice = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.BICUBIC)
    yield twice, _Back(scale=2)
    yield twice.filter(ImageFilter.UnsharpMask(radius=6, percent=300, threshold=0)), _Back(scale=2)
    for degrees in _TURNS:
        turned = grey.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        middles = (
            (turned.width / 2, turned.height / 2),
            (grey.width / 2, grey.height / 2),
        )
        yield turned, _Back(1.0, degrees, *middles)


def _believed(code: Any) -> bool:
    kind = str(code.format)
    unchecked = kind in _UNCHECKED and len(code.text) < _LEAST_UNCHECKED
    return bool(code.text or code.bytes) and kind not in _UNUSUAL and not unchecked


def _kind(code: Any) -> str:
    """As people call it: what is made of bars is a barcode."""
    name = str(code.format)
    if name.endswith("Code"):
        return name.replace("Code", "code")
    return f"barcode ({name})" if _is_linear(code) else f"code ({name})"


def _text(code: Any) -> str:
    text = str(code.text).strip()
    return text if text.isprintable() or "\n" in text else bytes(code.bytes).hex()


def _corners(code: Any, grey: Image.Image) -> list[Point]:
    """The corners of a code; of bars all of their length, of which a few rows were read."""
    at = code.position
    a, b, c, d = (
        (float(p.x), float(p.y))
        for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    )
    if not _is_linear(code):
        return [a, b, c, d]
    left, right = _midpoint(a, d), _midpoint(b, c)
    along = _direction_of_bars(grey, left, right)
    up, down = (_reach(grey, left, right, along, way) for way in (-1, 1))
    return [
        (x + along[0] * far, y + along[1] * far) for far in (up, down) for x, y in (left, right)
    ]


def _is_linear(code: Any) -> bool:
    import zxingcpp

    return code.format in list(zxingcpp.barcode_formats_list(zxingcpp.BarcodeFormat.AllLinear))


def _midpoint(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _direction_of_bars(grey: Image.Image, left: Point, right: Point) -> Point:
    """A vector of length 1 along the bars that a line crosses, by the gradients around its middle."""
    import numpy as np

    (x, y), half = _midpoint(left, right), max(8.0, math.dist(left, right) / 8)
    part = grey.crop((int(x - half), int(y - half), int(x + half), int(y + half)))
    down, across = np.gradient(np.asarray(part, dtype=np.float64))
    angle = math.atan2(2 * (across * down).sum(), (across**2 - down**2).sum()) / 2
    return -math.sin(angle), math.cos(angle)


def _reach(grey: Image.Image, left: Point, right: Point, along: Point, way: int) -> float:
    """How far from the row that was read the same bars go on, in pixels, to one side."""
    import numpy as np

    pixels = np.asarray(grey)
    steps = np.linspace(0, 1, 160)
    xs = left[0] + (right[0] - left[0]) * steps
    ys = left[1] + (right[1] - left[1]) * steps

    def row(far: float) -> NDArray[np.float64] | None:
        columns, rows = np.rint(xs + along[0] * far), np.rint(ys + along[1] * far)
        inside = (columns >= 0) & (rows >= 0)
        inside &= (columns < grey.width) & (rows < grey.height)
        if not inside.all():
            return None
        values: NDArray[np.float64] = pixels[rows.astype(int), columns.astype(int)].astype(float)
        return values

    before = row(0)
    plain = _STILL_BARS * before.std() if before is not None else 0.0
    far = 0.0
    while before is not None:
        there = row(far + way)
        if there is None or there.std() <= plain:
            break
        if np.corrcoef(before, there)[0, 1] < _STILL_BARS:
            break
        before, far = there, far + way
    return far


def _box(corners: list[Point], back: _Back, picture: Picture) -> Box:
    xs, ys = zip(*(back.point(x, y) for x, y in corners), strict=True)
    left, right = (min(max(x, 0.0), picture.width) for x in (min(xs), max(xs)))
    top, bottom = (min(max(y, 0.0), picture.height) for y in (min(ys), max(ys)))
    return picture.box(left, top, right, bottom)


def codes_tool(store: Store) -> Tool:
    """The tool `read_codes`."""

    @tool(
        name=CODES,
        title="Reading codes",
        done="looked for codes",
        examples=[
            "What does the QR code say?",
            "Where does the QR code lead to?",
            "Read the barcode.",
            "What is the number in the bar code?",
            "Which code is printed on the package?",
            "Scan the code in this picture.",
        ],
        cache=True,
    )
    def read_codes_of(picture: Picture) -> Evidence:
        """Read the barcodes and QR codes in a picture.

        Args:
            picture: What to read.
        """
        return codes_evidence(read_codes(store.open(picture), picture), picture)

    return read_codes_of


def codes_evidence(codes: list[Code], picture: Picture) -> Evidence:
    """What the codes say, one a line; that there is none is knowledge too."""
    source = picture_source(picture)
    if not codes:
        return Evidence(kind="text", text="no barcode and no QR code found", source=source)
    lines = tuple(
        TextLine(text=" ".join(code.text.split()), score=1.0, box=code.box, row=row)
        for row, code in enumerate(codes)
    )
    said = [f"{code.kind} says: {line.text}" for code, line in zip(codes, lines, strict=True)]
    return Evidence(
        kind="text",
        text="\n".join(said),
        source=source,
        boxes=tuple(code.box for code in codes),
        lines=lines,
    )
