"""Turn weights, once, into what the engines read; the results lie beside the weights.

The graphs of pictures are written out directly in ONNX: a handful of operators, no tracing, the same
bytes from every version of torch. The text embedder is exported by torch, and then compared with the
original. A result is written into a folder of its own that appears only when it is complete; it is
made again when its files were changed, or when `_FORMAT` grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...errors import UsageError
from ...settings import DeviceName, Settings
from ..devices import device_for, onnx_device
from ..obtain import OnProgress, ensure, ensure_made
from ..packs import Role
from ..resolve import detector_of, weight_for
from .darknet import make_detector
from .efficientnet import CLASSIFIER_SIDE, make_classifier
from .lighten import whole_numbers_hold
from .paddle import make_ocr, paddle_name
from .sentence import make_text_embedder

__all__ = [
    "CLASSIFIER_SIDE",
    "OcrPaths",
    "classifier_path",
    "detector_path",
    "image_embedder_path",
    "ocr_paths",
    "prepare",
    "reranker_path",
    "text_embedder_path",
]

_FORMAT = 1
_OCR_FORMAT = 3
"""Of the reader, which has a light recogniser for processors since the third."""
_TEXT_FORMAT = 2
"""Of the text embedder, which gives the vectors of its words as well since the second."""

Engine = Literal["onnxruntime", "transformers"]


@dataclass(frozen=True)
class OcrPaths:
    """Folders of the detector and the recogniser, and the names PaddleOCR knows them by.

    Those of the starter hold `inference.onnx` and `inference.yml`; those of the gpu pack are in the
    form transformers reads. `light` is the recogniser for a processor; the same as `rec` where a pack
    has none, or where this processor could not run it rightly.
    """

    det: Path
    rec: Path
    light: Path
    det_name: str
    rec_name: str
    engine: Engine
    device: DeviceName


def detector_path(settings: Settings, on_progress: OnProgress | None = None) -> Path:
    """A file that `ultralytics.YOLO(path, task="detect")` loads, or a folder for transformers.

    The starter's takes any size that is a multiple of 32; it was trained at 416.

    Raises:
        UsageError: `settings.detector` names none.
        WeightsError: the weights cannot be had or read.
    """
    name = detector_of(settings)
    if name is None:
        own = Path(settings.detector.strip()).expanduser()
        if not own.exists():
            raise UsageError(
                f"the detector {own} does not exist; give a file that ultralytics reads, a folder or "
                "hub name (org/name) of a model for transformers, or a name of "
                "`looktwice models list`"
            )
        return own.resolve()
    if name == "yolov3-tiny":
        made = ensure_made(name, f"onnx-{_FORMAT}", make_detector, settings, on_progress)
        return made / "yolov3-tiny.onnx"
    folder = ensure(name, settings, on_progress)
    return next(folder.glob("*.pt"), folder)


def ocr_paths(settings: Settings, on_progress: OnProgress | None = None) -> OcrPaths:
    """What PaddleOCR needs to read text, with torch on a card with room for it, else with onnxruntime.

    Raises:
        WeightsError: the weights cannot be had or read.
    """
    name = _weight("ocr_det", settings)
    if name == "pp-ocrv6-small":
        made = ensure_made(name, f"paddle-{_OCR_FORMAT}", make_ocr, settings, on_progress)
        det, rec = made / "det", made / "rec"
        light = made / "light" if whole_numbers_hold() else rec
        engine: Engine = "onnxruntime"
    else:
        det = ensure(name, settings, on_progress)
        rec = light = ensure(_weight("ocr_rec", settings), settings, on_progress)
        engine = "transformers"
    names = paddle_name(det), paddle_name(rec)
    device = (onnx_device if engine == "onnxruntime" else device_for)("ocr", settings)
    return OcrPaths(det, rec, light, *names, engine, device)


def text_embedder_path(settings: Settings, on_progress: OnProgress | None = None) -> Path:
    """A folder for `retrieval.embeddings.text`: with `model.onnx`, or one that `SentenceTransformer` loads.

    `model.onnx` takes `input_ids` and `attention_mask` (int64 [N, length], as the `tokenizer.json`
    beside it makes them) and gives `sentence`: float32 [N, 384], pooled and of unit length; and, where
    it is asked for, `words`: float32 [N, length, 384], what was pooled.

    Raises:
        WeightsError: the weights cannot be had or read.
    """
    name = _weight("text", settings)
    if name == "all-minilm-l6-v2":
        return ensure_made(name, f"onnx-{_TEXT_FORMAT}", make_text_embedder, settings, on_progress)
    return ensure(name, settings, on_progress)


def classifier_path(settings: Settings, on_progress: OnProgress | None = None) -> Path:
    """EfficientNet-Lite0 as ONNX (after Tan and Le, 2019), for onnxruntime.

    Input `image`: float32 [N, 3, 224, 224], RGB 0..255 (the scaling is inside the graph), taken from
    the middle 7/8 of the picture. Outputs: `probabilities` [N, 1000], summing to 1; `features`
    [N, 1280], not normalised. The metadata key `names` holds the class names as a JSON list.

    Raises:
        WeightsError: the weights cannot be had or read.
    """
    name = _weight("classifier", settings)
    made = ensure_made(name, f"onnx-{_FORMAT}", make_classifier, settings, on_progress)
    return made / "classifier.onnx"


def image_embedder_path(settings: Settings, on_progress: OnProgress | None = None) -> Path:
    """What turns pictures into vectors: the classifier's `.onnx`, or a folder for transformers.

    Raises:
        WeightsError: the weights cannot be had or read.
    """
    name = _weight("image", settings)
    if name == _weight("classifier", settings):
        return classifier_path(settings, on_progress)
    return ensure(name, settings, on_progress)


def reranker_path(settings: Settings, on_progress: OnProgress | None = None) -> Path | None:
    """A folder that `CrossEncoder(path)` loads; None where the pack has no reranker.

    Raises:
        WeightsError: the weights cannot be had.
    """
    name = weight_for("reranker", settings)
    return None if name is None else ensure(name, settings, on_progress)


def prepare(settings: Settings, on_progress: OnProgress | None = None) -> None:
    """Make now what the first question would otherwise wait for; fetches where needed.

    Raises:
        WeightsError: weights cannot be had or read.
    """
    for path in (detector_path, ocr_paths, classifier_path, text_embedder_path):
        path(settings, on_progress)


def _weight(role: Role, settings: Settings) -> str:
    name = weight_for(role, settings)
    if name is None:
        raise UsageError(f"this pack has no weights for {role}")
    return name
