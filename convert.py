"""Turn weights, once, into what the engines read; the results lie beside the weights.

The graphs of pictures are written out directly in ONNX: a handful of operators, no tracing, the same
bytes from every version of torch. The text embedder is exported by torch, and then compared with the
original. A result is written into a folder of its own that appears only when it is complete; it is
made again when its files were changed, or when `_FORMAT` grows.
"""

from __future__ import annotations

import json
import math
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import UsageError, WeightsError
from .lighten import lighten, whole_numbers_hold
from .settings import Settings
from .weights import (
    Progress,
    Role,
    chat_model_path,
    ensure,
    ensure_made,
    weight_for,
)

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

__all__ = [
    "CLASSIFIER_SIDE",
    "OcrPaths",
    "chat_model_path",
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
_EXACT = ("Conv.18", "Conv.26")
"""Of the recogniser's convolutions the two whose inputs are of such different sizes that eight bits
lose most; measured one by one."""
_TEXT_FORMAT = 2
"""Of the text embedder, which gives the vectors of its words as well since the second."""
_OPSET = 17
CLASSIFIER_SIDE = 224
_NARROWEST = 160
"""Pixels that a shorter line of text is filled up to; more costs time and reads no better."""


@dataclass(frozen=True)
class OcrPaths:
    """Folders with `inference.onnx` and `inference.yml`, and the names PaddleOCR knows them by.

    `light` is the recogniser for a processor; the same as `rec` where a pack has none, or where this
    processor could not run it rightly.
    """

    det: Path
    rec: Path
    light: Path
    det_name: str
    rec_name: str


# --- what the experts ask for -------------------------------------------------------------------


def detector_path(settings: Settings, progress: Progress | None = None) -> Path:
    """A file that `ultralytics.YOLO(path, task="detect")` loads: `.onnx` or `.pt`.

    The starter's takes any size that is a multiple of 32; it was trained at 416.

    Raises:
        UsageError: `settings.detector` is no file.
        WeightsError: the weights cannot be had or read.
    """
    if settings.detector:
        own = Path(settings.detector).expanduser()
        if not own.exists():
            raise UsageError(f"the detector {own} does not exist")
        return own.resolve()
    name = _weight("detector", settings)
    if name == "yolov3-tiny":
        made = ensure_made(name, f"onnx-{_FORMAT}", _make_detector, settings, progress)
        return made / "yolov3-tiny.onnx"
    return next(ensure(name, settings, progress).glob("*.pt"))


def ocr_paths(settings: Settings, progress: Progress | None = None) -> OcrPaths:
    """What PaddleOCR needs to read text with onnxruntime.

    Raises:
        WeightsError: the weights cannot be had or read.
    """
    name = _weight("ocr_det", settings)
    if name == "pp-ocrv6-small":
        made = ensure_made(name, f"paddle-{_OCR_FORMAT}", _make_ocr, settings, progress)
        det, rec = made / "det", made / "rec"
        light = made / "light" if whole_numbers_hold() else rec
    else:
        det = ensure(name, settings, progress)
        rec = light = ensure(_weight("ocr_rec", settings), settings, progress)
    return OcrPaths(det, rec, light, _paddle_name(det), _paddle_name(rec))


def text_embedder_path(settings: Settings, progress: Progress | None = None) -> Path:
    """A folder for `retrieval.embed`: with `model.onnx`, or one that `SentenceTransformer` loads.

    `model.onnx` takes `input_ids` and `attention_mask` (int64 [N, length], as the `tokenizer.json`
    beside it makes them) and gives `sentence`: float32 [N, 384], pooled and of unit length; and, where
    it is asked for, `words`: float32 [N, length, 384], what was pooled.

    Raises:
        WeightsError: the weights cannot be had or read.
    """
    name = _weight("text", settings)
    if name == "all-minilm-l6-v2":
        return ensure_made(name, f"onnx-{_TEXT_FORMAT}", _make_text_embedder, settings, progress)
    return ensure(name, settings, progress)


def classifier_path(settings: Settings, progress: Progress | None = None) -> Path:
    """EfficientNet-Lite0 as ONNX (after Tan and Le, 2019), for onnxruntime.

    Input `image`: float32 [N, 3, 224, 224], RGB 0..255 (the scaling is inside the graph), taken from
    the middle 7/8 of the picture. Outputs: `probabilities` [N, 1000], summing to 1; `features`
    [N, 1280], not normalised. The metadata key `names` holds the class names as a JSON list.

    Raises:
        WeightsError: the weights cannot be had or read.
    """
    name = _weight("classifier", settings)
    made = ensure_made(name, f"onnx-{_FORMAT}", _make_classifier, settings, progress)
    return made / "classifier.onnx"


def image_embedder_path(settings: Settings, progress: Progress | None = None) -> Path:
    """What turns pictures into vectors: the classifier's `.onnx`, or a folder for transformers.

    Raises:
        WeightsError: the weights cannot be had or read.
    """
    name = _weight("image", settings)
    if name == _weight("classifier", settings):
        return classifier_path(settings, progress)
    return ensure(name, settings, progress)


def reranker_path(settings: Settings, progress: Progress | None = None) -> Path | None:
    """A folder that `CrossEncoder(path)` loads; None where the pack has no reranker.

    Raises:
        WeightsError: the weights cannot be had.
    """
    name = weight_for("reranker", settings)
    return None if name is None else ensure(name, settings, progress)


def prepare(settings: Settings, progress: Progress | None = None) -> None:
    """Make now what the first question would otherwise wait for; fetches where needed.

    Raises:
        WeightsError: weights cannot be had or read.
    """
    for path in (detector_path, ocr_paths, classifier_path, text_embedder_path):
        path(settings, progress)


def _weight(role: Role, settings: Settings) -> str:
    name = weight_for(role, settings)
    if name is None:
        raise UsageError(f"this pack has no weights for {role}")
    return name


# --- writing ONNX -------------------------------------------------------------------------------


@dataclass
class _Graph:
    """An ONNX graph under construction; values are passed around by their names."""

    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output and return the output's name."""
        from onnx import helper

        name = f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name, **attributes))
        return name

    def constant(self, values: Any, kind: str = "float32") -> str:
        import numpy as np
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def save(
        self,
        path: Path,
        image: tuple[Any, ...],
        outputs: Mapping[str, tuple[str, Sequence[Any]]],
        metadata: Mapping[str, str],
        image_name: str,
    ) -> None:
        """Check the graph and write it.

        Args:
            image: shape of the one input; strings are free dimensions.
            outputs: for each public name the value it stands for, and its shape.
        """
        import onnx
        from onnx import TensorProto, helper

        for name, (value, _) in outputs.items():
            self.nodes.append(helper.make_node("Identity", [value], [name]))
        graph = helper.make_graph(
            self.nodes,
            path.stem,
            [helper.make_tensor_value_info(image_name, TensorProto.FLOAT, image)],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
                for name, (_, shape) in outputs.items()
            ],
            self.constants,
        )
        opset = [helper.make_opsetid("", _OPSET)]
        model = helper.make_model(
            graph, opset_imports=opset, ir_version=8, producer_name="looktwice"
        )
        helper.set_model_props(model, dict(metadata))
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, str(path))


