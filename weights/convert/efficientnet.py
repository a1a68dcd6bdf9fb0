"""EfficientNet-Lite0 (after Tan and Le, 2019) as ONNX."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .graph import Graph, fold

if TYPE_CHECKING:
    from .graph import Floats

CLASSIFIER_SIDE = 224
"""Pixels of the square it looks at."""

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


def make_classifier(source: Path, into: Path) -> None:
    """Write `classifier.onnx`, whose metadata holds the names of the classes."""
    import torch

    path = source / "efficientnet-lite0-57934424.pth"
    state = torch.load(path, map_location="cpu", weights_only=True)
    tensors = {name: value.float().numpy() for name, value in state.items()}
    graph = Graph()
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


def _lite0(graph: Graph, tensors: Mapping[str, Floats]) -> tuple[str, str]:
    """Build the network; returns the names of the features and of the probabilities."""
    scaled = graph.add("Sub", "image", graph.constant(127.0))
    scaled = graph.add("Div", scaled, graph.constant(128.0))

    def convolve(value: str, layer: str, norm: str, stride: int = 1, relu: bool = True) -> str:
        kernel = tensors[f"{layer}.weight"]
        scale, shift = tensors[f"{norm}.weight"], tensors[f"{norm}.bias"]
        mean, variance = tensors[f"{norm}.running_mean"], tensors[f"{norm}.running_var"]
        kernel, bias = fold(kernel, scale, shift, mean, variance, 1e-3)
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
