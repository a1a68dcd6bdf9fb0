"""A cache of fixed size, as it is used on a GPU, rehearsed on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from looktwice.agent.backends.base import Message, Warms
from looktwice.agent.backends.local.fixed import FixedCache
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.media.store import Store
from PIL import Image
from transformers import CompileConfig

from .. import tiny_models as tiny

KINDS = ("qwen3_vl", "qwen3_5")
each = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("tiny")
    return {kind: tiny.VISION[kind](root / kind) for kind in (*KINDS, "gemma3")}


@pytest.fixture
def pair(
    kind: str, folders: dict[str, Path], store: Store
) -> Iterator[tuple[TransformersModel, TransformersModel]]:
    made = [TransformersModel(folders[kind], store=store, device="cpu") for _ in range(2)]
    yield made[0], made[1]
    for model in made:
        model.close()


def questions(store: Store) -> list[list[Message]]:
    photo = store.add(Image.effect_noise((320, 256), 90).convert("RGB"))
    system = Message(role="system", text="You answer questions about pictures, in one word.")
    texts = ["What is it?", "Is it a heron? Answer yes or no.", "What colour is it?"]
    return [[system, Message(role="user", text=text, pictures=(photo,))] for text in texts]


def step() -> Any:
    """How to compile on a CPU: the graph is captured and run as it is, which takes a second."""
    made = CompileConfig(backend="eager", fullgraph=False, mode=None)
    made._compile_all_devices = True
    return made


@each
def test_answers_are_those_of_a_cache_that_grows(
    kind: str, pair: tuple[TransformersModel, TransformersModel], store: Store
) -> None:
    fixed, growing = pair
    assert fixed._ready.compile(512)
    cache = fixed._ready.prefixes.fixed
    assert cache is not None
    for messages in questions(store) * 2:  # the second time from what was kept
        got, expected = (m.generate(messages, max_tokens=6) for m in pair)
        assert got.text == expected.text
        chances = [m.choose(messages, ["yes", "no"]).probabilities["yes"] for m in pair]
        assert chances[0] == pytest.approx(chances[1], abs=1e-4)
    assert fixed._ready.pictures.passes == growing._ready.pictures.passes == 1
    assert fixed._ready.prefixes.fixed is cache


@pytest.mark.parametrize("kind", ["qwen3_vl"])
def test_the_step_is_really_compiled_and_used_again(
    kind: str, pair: tuple[TransformersModel, TransformersModel], store: Store
) -> None:
    fixed, growing = pair
    assert fixed._ready.compile(512, step())
    asked = questions(store)
    texts = [fixed.generate(messages, max_tokens=8).text for messages in asked]
    assert hasattr(fixed._ready.parts.model, "_compiled_call")
    assert texts == [growing.generate(messages, max_tokens=8).text for messages in asked]


@each
def test_a_prompt_that_is_too_long_for_it_is_read_all_the_same(
    kind: str, pair: tuple[TransformersModel, TransformersModel], store: Store
) -> None:
    fixed, growing = pair
    assert fixed._ready.compile(64)
    messages = questions(store)[0]
    assert (
        fixed.generate(messages, max_tokens=8).text == growing.generate(messages, max_tokens=8).text
    )


@pytest.mark.parametrize("kind", ["gemma3"])
def test_layers_of_other_kinds_keep_a_cache_that_grows(
    kind: str, pair: tuple[TransformersModel, TransformersModel]
) -> None:
    model, _ = pair
    assert not FixedCache.suits(model._ready.parts.model.config)
    assert not model._ready.compile(512)
    assert model._ready.prefixes.fixed is None


@pytest.mark.parametrize("kind", ["qwen3_vl"])
def test_where_it_does_not_work_nothing_changes(
    kind: str,
    pair: tuple[TransformersModel, TransformersModel],
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, other = pair

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no compiler")

    with monkeypatch.context() as patch:
        patch.setattr(model._ready.parts.model, "generate", broken)
        assert not model._ready.compile(512)
    messages = questions(store)[0]
    assert (
        model.generate(messages, max_tokens=6).text == other.generate(messages, max_tokens=6).text
    )


@pytest.mark.parametrize("kind", ["qwen3_vl"])
def test_without_a_gpu_getting_ready_compiles_nothing(
    kind: str, pair: tuple[TransformersModel, TransformersModel]
) -> None:
    model, _ = pair
    assert isinstance(model, Warms)
    model.warm()
    assert model._ready.prefixes.fixed is None
    assert model._ready.fixed_tokens() == 8_192
