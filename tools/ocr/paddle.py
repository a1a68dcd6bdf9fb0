"""PP-OCR through PaddleOCR: how it is loaded, on which engine, and what it gives.

The only file that imports paddleocr.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, Protocol

from ...errors import ToolError
from ...retrieval.embeddings.runtime import onnx_session
from ...settings import DeviceName
from ...weights.onnx_providers import CPU, options_for, providers

__all__ = ["OCR", "OcrFolders", "Quad", "Read", "from_paddle", "open_paddle"]

OCR = "the OCR"
_TOGETHER = 6
"""Lines recognised at once on a GPU, which would idle between single lines. Together they are filled up
to the longest, which costs a processor a fifth of its time and some of the short ones' words."""
_LEAN = {"enable_mem_pattern": False}
"""Planning memory for each new size of picture is no faster on a processor, and holds a fifth more."""

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
    def device(self) -> DeviceName: ...


def open_paddle(folders: OcrFolders, threads: int, device: DeviceName) -> tuple[Any, bool]:
    """The models ready to read, and whether anything but the processor runs them.

    Args:
        threads: for one picture, on a processor; 0 takes what the machine has.
        device: where, instead of what the folders say.
    """
    with _no_hub():
        from paddleocr import PaddleOCR

    logging.getLogger("paddlex").setLevel(logging.WARNING)  # tells of every model it makes
    config: dict[str, Any] = {}
    chosen = [CPU]
    if folders.engine == "onnxruntime":
        chosen = _working(folders, device)
        config = {"providers": chosen, "provider_options": options_for(chosen)}
        config["session_options"] = dict(_LEAN)
        config |= {"intra_op_num_threads": threads} if threads else {}
    torch_card = folders.engine == "transformers" and device == "cuda"
    fast = torch_card or chosen != [CPU]
    engine = PaddleOCR(
        engine=folders.engine,
        engine_config=config,
        device="gpu:0" if torch_card else "cpu",
        text_detection_model_name=folders.det_name,
        text_detection_model_dir=str(folders.det),
        text_recognition_model_name=folders.rec_name,
        text_recognition_model_dir=str(folders.rec if fast else folders.light),
        text_recognition_batch_size=_TOGETHER if fast else 1,
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
    )
    if chosen != [CPU]:
        _without_own_fallback(engine)
    return engine, fast


def _without_own_fallback(engine: Any) -> None:
    """What fails is tried again by the reader, with a line; onnxruntime's own way would print."""
    with suppress(AttributeError):  # another PaddleX: then it prints
        pipeline = engine.paddlex_pipeline
        for model in (pipeline.text_det_model, pipeline.text_rec_model):
            model.runner.session.disable_fallback()


def _working(folders: OcrFolders, device: DeviceName) -> list[str]:
    """The engines that both models really run in: PaddleX would not say what does not."""
    import onnxruntime

    chosen = providers(device, onnxruntime.get_available_providers(), OCR)
    for folder in (folders.det, folders.rec) if chosen != [CPU] else ():
        session = onnx_session(folder / "inference.onnx", 0, OCR, device)
        if session.get_providers()[0] != chosen[0]:
            return [CPU]
    return chosen


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


def from_paddle(result: Any) -> Iterator[Read]:
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
