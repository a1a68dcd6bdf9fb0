"""Reading text in pictures. The only file that imports paddleocr."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any, Literal, Protocol

from PIL import Image

from ...errors import ToolError, WeightsError
from ...extensions.extras import require
from ...media.store import Store
from ...schema import Box, Evidence, Picture, TextLine
from ..base import Tool, tool
from ..execution.results import picture_source
from ..measure import colour_of
from ..tiles import pieces
from .grid import rendered_rows, tables_in
from .layout import in_reading_order
from .upright import placed_back, read_upright

_SIDES = (1280, 1600)
"""The detector's input, long side in pixels: at least, at most. Between them half the picture's.
Pages of 2480 x 3508 with print 20 pixels high were still read whole at the larger one."""
_PIECE = 960
"""Pixels of the pieces that a large picture is read in when nothing is found in the whole: less than
the detector's input, so they are enlarged."""
_AT_ONCE = {"cpu": 1, "gpu:0": 6}
"""Lines recognised at once. Together they are filled up to the longest, which costs a CPU a fifth of
its time and some of the short ones' words; a GPU would idle between single lines."""
_LEAN = {"session_options": {"enable_mem_pattern": False}}
"""Planning memory for each new size of picture is no faster on a processor, and holds a fifth more."""
_LARGEST_SLOPE = 0.2
_SAME = 0.5
"""Share of a line inside another from which both are the same, read in two pieces."""

_FEW_LINES = 12
"""On signs, tiles, buttons; on a page of text what a line stands on tells nothing."""
_PLAIN = frozenset({"white", "grey", "black", "beige", "brown"})
"""Colours of paper, in light and in shadow."""

Quad = list[tuple[float, float]]
Read = tuple[str, float, Quad]
"""A line of text, how sure it is, 0..1, and its corners in pixels of what was read."""


class OcrFolders(Protocol):
    """Folders of the models, in the form their engine reads, and where it runs.

    `light` is the recogniser for a processor, `rec` for a GPU.
    """

    @property
    def det(self) -> Path: ...

    @property
    def rec(self) -> Path: ...

    @property
    def light(self) -> Path: ...

    @property
    def det_name(self) -> str: ...

    @property
    def rec_name(self) -> str: ...

    @property
    def engine(self) -> Literal["onnxruntime", "transformers"]: ...

    @property
    def device(self) -> str: ...


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

    def _find(self, image: Image.Image) -> list[Read]:
        """What is read in an image at once, in its own pixels."""
        import numpy as np

        coloured = image if image.mode == "RGB" else image.convert("RGB")  # which copies always
        packed = coloured.tobytes("raw", "BGR")
        pixels = np.frombuffer(packed, np.uint8).reshape(image.height, image.width, 3)
        with self._lock:
            engine = self._load()
            try:
                result = engine.predict(
                    pixels, text_det_limit_side_len=_side(image), text_det_limit_type="max"
                )[0]
            except Exception as error:
                raise ToolError(f"reading text failed: {error}") from error
        return [read for read in _from_paddle(result) if read[1] >= self._score and read[0]]

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
                self._engine = _paddle(folders, self._threads)
            except Exception as error:  # whatever the library says, these weights cannot be used
                raise WeightsError(
                    f"{folders.det.parent.name}: PaddleOCR cannot run these models ({error})"
                ) from error
        return self._engine


def _paddle(folders: OcrFolders, threads: int) -> Any:
    with _no_hub():
        from paddleocr import PaddleOCR

    logging.getLogger("paddlex").setLevel(logging.WARNING)  # tells of every model it makes
    gpu = folders.device == "cuda" and (folders.engine == "transformers" or _onnx_has_cuda())
    device = "gpu:0" if gpu else "cpu"
    config: dict[str, Any] = {}
    if folders.engine == "onnxruntime":
        config = ({} if gpu else _LEAN) | ({"intra_op_num_threads": threads} if threads else {})
    return PaddleOCR(
        engine=folders.engine,
        engine_config=config,
        device=device,
        text_detection_model_name=folders.det_name,
        text_detection_model_dir=str(folders.det),
        text_recognition_model_name=folders.rec_name,
        text_recognition_model_dir=str(folders.rec if gpu else folders.light),
        text_recognition_batch_size=_AT_ONCE[device],
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
    )


def _onnx_has_cuda() -> bool:
    """Whether this onnxruntime can use the GPU; the doctor says so where it cannot."""
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


@contextmanager
def _no_hub() -> Iterator[None]:
    """An empty module in the place of ModelScope's client, which PaddleX imports to download models.

    Here they come from the pack, and the client brings torch: half of the time and two thirds of the
    memory that importing PaddleOCR takes.
    """
    hub = "modelscope"
    if hub in sys.modules:
        yield
        return
    sys.modules[hub] = ModuleType(hub)
    try:
        yield
    finally:
        sys.modules.pop(hub, None)  # two readers may load side by side


def _side(image: Image.Image) -> int:
    return int(min(max(_SIDES[0], max(image.size) / 2), _SIDES[1]))


def _from_paddle(result: Any) -> Iterator[Read]:
    """The library's result as text, score and four corners; the one place that knows its shape."""
    texts, scores, polys = result["rec_texts"], result["rec_scores"], result["rec_polys"]
    if not len(texts) == len(scores) == len(polys):
        raise ToolError(
            f"reading text gave {len(texts)} texts, {len(scores)} scores and {len(polys)} boxes; "
            "expected as many of each"
        )
    for text, score, poly in zip(texts, scores, polys, strict=True):
        corners = [(float(x), float(y)) for x, y in poly]
        if len(corners) < 3:
            raise ToolError(f"reading text gave a box of {len(corners)} corners, expected 4")
        yield " ".join(str(text).split()), min(max(float(score), 0.0), 1.0), corners


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
