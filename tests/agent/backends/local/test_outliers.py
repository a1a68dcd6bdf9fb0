"""The prompt that DAMRO contrasts with, on the tiny LLaVA of the picture world."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.local.outliers import has_class_token, outliers_only
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.agent.decoding import contrasted
from looktwice.agent.decoding.processors import SecondPrompt
from looktwice.errors import UsageError
from looktwice.media.store import Store
from PIL import Image

from ....world import model as world
from .. import tiny_models as tiny

WEIGHTS = Path(world.__file__).parent / "weights"
NOTHING = torch.empty((1, 0), dtype=torch.long)


def opened(store: Store, decoding: str) -> TransformersModel:
    return TransformersModel(
        WEIGHTS,
        store=store,
        device="cpu",
        dtype="float32",
        max_pixels=world.SIDE**2,
        decoding=decoding,  # type: ignore[arg-type]
    )


def test_the_first_token_is_the_one_of_the_formula(store: Store) -> None:
    scene = Image.effect_mandelbrot((64, 64), (-2, -1.5, 1, 1.5), 60).convert("RGB")
    asked = Message(role="user", text="Is there a red circle?", pictures=(store.add(scene),))
    with opened(store, "damro") as after:
        runner, model = after._ready, after._ready.parts.model
        whole = runner.whole(runner.prompt([asked], [world.SIDE**2]))
        reply = after.generate([asked], max_tokens=1)
        # By hand: the last layer's input, its queries and keys, and the token that is attended to most.
        tower = model.model.vision_tower
        with torch.no_grad():
            states = tower(whole["pixel_values"], output_hidden_states=True).hidden_states[-2]
            normed = tower.encoder.layers[-1].layer_norm1(states)
            last = tower.encoder.layers[-1].self_attn
            query, keys = last.q_proj(normed)[0, 0], last.k_proj(normed)[0, 1:]
            most = int((keys @ query).argmax())
            features = model.get_image_features(whole["pixel_values"], return_dict=True)
        other = outliers_only(model, whole)
        shown = (whole["input_ids"][0] == model.config.image_token_id).nonzero().flatten()
        assert other["inputs_embeds"].shape[1] == whole["input_ids"].shape[1] - len(shown) + 1
        torch.testing.assert_close(
            other["inputs_embeds"][0, shown[0]], features.pooler_output[0][most]
        )
        logits, without = (SecondPrompt(model, inputs)(NOTHING) for inputs in (whole, other))
        wanted = int(contrasted(logits, without, 0.5, 0.1).argmax())
        assert reply.text == runner.parts.tokenizer.decode([wanted], skip_special_tokens=True)


def test_an_encoder_without_a_class_token_is_told_of(tmp_path: Path, store: Store) -> None:
    folder = tiny.build_qwen3_vl(tmp_path / "model")
    with TransformersModel(folder, store=store, device="cpu") as model:
        assert not has_class_token(model._ready.parts.model)
    with pytest.raises(UsageError, match=r"Qwen3VL.*has none"):
        TransformersModel(folder, store=store, device="cpu", decoding="damro")
