"""Reading text in pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from PIL import Image

from ...errors import ToolError, WeightsError
from ...extensions.extras import require
from ...media.store import Store
from ...schema import Box, Evidence, Picture, TextLine
from ...settings import DeviceName
from ...weights.onnx_providers import say_fallback
from ..base import Tool, tool
from ..execution.results import picture_source
from ..measure import colour_of
from ..tiles import pieces
from .grid import rendered_rows, tables_in
from .layout import in_reading_order
from .paddle import OCR, OcrFolders, Quad, Read, from_paddle, open_paddle
from .upright import placed_back, read_upright

_SIDES = (1280, 1600)
"""The detector's input, long side in pixels: at least, at most. Between them half the picture's.
Pages of 2480 x 3508 with print 20 pixels high were still read whole at the larger one."""
_PIECE = 960
"""Pixels of the pieces that a large picture is read in when nothing is found in the whole: less than
the detector's input, so they are enlarged."""
_LARGEST_SLOPE = 0.2
_SAME = 0.5
"""Share of a line inside another from which both are the same, read in two pieces."""

_FEW_LINES = 12
"""On signs, tiles, buttons; on a page of text what a line stands on tells nothing."""
_PLAIN = frozenset({"white", "grey", "black", "beige", "brown"})
"""Colours of paper, in light and in shadow."""


class Reader:
    """PP-OCR through PaddleOCR, on onnxruntime or on torch.

    Loaded at its first use; calls from several threads wait for each other.

    Args:
        paths: gives the folders and names of the two models; asked once, at the first use.
        score: lines below it are dropped, 0..1.
        threads: for one picture; 0 takes what the machine has.
    """

    def __init__(self, paths: Callable[[], OcrFolders], score: float, threads: int = 0) -> None:
        self._paths = paths
        self._score = score
        self._threads = threads
        self._lock = threading.Lock()
        self._engine: Any = None
        self._fast = False
        self._device: DeviceName | None = None

    def read(self, image: Image.Image, picture: Picture) -> list[TextLine]:
        """The lines of text in a picture, in reading order, boxes in the original's frame.

        A picture that is made smaller for the model and seems to hold no text is read again in pieces.

        Args:
            image: the picture's pixels.
            picture: what they are; converts the boxes.

        Raises:
            WeightsError: the models are missing or cannot be run.
            ToolError: the engine failed on this picture.
        """
        found = self._find(image)
        if not found and max(image.size) > _side(image):
            found = self._in_pieces(image)
        lines = [
            TextLine(text=text, score=score, box=_box(quad, picture)) for text, score, quad in found
        ]
        return in_reading_order(lines, _slope([quad for _, _, quad in found]))

    def warm(self) -> None:
        """Load the models now.

        Raises:
            WeightsError: they are missing or cannot be run.
        """
        with self._lock:
            self._load()

    def _find(self, image: Image.Image) -> list[Read]:
        """What is read in an image at once, in its own pixels."""
        import numpy as np

        coloured = image if image.mode == "RGB" else image.convert("RGB")  # which copies always
        packed = coloured.tobytes("raw", "BGR")
        pixels = np.frombuffer(packed, np.uint8).reshape(image.height, image.width, 3)
        with self._lock:
            engine = self._load()
            try:
                result = _predict(engine, pixels, _side(image))
            except Exception as error:
                result = self._again(error, pixels, _side(image))
        return [read for read in from_paddle(result) if read[1] >= self._score and read[0]]

    def _again(self, error: Exception, pixels: Any, side: int) -> Any:
        """The same on the processor, where something else failed."""
        if not self._fast:
            raise ToolError(f"reading text failed: {error}") from error
        before, self._engine, self._device = self._engine, None, "cpu"
        try:
            result = _predict(self._load(), pixels, side)
        except Exception as another:  # not the device's fault
            self._engine, self._device, self._fast = before, None, True
            raise ToolError(f"reading text failed: {another}") from another
        say_fallback(OCR, f"its device fails ({str(error)[:120]})")
        return result

    def _in_pieces(self, image: Image.Image) -> list[Read]:
        """The same, piece by piece; of what two pieces show, the longer is kept."""
        found = [
            (text, score, [(x + left, y + top) for x, y in quad])
            for left, top, right, bottom in pieces(*image.size, _PIECE)
            for text, score, quad in self._find(image.crop((left, top, right, bottom)))
        ]
        kept: list[Read] = []
        for read in sorted(found, key=lambda read: -len(read[0])):
            box = _around(read[2])
            if all(box.intersection(_around(other)) <= _SAME * box.area for _, _, other in kept):
                kept.append(read)
        return kept

    def copies(self, count: int) -> list[Reader]:
        """So many that read side by side, each on one thread: for many pages twice as fast."""
        return [Reader(self._paths, self._score, threads=1) for _ in range(count)]

    def _load(self) -> Any:
        if self._engine is None:
            require("experts")  # before its weights are fetched
            folders = self._paths()
            try:
                device = self._device or folders.device
                self._engine, self._fast = open_paddle(folders, self._threads, device)
            except Exception as error:  # whatever the library says, these weights cannot be used
                raise WeightsError(
                    f"{folders.det.parent.name}: PaddleOCR cannot run these models ({error})"
                ) from error
        return self._engine


