"""The processors inside the library's own `generate`, on tiny models that see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.local.trusting import Method, noisy, without_pictures
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.agent.decoding import Contrast, contrasted
from looktwice.agent.decoding.processors import SecondPrompt
from looktwice.media.store import Store
from PIL import Image

from ..backends import tiny_models as tiny

BESIDE = torch.tensor([[0.0, 5.0, 0.0]])


def test_a_contrast_continues_the_other_prompt_with_the_same_new_tokens() -> None:
    asked: list[list[int]] = []

    def branch(new: torch.Tensor) -> torch.Tensor:
        asked.append(new[0].tolist())
        return BESIDE

    contrast = Contrast(branch, start=2, strength=1.0, plausible=0.0)
    scores = torch.tensor([[1.0, 4.0, 2.0]])
    assert contrast(torch.tensor([[7, 8]]), scores).tolist() == [[2.0, 3.0, 4.0]]
    contrast(torch.tensor([[7, 8, 9]]), scores)
    assert asked == [[], [9]]


@pytest.mark.parametrize("kind", ["qwen3_vl", "gemma3"])
def test_the_first_token_is_the_one_of_the_formula(kind: str, tmp_path: Path, store: Store) -> None:
    folder = tiny.ALL[kind](tmp_path / kind)
    picture = store.add(Image.effect_mandelbrot((96, 96), (-2, -1.5, 1, 1.5), 60).convert("RGB"))
    messages = [Message(role="user", text="What is shown?", pictures=(picture,))]
    plain = TransformersModel(folder, store=store, device="cpu", dtype="float32")
    runner = plain._ready
    shown = runner.prompt(messages, [picture.width * picture.height])
    bare = runner.prompt(without_pictures(messages), [])

    def logits(prompt: Any) -> torch.Tensor:
        return SecondPrompt(runner.parts.model, runner.whole(prompt))(
            torch.empty((1, 0), dtype=torch.long)
        )

    wanted = int(contrasted(logits(shown), logits(bare), 1.0, 0.1).argmax())
    after = TransformersModel(folder, store=store, device="cpu", dtype="float32", decoding="pai")
    reply = after.generate(messages, max_tokens=1)
    written = runner.parts.tokenizer.decode([wanted], skip_special_tokens=True)
    assert reply.text.strip() == written.strip()


@pytest.mark.parametrize("method", ["vcd", "pai", "vdgd"])
def test_every_method_writes_and_leaves_questions_without_pictures_alone(
    method: Method, tmp_path: Path, store: Store
) -> None:
    folder = tiny.ALL["qwen3_vl"](tmp_path / "model")
    picture = store.add(Image.new("RGB", (64, 64), "red"))
    models = [
        TransformersModel(folder, store=store, device="cpu", dtype="float32", decoding=way)
        for way in (method, "plain")
    ]
    seen = Message(role="user", text="What is shown?", pictures=(picture,))
    assert models[0].generate([seen], max_tokens=6).completion_tokens > 0
    told = Message(role="user", text="Say something.")
    replies = [model.generate([told], max_tokens=6).text for model in models]
    assert replies[0] == replies[1]


def test_noise_leaves_a_picture_its_size_and_is_always_the_same(store: Store) -> None:
    picture = store.add(Image.new("RGB", (40, 30), "blue"))
    one = noisy(picture, store)
    assert (one.width, one.height) == (40, 30)
    assert one.sha256 == noisy(picture, store).sha256 != picture.sha256
