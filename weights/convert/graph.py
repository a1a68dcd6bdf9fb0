"""Writing ONNX: a graph under construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

OPSET = 17
"""Of what is written here."""


@dataclass
class Graph:
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
        opset = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(
            graph, opset_imports=opset, ir_version=8, producer_name="looktwice"
        )
        helper.set_model_props(model, dict(metadata))
        onnx.checker.check_model(model, full_check=True)
        onnx.save(model, str(path))


def fold(
    weights: Floats, scale: Floats, shift: Floats, mean: Floats, variance: Floats, epsilon: float
) -> tuple[Floats, Floats]:
    """Weights and bias of a convolution that does its batch normalisation by itself."""
    import numpy as np

    factor = scale / np.sqrt(variance + epsilon)
    return weights * factor[:, None, None, None], shift - mean * factor
