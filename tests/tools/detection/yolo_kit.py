"""An exported detector for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def cats(folder: Path) -> Path:
    """An exported detector that sees a sure cat in the middle of everything."""
    found = np.array([[[32.0], [32.0], [40.0], [24.0], [0.9]]], np.float32)
    box = helper.make_node("Add", ["found", "nothing"], ["output0"])
    nothing = helper.make_node("ReduceMean", ["none"], ["nothing"], keepdims=0)
    none = helper.make_node("Mul", ["images", "zero"], ["none"])
    constants = {"found": found, "zero": np.zeros(1, np.float32)}
    graph = helper.make_graph(
        [none, nothing, box],
        "cats",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 64, 64])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 5, 1])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    told = {
        "task": "detect",
        "stride": "32",
        "batch": "1",
        "imgsz": "[64, 64]",
        "names": "{0: 'cat'}",
    }
    helper.set_model_props(model, told)
    onnx.save(model, folder / "cats.onnx")
    return folder / "cats.onnx"
