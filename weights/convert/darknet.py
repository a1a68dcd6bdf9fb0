"""YOLOv3-tiny (after Redmon and Farhadi, 2018): from Darknet's files to what Ultralytics loads."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import WeightsError
from .graph import Graph, fold

if TYPE_CHECKING:
    from .graph import Floats


def make_detector(source: Path, into: Path) -> None:
    """Write `yolov3-tiny.onnx` from the network's description, its weights and the names."""
    names = (source / "coco.names").read_text("utf-8").split("\n")
    names = [name.strip() for name in names if name.strip()]
    graph = Graph()
    found = darknet(graph, source / "yolov3-tiny.cfg", source / "yolov3-tiny.weights")
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


def darknet(graph: Graph, cfg: Path, weights: Path) -> str:
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
    graph: Graph, value: str, depth: int, options: dict[str, str], stream: _Stream
) -> tuple[str, int]:
    out, size, stride = (int(options[key]) for key in ("filters", "size", "stride"))
    if options.get("batch_normalize") == "1":
        shift, scale, mean, variance = (stream.take(out) for _ in range(4))
        kernel = stream.take(out, depth, size, size)
        kernel, bias = fold(kernel, scale, shift, mean, variance, 1e-6)
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


def _darknet_pool(graph: Graph, value: str, options: dict[str, str]) -> str:
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


def _upsample(graph: Graph, value: str, by: int) -> str:
    return graph.add(
        "Resize",
        value,
        "",
        graph.constant([1, 1, by, by]),
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )


def _decode(graph: Graph, value: str, options: dict[str, str], stride: float) -> str:
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


def _cell_corners(graph: Graph, value: str) -> str:
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
