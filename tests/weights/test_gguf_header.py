"""The beginning of a GGUF file: what it says, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from looktwice.errors import WeightsError
from looktwice.weights.gguf_header import read_header


@pytest.fixture
def file(tmp_path: Path) -> Path:
    import gguf

    path = tmp_path / "some.gguf"
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_token_list(["one", "two", "drei"])
    writer.add_array("sizes", [1, 2, 3])
    writer.add_context_length(2048)
    writer.add_layer_norm_rms_eps(0.5)
    writer.add_name("Ein Modell")
    writer.add_add_bos_token(True)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_it_gives_what_it_says_without_its_lists(file: Path) -> None:
    assert read_header(file) == {
        "general.architecture": "llama",
        "llama.context_length": 2048,
        "llama.attention.layer_norm_rms_epsilon": 0.5,
        "general.name": "Ein Modell",
        "tokenizer.ggml.add_bos_token": True,
    }


@pytest.mark.parametrize("kept", [0, 3, 30, 200])
def test_a_file_that_is_cut_short_is_told(file: Path, kept: int) -> None:
    file.write_bytes(file.read_bytes()[:kept])
    with pytest.raises(WeightsError, match="not a GGUF file"):
        read_header(file)


def test_other_bytes_and_a_missing_file_are_told(tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"GGUF\x03\x00\x00\x00" + b"\xff" * 5000)
    with pytest.raises(WeightsError, match="not a GGUF file"):
        read_header(other)
    with pytest.raises(WeightsError, match="cannot be read"):
        read_header(tmp_path / "missing.gguf")
