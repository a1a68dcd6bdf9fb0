"""Where a model looks, on real architectures with random weights, against the library's own maps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from looktwice.agent.backends.base import Attends, Message
from looktwice.agent.backends.local import attention
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.control import Control
from looktwice.errors import Cancelled, ModelError, UsageError
from looktwice.media.store import Store
from looktwice.schema import Box, Picture
from PIL import Image

from .. import tiny_models as tiny

SEEING = ("qwen3_vl", "idefics3", "gemma3")
SHAPES = {"qwen3_vl": (2, 3), "idefics3": (2, 2), "gemma3": (2, 2)}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def pictures(shared_store: Store) -> tuple[Picture, Picture]:
    noise = np.random.default_rng(3)
    wide = noise.integers(0, 255, (64, 96, 3), dtype=np.uint8)
    high = noise.integers(0, 255, (128, 64, 3), dtype=np.uint8)
    return shared_store.add(Image.fromarray(wide), "wide"), shared_store.add(
        Image.fromarray(high), "high"
    )


@pytest.fixture(scope="module")
def models(
    tmp_path_factory: pytest.TempPathFactory, shared_store: Store
) -> Iterator[dict[str, TransformersModel]]:
    root = tmp_path_factory.mktemp("tiny")
    loaded = {
        kind: TransformersModel(tiny.ALL[kind](root / kind), store=shared_store, device="cpu")
        for kind in (*SEEING, "qwen3")
    }
    yield loaded
    for model in loaded.values():
        model.close()


def asked(pictures: tuple[Picture, ...]) -> list[Message]:
    return [Message(role="user", text="What is shown?", pictures=pictures)]


@pytest.mark.parametrize("kind", SEEING)
def test_the_rows_are_the_librarys_own(
    kind: str, models: dict[str, TransformersModel], pictures: tuple[Picture, Picture]
) -> None:
    model = models[kind]
    library = model._ready.parts.model
    pixels = [model.picture_pixels] * len(pictures)
    prompt = model._ready.prompt(asked(pictures), pixels, tiled=False)
    with attention.last_rows(library) as rows:
        model._ready.look(prompt)
    inputs = dict(prompt.inputs)
    if kind == "qwen3_vl":
        inputs["mm_encoder_outputs"] = {"image": model._ready.pictures.encoded(pictures, pixels)}
    library.set_attn_implementation("eager")
    try:
        with torch.inference_mode():
            eager = library(**inputs, output_attentions=True, use_cache=False).attentions
    finally:
        library.set_attn_implementation("sdpa")
    heard = attention.last_pass(rows, library)
    assert len(heard) == len(eager) == 2
    for row, full in zip(heard, eager, strict=True):
        assert torch.allclose(row, full[0, :, -1].float().mean(dim=0), atol=1e-5)


@pytest.mark.parametrize("kind", SEEING)
def test_each_picture_has_a_map_of_its_own(
    kind: str, models: dict[str, TransformersModel], pictures: tuple[Picture, Picture]
) -> None:
    model = models[kind]
    assert isinstance(model, Attends)
    first, second = (model.attention(asked(pictures), p) for p in pictures)

    assert first.cells.shape == SHAPES[kind]
    assert first.cells.sum() == pytest.approx(1, abs=1e-5)
    assert (first.cells >= 0).all()
    assert first.box == Box(x1=0, y1=0, x2=96, y2=64)
    assert second.box == Box(x1=0, y1=0, x2=64, y2=128)
    assert not np.allclose(first.cells.ravel()[:4], second.cells.ravel()[:4])


@pytest.mark.parametrize("kind", SEEING)
def test_asking_changes_nothing(
    kind: str, models: dict[str, TransformersModel], pictures: tuple[Picture, Picture]
) -> None:
    model, messages = models[kind], asked(pictures)
    before = model.generate(messages, max_tokens=6).text
    model.attention(messages, pictures[0])
    assert model._ready.parts.model.config.get_text_config()._attn_implementation == "sdpa"
    assert model.generate(messages, max_tokens=6).text == before


def test_the_map_follows_the_part_it_is_a_crop_of(
    models: dict[str, TransformersModel], shared_store: Store, pictures: tuple[Picture, Picture]
) -> None:
    part = shared_store.crop(pictures[0], Box(x1=32, y1=16, x2=96, y2=64), min_side=96)
    heat = models["qwen3_vl"].attention(asked((part,)), part)
    assert heat.box == Box(x1=32, y1=16, x2=96, y2=64)


def test_what_cannot_be_shown_is_said(
    models: dict[str, TransformersModel],
    pictures: tuple[Picture, Picture],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UsageError, match="none of the messages"):
        models["gemma3"].attention(asked(pictures[:1]), pictures[1])
    stopped = Control()
    stopped.cancel()
    with pytest.raises(Cancelled):
        models["gemma3"].attention(asked(pictures), pictures[0], control=stopped)

    def broken(**_: Any) -> Any:
        raise RuntimeError("no kernel")

    monkeypatch.setattr(models["gemma3"]._ready.parts.model.model, "forward", broken)
    with pytest.raises(ModelError, match="no kernel"):
        models["gemma3"].attention(asked(pictures), pictures[0])
    text = models["gemma3"]._ready.parts.model.config.get_text_config()
    assert text._attn_implementation == "sdpa"  # put back, whatever happened


def test_attention_is_relative_to_a_question_about_nothing() -> None:
    """A cell that always draws attention says nothing about this question."""
    even = torch.full((8,), 0.125)
    asked_rows = [torch.tensor([0.1, 0.5, 0.1, 0.2, 0.1, 0.0, 0.0, 0.0])] * 3
    usual_rows = [torch.tensor([0.1, 0.5, 0.1, 0.05, 0.1, 0.05, 0.05, 0.05])] * 3
    places = slice(0, 5)

    plain = attention.relevance(asked_rows, [even] * 3, places, places)
    relative = attention.relevance(asked_rows, usual_rows, places, places)

    assert plain.argmax() == 1
    assert relative.argmax() == 3
    assert relative.sum() == pytest.approx(1)


def test_layers_that_do_not_see_the_picture_are_left_out() -> None:
    blind, seeing = torch.tensor([0.0, 0.0, 1.0]), torch.tensor([0.9, 0.1, 0.0])
    even, places = torch.tensor([0.5, 0.5, 0.0]), slice(0, 2)
    map_ = attention.relevance([seeing, blind], [even, even], places, places)
    assert map_.argmax() == 0
    with pytest.raises(ModelError, match="does not look"):
        attention.relevance([blind, blind], [even, even], places, places)


def test_a_processor_that_cuts_borders_shows_the_middle(pictures: tuple[Picture, Picture]) -> None:
    class Cuts:
        do_center_crop = True
        size = {"shortest_edge": 32}

    assert attention.covered(pictures[0], Cuts()) == Box(x1=16, y1=0, x2=80, y2=64)
    assert attention.covered(pictures[0], None) == Box(x1=0, y1=0, x2=96, y2=64)


def test_tokens_without_a_known_layout_are_refused() -> None:
    ids = torch.tensor([1, 9, 9, 9, 2])
    with pytest.raises(ModelError, match="told apart"):
        attention.tokens_of(ids, 7, 0, 1, 1)
    with pytest.raises(ModelError, match="told apart"):
        attention.tokens_of(ids, 9, 0, 2, 1)
    with pytest.raises(ModelError, match="no square"):
        attention.shape_of(3, 0, 1, 1)


def test_a_model_without_the_method_does_not_attend() -> None:
    from looktwice.agent.backends.scripted import ScriptedModel

    assert not isinstance(ScriptedModel(["x"]), Attends)
