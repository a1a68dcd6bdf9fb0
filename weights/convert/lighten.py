"""A reader of lines that computes in whole numbers first, and looks twice where it is unsure.

The products of the network, 1 x 1 convolutions among them, are taken in eight bits, scaled by each
line's own values (dynamic quantisation, after Jacob et al., 2018). A line that comes out less than sure
is read again by the network as it was: both are in one graph, behind an `If`. For processors; a GPU has
no such products and needs them less.
"""

from __future__ import annotations

import functools
import logging
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

from .graph import OPSET

__all__ = ["lighten", "whole_numbers_hold"]

_LEAST = 10_000
"""Weights of a product that is worth it; smaller ones cost no time, but would lose as much."""
_SURE = 0.97
"""A line is read again when the likeliest sign has less probability than this, as the mean of the line's
columns. Of photographed receipts that is one line in seven, of scanned print one in two hundred; of 2
signs in 1,000 that whole numbers alone read otherwise, 0.6 are left."""


def lighten(full: Path, into: Path, exact: Collection[str] = ()) -> None:
    """Write the recogniser that does the cheap thing first.

    Args:
        full: an ONNX graph with one picture as input and one output, float32 [N, columns, signs] of
            probabilities.
        into: the file to write; same input, same output. An unsure line has its whole batch read again.
        exact: names of convolutions that stay as they are also at the first look.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory(dir=into.parent) as folder, _quiet():
        plain, light = Path(folder, "plain.onnx"), Path(folder, "light.onnx")
        _fold(onnx.load(str(full)), plain)
        products = onnx.load(str(plain))
        quantize_dynamic(
            products,
            light,
            nodes_to_quantize=_as_products(products.graph, exact),
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={"MatMulConstBOnly": True},
        )
        both = _look_twice(onnx.load(str(light)), onnx.load(str(plain)))
    onnx.checker.check_model(both, full_check=True)
    onnx.save(both, str(into))


@functools.cache
def whole_numbers_hold() -> bool:
    """Whether this processor adds up products of eight-bit numbers exactly.

    x86 without VNNI keeps sums of two products in sixteen bits, where large ones do not fit.
    """
    import numpy as np
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    terms = 64
    largest = numpy_helper.from_array(np.full((terms, terms), 127, np.int8), "largest")
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["values", "largest"], ["sums"])],
        "largest_sums",
        [helper.make_tensor_value_info("values", TensorProto.UINT8, [1, terms])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, [1, terms])],
        [largest],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (sums,) = session.run(None, {"values": np.full((1, terms), 255, np.uint8)})
    return bool(np.all(sums == 127 * 255 * terms))


def _fold(model: Any, into: Path) -> None:
    """Normalisation and bias become part of the convolutions, in an opset that can be quantised."""
    import onnx
    from onnx import version_converter
    from onnxruntime.quantization.shape_inference import quant_pre_process

    newer = into.with_name("newer.onnx")
    onnx.save(version_converter.convert_version(model, OPSET), str(newer))
    quant_pre_process(newer, into, skip_symbolic_shape=True)


def _as_products(graph: Any, exact: Collection[str]) -> list[str]:
    """Make the larger 1 x 1 convolutions matrix products over the channels, in place.

    Returns:
        The names of these products, and of the last one of all, which tells the signs.
    """
    from onnx import numpy_helper

    weights = {
        constant.name: constant for constant in graph.initializer if prod(constant.dims) >= _LEAST
    }
    nodes, names = [], []
    for node in graph.node:
        weight = weights.get(node.input[1]) if len(node.input) > 1 else None
        if weight is not None and node.name not in exact and _is_pointwise(node, weight):
            matrix = numpy_helper.to_array(weight)[:, :, 0, 0].T.copy()
            graph.initializer.append(numpy_helper.from_array(matrix, f"{node.name}_matrix"))
            nodes += _product(node)
            names.append(node.name)
        else:
            nodes.append(node)
    names += [node.name for node in nodes if node.op_type == "MatMul"][-1:]
    del graph.node[:]
    graph.node.extend(nodes)
    return names


def _is_pointwise(node: Any, weight: Any) -> bool:
    """Whether a node is a 1 x 1 convolution of every pixel and all channels."""
    from onnx import helper

    options = {option.name: helper.get_attribute_value(option) for option in node.attribute}
    return (
        node.op_type == "Conv"
        and list(weight.dims[2:]) == [1, 1]
        and options.get("group", 1) == 1
        and set(options.get("strides", [1])) == {1}
        and not any(options.get("pads", []))
    )


def _product(node: Any) -> list[Any]:
    """A 1 x 1 convolution as a product of the same name, with the channels last, and its bias."""
    from onnx import helper

    name, value = node.name, f"{node.name}_product"
    steps = [
        helper.make_node("Transpose", [node.input[0]], [f"{name}_pixels"], perm=[0, 2, 3, 1]),
        helper.make_node("MatMul", [f"{name}_pixels", f"{name}_matrix"], [value], name),
    ]
    for bias in node.input[2:]:
        steps.append(helper.make_node("Add", [value, bias], [f"{name}_sum"]))
        value = f"{name}_sum"
    return [*steps, helper.make_node("Transpose", [value], [node.output[0]], perm=[0, 3, 1, 2])]


def _look_twice(light: Any, plain: Any) -> Any:
    """The light model, with the plain one behind an `If` for lines that it is unsure of."""
    import numpy as np
    from onnx import helper, numpy_helper

    graph, output = light.graph, light.graph.output[0].name
    for node in graph.node:
        node.output[:] = ["light" if name == output else name for name in node.output]
    keep = helper.make_node("Identity", ["light"], ["kept"])
    graph.initializer.append(numpy_helper.from_array(np.float32(_SURE), "sure"))
    graph.node.extend(
        [
            helper.make_node("ReduceMax", ["light"], ["likeliest"], axes=[2], keepdims=0),
            helper.make_node("ReduceMean", ["likeliest"], ["lines"], axes=[1], keepdims=0),
            helper.make_node("ReduceMin", ["lines"], ["worst"], keepdims=0),
            helper.make_node("Less", ["worst", "sure"], ["unsure"]),
            helper.make_node(
                "If",
                ["unsure"],
                [output],
                then_branch=_inside(plain, graph.input[0].name),
                else_branch=helper.make_graph([keep], "keep", [], [_result("kept")]),
            ),
        ]
    )
    return light


def _inside(model: Any, picture: str) -> Any:
    """A model's graph as a branch, which takes its input from the graph around it."""
    from onnx import helper
    from onnx.compose import add_prefix

    graph = add_prefix(model, "again/").graph
    for node in graph.node:
        node.input[:] = [picture if name == f"again/{picture}" else name for name in node.input]
    return helper.make_graph(
        graph.node, "again", [], [_result(graph.output[0].name)], graph.initializer
    )


def _result(name: str) -> Any:
    from onnx import TensorProto, helper

    return helper.make_tensor_value_info(name, TensorProto.FLOAT, None)


@contextmanager
def _quiet() -> Iterator[None]:
    """The quantiser warns of every constant that is used no more, and advises its own first step."""
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
