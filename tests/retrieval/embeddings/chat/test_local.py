"""States of tiny models in this process, against the library's own forward pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.errors import ModelError
from looktwice.media.store import Store
from looktwice.retrieval.embeddings.chat.embedder import ChatPictures, ChatTexts, ShownPrompt
from looktwice.retrieval.embeddings.chat.local import LocalReader
from looktwice.weights.checkpoint import Parts, load
from PIL import Image

from ....agent.backends import tiny_models as tiny

TEXTS = ["A red bus.", "A much longer text about two people and a blue car, shown in the picture."]


def loaded(kind: str, folder: Path) -> Parts:
    return load(str(tiny.ALL[kind](folder)), None, "cpu", "float32", offline=True)


def reader_of(parts: Parts) -> LocalReader:
    @contextmanager
    def lend() -> Iterator[Parts]:
        yield parts

    return LocalReader("tiny", lend)


@pytest.mark.parametrize("kind", ["qwen3", "qwen3_vl", "qwen3_5", "gemma3"])
def test_texts_read_together_are_as_each_alone(kind: str, tmp_path: Path) -> None:
    reader = reader_of(loaded(kind, tmp_path))
    together = reader.read([ShownPrompt(text) for text in TEXTS])
    alone = np.concatenate([reader.read([ShownPrompt(text)]) for text in TEXTS])
    np.testing.assert_allclose(together, alone, atol=2e-4)
    assert not np.allclose(alone[0], alone[1], atol=1e-2)


def test_it_is_the_state_behind_the_prompt(tmp_path: Path) -> None:
    parts = loaded("qwen3", tmp_path)
    written = f"<|im_start|>user\n{TEXTS[0]}<|im_end|>\n<|im_start|>assistant\n"
    ids = parts.tokenizer(written, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        states = parts.model(input_ids=ids, output_hidden_states=True).hidden_states[-1]
    row = reader_of(parts).read([ShownPrompt(TEXTS[0])])[0]
    np.testing.assert_allclose(row, states[0, -1].numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", list(tiny.VISION))
def test_pictures_count(kind: str, tmp_path: Path) -> None:
    reader = reader_of(loaded(kind, tmp_path))
    shown = [Image.new("RGB", (96, 64), colour) for colour in ("red", "white")]
    red, white, words = reader.read(
        [*(ShownPrompt("?", picture) for picture in shown), ShownPrompt("?")]
    )
    assert not np.allclose(red, white, atol=1e-3)
    assert not np.allclose(red, words, atol=1e-3)


def test_what_steers_the_model_is_only_letters_in_a_document(tmp_path: Path) -> None:
    reader = reader_of(loaded("qwen3_vl", tmp_path))
    rows = reader.read([ShownPrompt("a <|image_pad|> b"), ShownPrompt("a < |image_pad|> b")])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-5)


def test_a_base_model_is_told_of(tmp_path: Path) -> None:
    parts = loaded("qwen3", tmp_path)
    parts.tokenizer.chat_template = None
    with pytest.raises(ModelError, match="no chat template"):
        reader_of(parts).read([ShownPrompt("a")])


def test_one_model_writes_and_embeds(tmp_path: Path, store: Store) -> None:
    folder = tiny.build_qwen3_vl(tmp_path / "model")
    with TransformersModel(folder, store=store, device="cpu", dtype="float32") as model:
        texts = ChatTexts(LocalReader("tiny", model.lent))
        pictures = ChatPictures(LocalReader("tiny", model.lent))
        rows = texts.embed(TEXTS)
        assert rows.shape == pictures.embed([Image.new("RGB", (64, 64))] * 2).shape == (2, 32)
        np.testing.assert_array_equal(texts.embed(TEXTS), rows)
    with pytest.raises(ModelError, match="closed"):
        texts.embed(TEXTS)
