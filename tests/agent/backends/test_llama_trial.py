"""What llama.cpp's log says of a start, and a start for real."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.agent.backends.llama_trial import placed, try_out
from looktwice.errors import ModelError
from looktwice.weights.convert.llava import MODEL, PROJECTOR, make_llava

WORLD = Path(__file__).parents[2] / "world" / "weights"
LOG = """
0.06.126.406 D load_tensors: layer   0 assigned to device CPU, is_swa = 0
0.06.126.406 D load_tensors: layer   1 assigned to device CPU, is_swa = 0
0.06.126.406 D load_tensors: layer   2 assigned to device CPU, is_swa = 0
14.1 D load_tensors: layer   0 assigned to device CPU, is_swa = 0
14.1 D load_tensors: layer   1 assigned to device Vulkan0, is_swa = 0
14.1 D load_tensors: layer   2 assigned to device Vulkan0, is_swa = 0
"""


def test_the_last_load_counts() -> None:
    assert placed(LOG) == (3, 2)
    assert placed("nothing of it") == (0, 0)


def test_a_start_says_where_the_layers_are_and_how_fast_it_is(tmp_path: Path) -> None:
    make_llava(WORLD, tmp_path)
    found = try_out(tmp_path / MODEL, tmp_path / PROJECTOR, threads=1, gpu=False)
    assert (found.devices, found.layers, found.offloaded) == (
        (),
        4,
        0,
    )  # the output is a layer, too
    assert found.reads > found.writes > 0


def test_a_file_that_does_not_start_says_why(tmp_path: Path) -> None:
    file = tmp_path / "damaged.gguf"
    file.write_bytes(b"GGUF\x03\x00\x00\x00" + b"\x07" * 5000)
    with pytest.raises(ModelError, match=r"damaged\.gguf: llama\.cpp cannot run it"):
        try_out(file, None)
