"""A LLaVA as GGUF; that it sees as before is tested with the world's model, through llama.cpp."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from looktwice.errors import WeightsError
from looktwice.weights.convert.llava import MODEL, PROJECTOR, make_llava
from looktwice.weights.gguf_header import read_header

WORLD = Path(__file__).parents[2] / "world" / "weights"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy whose parts may be changed."""
    return Path(shutil.copytree(WORLD, tmp_path / "source"))


def changed(source: Path, name: str, **values: Any) -> None:
    file = source / name
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | values), "utf-8")


def test_both_files_say_what_the_checkpoint_says(tmp_path: Path) -> None:
    make_llava(WORLD, tmp_path)
    text, vision = read_header(tmp_path / MODEL), read_header(tmp_path / PROJECTOR)
    assert text["general.architecture"] == "llama"
    assert text["llama.block_count"] == 3
    assert text["tokenizer.ggml.eos_token_id"] == 4
    assert "<image>" in str(text["tokenizer.chat_template"])
    assert vision["clip.projector_type"] == "mlp"
    assert vision["clip.vision.image_size"] == 64
    assert vision["clip.use_gelu"] is False


def test_queries_are_turned_and_nothing_else_is_lost(tmp_path: Path) -> None:
    import gguf
    from safetensors.torch import load_file

    make_llava(WORLD, tmp_path)
    made = {t.name: t.data for t in gguf.GGUFReader(tmp_path / MODEL).tensors}
    given = load_file(WORLD / "model.safetensors")
    layer = "language_model.model.layers.1.self_attn"
    query = given[f"{layer}.q_proj.weight"].float().numpy().reshape(4, 32, 128)
    turned = made["blk.1.attn_q.weight"].reshape(4, 32, 128)
    assert np.array_equal(turned[:, 0::2], query[:, :16])
    assert np.array_equal(turned[:, 1::2], query[:, 16:])
    value = given[f"{layer}.v_proj.weight"].float().numpy()
    assert np.array_equal(made["blk.1.attn_v.weight"], value)
    seen = {t.name for t in gguf.GGUFReader(tmp_path / PROJECTOR).tensors}
    assert {"mm.0.weight", "mm.2.bias", "v.pre_ln.weight", "v.blk.3.ffn_down.weight"} <= seen


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("config.json", {"text_config": {"model_type": "qwen2"}}, "expected a LLaVA of a llama"),
        ("tokenizer.json", {"normalizer": {"type": "NFC"}}, "byte-level BPE"),
    ],
)
def test_other_kinds_are_refused_with_a_reason(
    source: Path, tmp_path: Path, name: str, values: dict[str, Any], message: str
) -> None:
    changed(source, name, **values)
    with pytest.raises(WeightsError, match=message):
        make_llava(source, tmp_path)


def test_missing_weights_are_told(source: Path, tmp_path: Path) -> None:
    (source / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"no \.safetensors"):
        make_llava(source, tmp_path)
