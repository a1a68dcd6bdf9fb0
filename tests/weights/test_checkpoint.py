"""Reading a checkpoint: in four bits, and in a type that the card really has."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from looktwice.weights import checkpoint, hardware

from ..agent.backends.tiny_models import build_qwen3, build_qwen3_vl

needs_bitsandbytes = pytest.mark.skipif(
    find_spec("bitsandbytes") is None, reason="needs the extra gpu"
)


@needs_bitsandbytes
def test_four_bits_quantise_the_language_model_and_leave_what_sees(tmp_path: Path) -> None:
    folder = build_qwen3_vl(tmp_path / "tiny")
    parts = checkpoint.load(str(folder), None, "cpu", None, offline=True, bits=4)
    kinds = {name: type(part).__name__ for name, part in parts.model.named_modules()}
    quantised = {name for name, kind in kinds.items() if kind == "Linear4bit"}
    assert any("language_model.layers.0.mlp" in name for name in quantised)
    assert not [name for name in quantised if "visual" in name or "lm_head" in name]
    whole = checkpoint.load(str(folder), None, "cpu", None, offline=True)
    assert parts.model.get_memory_footprint() < whole.model.get_memory_footprint()


@needs_bitsandbytes
def test_a_model_in_four_bits_says_nearly_what_the_whole_one_says(tmp_path: Path) -> None:
    import transformers as hf

    folder = build_qwen3(tmp_path / "tiny")
    config = hf.Qwen3Config(
        vocab_size=512, hidden_size=128, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2, head_dim=64,
    )  # fmt: skip
    hf.Qwen3ForCausalLM(config).save_pretrained(folder)
    four, whole = (
        checkpoint.load(str(folder), None, "cpu", None, offline=True, bits=bits) for bits in (4, 16)
    )
    ids = torch.tensor([[1, 2, 3, 4]])
    with torch.inference_mode():
        near, exact = (parts.model(input_ids=ids).logits.float() for parts in (four, whole))
    assert torch.nn.functional.cosine_similarity(near, exact, dim=-1).min() > 0.9
    assert not torch.equal(near, exact)


@pytest.mark.parametrize(("real", "kind"), [(True, torch.bfloat16), (False, torch.float16)])
def test_bfloat16_only_where_the_card_has_it(
    real: bool, kind: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(hardware, "has_gpu", lambda: True)
    monkeypatch.setattr(
        torch.cuda,
        "is_bf16_supported",
        lambda including_emulation=True: including_emulation or real,
    )
    assert checkpoint._dtype(None, "cuda") == kind