def _fold(
    weights: Floats, scale: Floats, shift: Floats, mean: Floats, variance: Floats, epsilon: float
) -> tuple[Floats, Floats]:
    """Weights and bias of a convolution that does its batch normalisation by itself."""
    import numpy as np

    factor = scale / np.sqrt(variance + epsilon)
    return weights * factor[:, None, None, None], shift - mean * factor


# --- YOLOv3-tiny --------------------------------------------------------------------------------


def _make_detector(source: Path, into: Path) -> None:
    names = (source / "coco.names").read_text("utf-8").split("\n")
    names = [name.strip() for name in names if name.strip()]
    graph = _Graph()
    found = _darknet(graph, source / "yolov3-tiny.cfg", source / "yolov3-tiny.weights")
    metadata = {  # what Ultralytics writes into its own exports
        "description": "YOLOv3-tiny (after Redmon and Farhadi, 2018), COCO",
        "task": "detect",
        "stride": "32",
        "batch": "1",
        "imgsz": "[416, 416]",
        "names": str(dict(enumerate(names))),
        "args": str({"dynamic": True, "nms": False}),
    }
    graph.save(
        into / "yolov3-tiny.onnx",
        ("batch", 3, "height", "width"),
        {"output0": (found, ("batch", 4 + len(names), "candidates"))},
        metadata,
        image_name="images",
    )