def _predict(engine: Any, pixels: Any, side: int) -> Any:
    return engine.predict(pixels, text_det_limit_side_len=side, text_det_limit_type="max")[0]


def _side(image: Image.Image) -> int:
    return int(min(max(_SIDES[0], max(image.size) / 2), _SIDES[1]))


def _around(quad: Quad) -> Box:
    xs, ys = zip(*quad, strict=True)
    return Box(x1=min(xs), y1=min(ys), x2=max(xs), y2=max(ys))


def _box(quad: Quad, picture: Picture) -> Box:
    xs = [min(max(x, 0.0), picture.width) for x, _ in quad]
    ys = [min(max(y, 0.0), picture.height) for _, y in quad]
    return picture.box(min(xs), min(ys), max(xs), max(ys))


def _slope(quads: list[Quad]) -> float:
    """How the lines run: rise over width of the upper edges of the longer ones."""
    slopes = []
    for quad in quads:
        (x1, y1), (x2, y2) = quad[0], quad[1]
        tall = max(y for _, y in quad) - min(y for _, y in quad)
        if x2 - x1 > 2 * tall:
            slopes.append((y2 - y1) / (x2 - x1))
    slope = median(slopes) if len(slopes) >= 3 else 0.0
    return slope if abs(slope) <= _LARGEST_SLOPE else 0.0


def read_tool(reader: Reader, store: Store) -> Tool:
    """The tool `read_text`."""

    @tool(
        title="Reading text",
        done="read the text",
        examples=[
            "What does the sign say?",
            "What is the total on this receipt?",
            "Who sent this letter and when?",
            "Read the text in the picture.",
        ],
        cache=True,
    )
    def read_text(picture: Picture) -> Evidence:
        """Read all text in a picture, scan, receipt, form, sign or screenshot (OCR).

        Args:
            picture: What to read.
        """
        read = read_upright(reader.read, store.open(picture), picture)
        colours = grounds(read.lines, read.image, read.picture)
        return placed_back(text_evidence(read.lines, picture, colours), read.turns, picture)

    return read_text


def grounds(lines: list[TextLine], image: Image.Image, picture: Picture) -> list[str]:
    """What colour each line stands on, where that tells them apart: "on green: EXIT"."""
    import numpy as np

    if not 1 < len(lines) <= _FEW_LINES:
        return []
    pixels = np.asarray(image.convert("RGB"))
    colours = []
    for line in lines:
        x1, y1, x2, y2 = (round(value) for value in picture.local(line.box))
        edge = max(1, (y2 - y1) // 4)
        above, below = pixels[max(0, y1 - edge) : y1, x1:x2], pixels[y2 : y2 + edge, x1:x2]
        ring = np.concatenate([above.reshape(-1, 3), below.reshape(-1, 3)])
        if not len(ring):
            return []
        colours.append(colour_of(*np.median(ring, axis=0)))
    if len(set(colours)) == 1 or set(colours) <= _PLAIN:
        return []
    return [f"on {colour}: {line.text}" for line, colour in zip(lines, colours, strict=True)]


def text_evidence(lines: list[TextLine], picture: Picture, colours: Sequence[str] = ()) -> Evidence:
    """What was read, row by row; that nothing was found is knowledge too."""
    if not lines:
        return Evidence(kind="text", text="no text found", source=picture_source(picture))
    tables = tables_in(lines)
    return Evidence(
        kind="text",
        text="\n".join(["text read:", *rendered_rows(lines, tables), *colours]),
        source=picture_source(picture),
        tables=tables,
        boxes=(Box.around(line.box for line in lines),),
        lines=tuple(lines),
        score=sum(line.score for line in lines) / len(lines),
    )
