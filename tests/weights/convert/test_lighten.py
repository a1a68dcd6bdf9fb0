"""lighten: the first look is nearly right and cheap, the second is the network's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from looktwice.settings import Settings
from looktwice.weights.convert import lighten, prepare
from onnx import TensorProto, helper, numpy_helper

DEEP, SIGNS = 128, 40
exactly = pytest.mark.skipif(
    not lighten.whole_numbers_hold(), reason="this processor overflows, so it never reads like that"
)
ALWAYS, NEVER = 1.1, 0.0
"""What a line must be more sure of than any, or than no line is."""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small reader of lines: [N, 3, 8, columns] to [N, columns, signs]."""
    random = np.random.default_rng(7)

    def weights(name: str, *shape: int) -> Any:
        values = random.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape)
        return numpy_helper.from_array(values.astype(np.float32), name)

    nodes = [
        helper.make_node("Conv", ["picture", "w0", "b0"], ["c0"], "first", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c0"], ["r0"]),
        helper.make_node("Conv", ["r0", "w1", "b1"], ["c1"], "wide"),
        helper.make_node("Relu", ["c1"], ["r1"]),
        helper.make_node("Conv", ["r1", "w2"], ["c2"], "other"),
        helper.make_node("Conv", ["c2", "w3"], ["c3"], "halved", strides=[2, 1]),
        helper.make_node("ReduceMean", ["c3"], ["m"], axes=[2], keepdims=0),
        helper.make_node("Transpose", ["m"], ["t"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["t", "head"], ["signs"], "head"),
        helper.make_node("Softmax", ["signs"], ["probabilities"], axis=2),
    ]
    constants = [
        weights("w0", DEEP, 3, 3, 3),
        weights("b0", DEEP),
        weights("w1", DEEP, DEEP, 1, 1),
        weights("b1", DEEP),
        weights("w2", DEEP, DEEP, 1, 1),
        weights("w3", DEEP, DEEP, 1, 1),
        numpy_helper.from_array(random.normal(0, 0.5, (DEEP, SIGNS)).astype(np.float32), "head"),
    ]
    graph = helper.make_graph(
        nodes,
        "reader",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["n", 3, 8, "columns"])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", None, SIGNS])],
        constants,
    )
    path = tmp_path_factory.mktemp("reader") / "full.onnx"
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=8), path
    )
    return path


@pytest.fixture
def light(full: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the light reader of it that asks for so much sureness."""

    def make(sure: float, exact: tuple[str, ...] = ()) -> Path:
        monkeypatch.setattr(lighten, "_SURE", sure)
        lighten.lighten(full, tmp_path / "light.onnx", exact)
        return tmp_path / "light.onnx"

    return make


def read(path: Path, lines: Any) -> Any:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"picture": lines})[0]


def some_lines(count: int, columns: int = 24) -> Any:
    return np.random.default_rng(count).normal(0, 1, (count, 3, 8, columns)).astype(np.float32)


@exactly
def test_a_sure_line_is_nearly_what_the_network_gives(full: Path, light: Any) -> None:
    lines = some_lines(3)
    wanted, got = read(full, lines), read(light(NEVER), lines)
    assert got.shape == wanted.shape
    assert 1e-6 < np.abs(got - wanted).max() < 0.1


def test_an_unsure_line_is_exactly_what_the_network_gives(full: Path, light: Any) -> None:
    lines = some_lines(3)
    np.testing.assert_allclose(read(light(ALWAYS), lines), read(full, lines), atol=1e-5)


@exactly
def test_one_unsure_line_has_its_batch_read_again(full: Path, light: Any) -> None:
    lines = some_lines(2)
    wanted, first = read(full, lines), read(light(NEVER), lines)
    sure = np.sort(first.max(-1).mean(-1))
    between = light(float(sure.mean()))
    np.testing.assert_allclose(read(between, lines), wanted, atol=1e-5)
    surest = int(first.max(-1).mean(-1).argmax())
    alone = read(between, lines[surest : surest + 1])
    assert np.abs(alone - wanted[surest]).max() > 1e-6  # eight bits were enough for it


@pytest.mark.parametrize("columns", [1, 7, 160])
def test_lines_of_any_length(full: Path, light: Any, columns: int) -> None:
    lines = some_lines(1, columns)
    assert read(light(NEVER), lines).shape == read(full, lines).shape == (1, columns, SIGNS)


def test_only_large_products_of_every_pixel_are_taken_in_eight_bits(light: Any) -> None:
    nodes = onnx.load(light(NEVER)).graph.node
    assert {"first", "halved"} == {node.name for node in nodes if node.op_type == "Conv"}
    assert sum(node.op_type == "MatMulInteger" for node in nodes) == 3
    nodes = onnx.load(light(NEVER, ("wide",))).graph.node
    assert {"first", "wide", "halved"} == {node.name for node in nodes if node.op_type == "Conv"}


@pytest.mark.weights
def test_a_processor_that_overflows_reads_with_the_network_as_it_is(
    starter_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "whole_numbers_hold", lambda: False)
    ocr = prepare.ocr_paths(starter_settings)
    assert ocr.light == ocr.rec
    monkeypatch.setattr(prepare, "whole_numbers_hold", lambda: True)
    ocr = prepare.ocr_paths(starter_settings)
    assert ocr.light != ocr.rec
    for folder in (ocr.rec, ocr.light):
        assert sorted(path.name for path in folder.iterdir()) == ["inference.onnx", "inference.yml"]