def _darknet(graph: _Graph, cfg: Path, weights: Path) -> str:
    """Build a Darknet network; returns its candidates, [N, 4 + classes, candidates].

    The first four rows are the centre, the width and the height in input pixels, the others
    objectness times class probability.

    Raises:
        WeightsError: the network has a layer this reader does not know, or the files do not fit.
    """
    sections = list(_sections(cfg))
    stream = _Stream(_darknet_numbers(weights))
    values, depths, heads = ["images"], [3], []
    side = int(sections[0][1]["width"])
    sizes = [float(side)]
    for kind, options in sections[1:]:
        value, depth, size = values[-1], depths[-1], sizes[-1]
        if kind == "convolutional":
            value, depth = _darknet_convolution(graph, value, depth, options, stream)
            size /= int(options["stride"])
        elif kind == "maxpool":
            value = _darknet_pool(graph, value, options)
            size /= int(options["stride"])
        elif kind == "upsample":
            value = _upsample(graph, value, int(options["stride"]))
            size *= int(options["stride"])
        elif kind == "route":
            at = [_layer(text, len(values)) for text in options["layers"].split(",")]
            value = graph.add("Concat", *(values[i] for i in at), axis=1)
            depth, size = sum(depths[i] for i in at), sizes[at[0]]
        elif kind == "yolo":
            heads.append(_decode(graph, value, options, side / size))
        else:
            raise WeightsError(f"{cfg.name}: unknown layer [{kind}]")
        values.append(value)
        depths.append(depth)
        sizes.append(size)
    stream.expect_end(weights.name)
    return graph.add("Concat", *heads, axis=2)


def _darknet_numbers(weights: Path) -> Floats:
    """The numbers after the header: major, minor, revision (int32), pictures seen (int32 or int64)."""
    import numpy as np

    major, minor, _ = np.fromfile(weights, "<i4", count=3)
    return np.fromfile(weights, "<f4", offset=20 if major * 10 + minor >= 2 else 16)


def _sections(cfg: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The [name] key=value blocks of a Darknet file; names repeat, so configparser cannot."""
    name, options = "", dict[str, str]()
    for line in cfg.read_text("utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            if name:
                yield name, options
            name, options = line.strip("[]"), {}
        elif line:
            key, _, value = line.partition("=")
            options[key.strip()] = value.strip()
    yield name, options


def _layer(text: str, count: int) -> int:
    """Index into the values (the first of which is the picture) of a layer named in a route."""
    number = int(text)
    return count + number if number < 0 else number + 1


class _Stream:
    """Numbers taken from the front, shape by shape."""

    def __init__(self, numbers: Floats) -> None:
        self._numbers, self._at = numbers, 0

    def take(self, *shape: int) -> Floats:
        count = math.prod(shape)
        if self._at + count > len(self._numbers):
            raise WeightsError("the weights file is too short for this network")
        self._at += count
        return self._numbers[self._at - count : self._at].reshape(shape)

    def expect_end(self, name: str) -> None:
        if self._at != len(self._numbers):
            raise WeightsError(f"{name}: {len(self._numbers) - self._at} numbers are left over")


def _darknet_convolution(
    graph: _Graph, value: str, depth: int, options: dict[str, str], stream: _Stream
) -> tuple[str, int]:
    out, size, stride = (int(options[key]) for key in ("filters", "size", "stride"))
    if options.get("batch_normalize") == "1":
        shift, scale, mean, variance = (stream.take(out) for _ in range(4))
        kernel = stream.take(out, depth, size, size)
        kernel, bias = _fold(kernel, scale, shift, mean, variance, 1e-6)
    else:
        bias, kernel = stream.take(out), stream.take(out, depth, size, size)
    value = graph.add(
        "Conv",
        value,
        graph.constant(kernel),
        graph.constant(bias),
        kernel_shape=[size, size],
        strides=[stride, stride],
        pads=[size // 2] * 4,
    )
    if options["activation"] == "leaky":
        value = graph.add("LeakyRelu", value, alpha=0.1)
    elif options["activation"] != "linear":
        raise WeightsError(f"unknown activation {options['activation']}")
    return value, out


def _darknet_pool(graph: _Graph, value: str, options: dict[str, str]) -> str:
    """Darknet pads on the right and at the bottom, so that a stride of 1 keeps the size."""
    size, stride = int(options["size"]), int(options["stride"])
    extra = size - stride
    return graph.add(
        "MaxPool",
        value,
        kernel_shape=[size, size],
        strides=[stride, stride],
        pads=[0, 0, extra, extra],
    )


def _upsample(graph: _Graph, value: str, by: int) -> str:
    return graph.add(
        "Resize",
        value,
        "",
        graph.constant([1, 1, by, by]),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )


def _decode(graph: _Graph, value: str, options: dict[str, str], stride: float) -> str:
    """One output head as [N, 4 + classes, anchors x cells] (after YOLOv3, section 2.1)."""
    import numpy as np

    chosen = [int(text) for text in options["mask"].split(",")]
    anchors = np.array(options["anchors"].split(","), "float32").reshape(-1, 2)[chosen]
    rows = 5 + int(options["classes"])
    cells = graph.add(
        "Reshape", value, graph.constant([0, len(chosen), rows, -1], "int64")
    )  # [N, anchors, rows, cells]

    def rows_of(start: int, end: int) -> str:
        bounds = (graph.constant([number], "int64") for number in (start, end, 2))
        return graph.add("Slice", cells, *bounds)

    offset = graph.add("Sigmoid", rows_of(0, 2))
    centre = graph.add("Add", offset, _cell_corners(graph, value))
    centre = graph.add("Mul", centre, graph.constant(stride))
    size = graph.add("Exp", rows_of(2, 4))
    size = graph.add("Mul", size, graph.constant(anchors[None, :, :, None]))
    objectness = graph.add("Sigmoid", rows_of(4, 5))
    scores = graph.add("Mul", objectness, graph.add("Sigmoid", rows_of(5, rows)))
    found = graph.add("Concat", centre, size, scores, axis=2)
    found = graph.add("Transpose", found, perm=[0, 2, 1, 3])
    return graph.add("Reshape", found, graph.constant([0, rows - 1, -1], "int64"))


def _cell_corners(graph: _Graph, value: str) -> str:
    """Column and row of every cell of a feature map, [1, 1, 2, cells], for any size of the map."""
    height = graph.add("Squeeze", graph.add("Shape", value, start=2, end=3))
    width = graph.add("Squeeze", graph.add("Shape", value, start=3, end=4))
    zero, one = graph.constant(0, "int64"), graph.constant(1, "int64")
    index = graph.add("Range", zero, graph.add("Mul", height, width), one)
    columns = graph.add("Mod", index, width)
    rows = graph.add("Div", index, width)
    flat = graph.constant([1, 1, 1, -1], "int64")
    both = [graph.add("Reshape", numbers, flat) for numbers in (columns, rows)]
    return graph.add("Cast", graph.add("Concat", *both, axis=2), to=1)  # 1: float32


# --- PP-OCRv6 small -----------------------------------------------------------------------------


def _make_ocr(source: Path, into: Path) -> None:
    """PaddleOCR wants each model as a folder with a description; the packages hold the bare ONNX."""
    detector, recogniser = (source / f"PP-OCRv6_{kind}_small.onnx" for kind in ("det", "rec"))
    reads = _rec_config(_characters(recogniser))
    _paddle_folder(into / "det", _det_config(), partial(_share, detector))
    _paddle_folder(into / "rec", reads, partial(_share, recogniser))
    _paddle_folder(into / "light", reads, partial(lighten, recogniser, exact=_EXACT))


def _paddle_folder(folder: Path, config: dict[str, Any], write: Callable[[Path], None]) -> None:
    import yaml  # type: ignore[import-untyped]

    folder.mkdir()
    write(folder / "inference.onnx")
    text = yaml.safe_dump(config, allow_unicode=False, sort_keys=False)
    (folder / "inference.yml").write_text(text, "ascii")


def _share(model: Path, into: Path) -> None:
    """The same bytes in another place, taking room once where the file system can."""
    try:
        into.hardlink_to(model)
    except OSError:
        shutil.copyfile(model, into)


def _det_config() -> dict[str, Any]:
    return {
        "Global": {"model_name": "PP-OCRv6_small_det"},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"DetResizeForTest": {"resize_long": 960}},
                {
                    "NormalizeImage": {
                        "mean": [0.485, 0.456, 0.406],
                        "std": [0.229, 0.224, 0.225],
                        "scale": "1./255.",
                        "order": "hwc",
                    }
                },
                {"ToCHWImage": None},
                {"KeepKeys": {"keep_keys": ["image", "shape", "polys", "ignore_tags"]}},
            ]
        },
        "PostProcess": {
            "name": "DBPostProcess",
            "thresh": 0.2,
            "box_thresh": 0.45,
            "unclip_ratio": 1.4,
            "max_candidates": 3000,
        },
    }


def _rec_config(characters: str) -> dict[str, Any]:
    return {
        "Global": {"model_name": "PP-OCRv6_small_rec"},
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"RecResizeImg": {"image_shape": [3, 48, _NARROWEST]}},
                {"KeepKeys": {"keep_keys": ["image", "label_ctc", "label_gtc", "length"]}},
            ]
        },
        # Not as a list of characters: parsing that took most of the engine's start-up.
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": characters},
    }


def _characters(recogniser: Path) -> str:
    """What the recogniser can write, from its own metadata; one more class is "none", one a space.

    Raises:
        WeightsError: the list does not fit the model's output.
    """
    import onnx

    model = onnx.load(str(recogniser))
    written = {entry.key: entry.value for entry in model.metadata_props}
    characters: list[str] = written.get("character", "").split("\n")
    if characters and not characters[-1]:
        characters.pop()
    classes = model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value
    if any(len(character) != 1 for character in characters) or len(characters) + 2 != classes:
        raise WeightsError(
            f"{recogniser.name} lists {len(characters)} characters, expected {classes - 2} of one sign each"
        )
    return "".join(characters)


def _paddle_name(folder: Path) -> str:
    """The name in a model's description, which begins with it."""
    with (folder / "inference.yml").open(encoding="utf-8") as stream:
        for line in stream:
            key, _, value = line.partition(":")
            if key.strip() == "model_name":
                return value.strip().strip("'\"")
    raise WeightsError(f"{folder / 'inference.yml'} names no model (Global.model_name)")


# --- EfficientNet-Lite0 -------------------------------------------------------------------------

# Repeats, kernel, stride of the first, expansion, output channels (after Tan and Le, table 1; the
# Lite variants drop squeeze-and-excite and use ReLU6).
_LITE0_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def _make_classifier(source: Path, into: Path) -> None:
    import torch

    path = source / "efficientnet-lite0-57934424.pth"
    state = torch.load(path, map_location="cpu", weights_only=True)
    tensors = {name: value.float().numpy() for name, value in state.items()}
    graph = _Graph()
    features, probabilities = _lite0(graph, tensors)
    side, names = CLASSIFIER_SIDE, _imagenet_names()
    graph.save(
        into / "classifier.onnx",
        ("batch", 3, side, side),
        {
            "probabilities": (probabilities, ("batch", len(names))),
            "features": (features, ("batch", 1280)),
        },
        {
            "description": "EfficientNet-Lite0 (after Tan and Le, 2019), ImageNet-1k",
            "names": json.dumps(names),
        },
        image_name="image",
    )


def _imagenet_names() -> list[str]:
    from torchvision.models import EfficientNet_B0_Weights

    return list(EfficientNet_B0_Weights.IMAGENET1K_V1.meta["categories"])


def _lite0(graph: _Graph, tensors: Mapping[str, Floats]) -> tuple[str, str]:
    """Build the network; returns the names of the features and of the probabilities."""
    scaled = graph.add("Sub", "image", graph.constant(127.0))
    scaled = graph.add("Div", scaled, graph.constant(128.0))

    def convolve(value: str, layer: str, norm: str, stride: int = 1, relu: bool = True) -> str:
        kernel = tensors[f"{layer}.weight"]
        scale, shift = tensors[f"{norm}.weight"], tensors[f"{norm}.bias"]
        mean, variance = tensors[f"{norm}.running_mean"], tensors[f"{norm}.running_var"]
        kernel, bias = _fold(kernel, scale, shift, mean, variance, 1e-3)
        out, depth, size, _ = kernel.shape
        value = graph.add(
            "Conv",
            value,
            graph.constant(kernel),
            graph.constant(bias),
            kernel_shape=[size, size],
            strides=[stride, stride],
            auto_pad="SAME_UPPER",  # the weights were trained with TensorFlow's padding
            group=out if depth == 1 and out > 1 else 1,
        )
        if not relu:
            return value
        return graph.add("Clip", value, graph.constant(0.0), graph.constant(6.0))

    value, block, channels = convolve(scaled, "_conv_stem", "_bn0", stride=2), 0, 32
    for repeats, _, first_stride, expansion, out in _LITE0_STAGES:
        for repeat in range(repeats):
            name, inner = f"_blocks.{block}", value
            stride = first_stride if repeat == 0 else 1
            if expansion > 1:
                inner = convolve(inner, f"{name}._expand_conv", f"{name}._bn0")
            inner = convolve(inner, f"{name}._depthwise_conv", f"{name}._bn1", stride)
            inner = convolve(inner, f"{name}._project_conv", f"{name}._bn2", relu=False)
            same = stride == 1 and channels == out
            value, channels, block = (
                graph.add("Add", inner, value) if same else inner,
                out,
                block + 1,
            )
    value = convolve(value, "_conv_head", "_bn1")
    features = graph.add("Flatten", graph.add("GlobalAveragePool", value))
    scores = graph.add(
        "Gemm",
        features,
        graph.constant(tensors["_fc.weight"]),
        graph.constant(tensors["_fc.bias"]),
        transB=1,
    )
    return features, graph.add("Softmax", scores, axis=-1)


# --- all-MiniLM-L6-v2 ---------------------------------------------------------------------------


def _make_text_embedder(source: Path, into: Path) -> None:
    """All that sentence-transformers does with this model, in two files.

    Importing it, and transformers, takes seconds; onnxruntime and tokenizers take a fraction of one.
    """
    from tokenizers import Tokenizer

    model = _sentence_model(source)
    _export(model, into / "model.onnx")
    _compare(model, into / "model.onnx")
    limits = json.loads((source / "sentence_bert_config.json").read_text("utf-8"))
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.enable_truncation(limits["max_seq_length"])
    tokenizer.no_padding()  # the file pads every text to 128; a batch needs its longest text only
    tokenizer.save(str(into / "tokenizer.json"))


def _sentence_model(source: Path) -> torch.nn.Module:
    """BERT, the mean over its words, and a length of one (after Reimers and Gurevych, 2019)."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModel

    class SentenceModel(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            config = AutoConfig.from_pretrained(str(source), local_files_only=True)
            self.bert = AutoModel.from_config(
                config, attn_implementation="eager", add_pooling_layer=False
            )

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor]:
            words = attention_mask.to(torch.float32)
            # A mask of four dimensions is taken as it is: transformers' own code for masks, which
            # changes with every version, stays out of the graph.
            unseen = (1 - words[:, None, None, :]) * torch.finfo(torch.float32).min
            hidden = self.bert(input_ids=input_ids, attention_mask=unseen).last_hidden_state
            mean = (hidden * words[..., None]).sum(1) / words.sum(1, keepdim=True)
            return torch.nn.functional.normalize(mean, dim=-1), hidden

    model = SentenceModel().eval()
    missing = model.bert.load_state_dict(
        load_file(source / "model.safetensors"), strict=False
    ).missing_keys
    if missing:
        raise WeightsError(f"{source.name}: model.safetensors lacks {', '.join(missing)}")
    return model


def _export(model: torch.nn.Module, path: Path) -> None:
    import torch

    some = torch.ones(2, 7, dtype=torch.int64)
    free = {0: "batch", 1: "length"}
    with warnings.catch_warnings():
        # The exporter is the old one, and says so; the new one needs onnxscript.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (some, some),
            str(path),
            dynamo=False,
            opset_version=_OPSET,
            input_names=["input_ids", "attention_mask"],
            output_names=["sentence", "words"],
            dynamic_axes={
                "input_ids": free,
                "attention_mask": free,
                "sentence": {0: "batch"},
                "words": free,
            },
        )


def _compare(model: torch.nn.Module, path: Path) -> None:
    """Tracing can freeze what should stay free, so the copy is tried on a size it has not seen.

    Raises:
        WeightsError: it does not compute what the model computes.
    """
    import numpy as np
    import onnxruntime
    import torch

    tokens = torch.arange(3 * 20).reshape(3, 20)
    mask = (torch.arange(20) < torch.tensor([[2], [11], [20]])).long()
    with torch.inference_mode():
        expected = [each.numpy() for each in model(tokens, mask)]
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    given = {"input_ids": tokens.numpy(), "attention_mask": mask.numpy()}
    found = session.run(["sentence", "words"], given)
    pairs = zip(found, expected, strict=True)
    if not all(a.shape == b.shape and np.allclose(a, b, atol=1e-4) for a, b in pairs):
        raise WeightsError(f"{path.name}: the exported text embedder is not what it was made from")
