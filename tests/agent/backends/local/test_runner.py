"""What is reused of pictures and prompts: as little is read as can be, and nothing comes out otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from looktwice.agent.backends.base import CallCost, Choice, Message, Reply
from looktwice.agent.backends.transformers import TransformersModel
from looktwice.media.store import Store
from looktwice.prompts import render
from looktwice.schema import Picture
from looktwice.tools.looking.regions import HeatMap
from PIL import Image

from ... import kit
from ...driven import Driven
from .. import tiny_models as tiny

ONE_BY_ONE = ("qwen3_vl", "qwen3_5")
"""Kinds that take pictures one by one; the second cannot take its state back."""
each_seeing = pytest.mark.parametrize("kind", list(tiny.VISION))
one_by_one = pytest.mark.parametrize("kind", ONE_BY_ONE)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("tiny")
    return {kind: build(root / kind) for kind, build in tiny.VISION.items()}


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def pictures(shared_store: Store) -> list[Picture]:
    """A photo of some 300 tokens, and two small crops."""
    noise = np.random.default_rng(5)
    sizes = [(480, 640), (128, 96), (96, 160)]
    return [
        shared_store.add(Image.fromarray(noise.integers(0, 255, (*size, 3), dtype=np.uint8)))
        for size in sizes
    ]


Open = Callable[[str], TransformersModel]


@pytest.fixture
def fresh(folders: dict[str, Path], shared_store: Store) -> Iterator[Open]:
    made: list[TransformersModel] = []

    def build(kind: str) -> TransformersModel:
        made.append(TransformersModel(folders[kind], store=shared_store, device="cpu"))
        return made[-1]

    yield build
    for model in made:
        model.close()


def asked(task: str, *pictures: Picture) -> list[Message]:
    """A question in the frame that the assistant puts all of them in."""
    text = render(
        "frame_seeing", evidence="[E1] a red bus, 2 people", question="How many?", task=task
    )
    shared = text.rfind(task)
    return [
        Message(role="system", text="You answer questions about pictures. Look for yourself."),
        Message(role="user", text=text, pictures=pictures, shared=shared),
    ]


Ask = Callable[[TransformersModel], CallCost]


def written(messages: list[Message], tokens: int = 12) -> Ask:
    return lambda model: model.generate(messages, max_tokens=tokens)


def chosen(messages: list[Message], *options: str) -> Ask:
    return lambda model: model.choose(messages, options or ("yes", "no"))


def conversation(photo: Picture, crop: Picture, other: Picture) -> list[Ask]:
    """A draft, what is asked of it, a closer look at two parts, and a second question."""
    plan = [Message(role="user", text="Which tools are wanted? Answer in a word.")]
    return [
        written(plan),
        written(asked("Answer with the number alone.", photo), 20),
        chosen(asked("Can this be answered? Answer yes or no.", photo)),
        chosen(asked("Proposed answer: 2\nIs it right? Answer yes or no.", photo)),
        chosen(asked("Does this part show it? Answer yes or no.", crop)),
        written(asked("Answer with the number alone.", photo, crop)),
        chosen(asked("Is A or B right?", photo, crop, other), "left", "right"),
        chosen(asked("Is B or A right?", photo, crop, other), "left", "right"),
        written([*asked("Answer.", photo)[:1], Message(role="user", text="?", pictures=(photo,))]),
        written(plan),
        written(asked("Answer with the number alone.", other)),
    ]


@each_seeing
def test_outputs_are_those_of_a_model_that_reuses_nothing(
    kind: str, fresh: Open, pictures: list[Picture]
) -> None:
    reusing, plain = fresh(kind), fresh(kind)
    saved = read = 0
    for ask in conversation(*pictures):
        plain._ready.forget()
        expected, got = ask(plain), ask(reusing)
        saved, read = saved + got.cached_tokens, read + got.prompt_tokens
        assert expected.cached_tokens == 0
        assert got.prompt_tokens == expected.prompt_tokens
        if isinstance(got, Reply):
            assert isinstance(expected, Reply)
            assert (got.text, got.finish) == (expected.text, expected.finish)
        if isinstance(got, Choice):
            assert isinstance(expected, Choice)
            assert got.probabilities == pytest.approx(expected.probabilities, abs=1e-4)
            assert got.mass == pytest.approx(expected.mass, abs=1e-4)
    assert saved > read / 4


@one_by_one
def test_a_sure_question_is_read_once_and_its_picture_seen_once(
    kind: str, fresh: Open, shared_store: Store
) -> None:
    """A photo as large as it is shown: the checks after the draft read little more than themselves."""
    model = fresh(kind)
    photo = shared_store.add(Image.effect_noise((1024, 960), 90).convert("RGB"))
    _, draft, answerable, right, *_ = conversation(photo, photo, photo)
    costs = [ask(model) for ask in (draft, answerable, right)]
    plain = costs[0].prompt_tokens
    assert sum(cost.vision_passes for cost in costs) == 1
    assert sum(cost.prompt_tokens - cost.cached_tokens for cost in costs) <= 1.15 * plain


@one_by_one
def test_an_unsure_question_sees_each_crop_once(
    kind: str, fresh: Open, pictures: list[Picture]
) -> None:
    model = fresh(kind)
    costs = [ask(model) for ask in conversation(*pictures)]
    assert sum(cost.vision_passes for cost in costs) == len(pictures)
    last = model.attention(asked("Where?", *pictures), pictures[0])
    assert last.cells.size == 15 * 20
    assert model._ready.pictures.passes == len(pictures)


@one_by_one
def test_what_was_known_of_another_picture_is_never_taken(
    kind: str, fresh: Open, pictures: list[Picture], shared_store: Store
) -> None:
    """Two pictures of one size stand for the same tokens, and yet are told apart."""
    photo = pictures[0]
    twin = shared_store.add(Image.new("RGB", (photo.width, photo.height), "red"))
    model, plain = fresh(kind), fresh(kind)
    model.choose(asked("Is it?", photo), ("yes", "no"))
    got = model.choose(asked("Is it?", twin), ("yes", "no"))
    expected = plain.choose(asked("Is it?", twin), ("yes", "no"))
    assert got.probabilities == pytest.approx(expected.probabilities, abs=1e-4)
    assert got.cached_tokens < 100
    assert got.vision_passes == 1


@one_by_one
def test_a_schema_works_with_a_prompt_that_is_known(
    kind: str, fresh: Open, pictures: list[Picture]
) -> None:
    model, plain = fresh(kind), fresh(kind)
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    messages = asked("Answer in JSON.", pictures[0])
    model.choose(messages, ("yes", "no"))
    got = model.generate(messages, schema=schema, max_tokens=40)
    assert got.cached_tokens > 200
    assert got.text == plain.generate(messages, schema=schema, max_tokens=40).text


@one_by_one
def test_a_listener_that_fails_leaves_nothing_half_read(
    kind: str, fresh: Open, pictures: list[Picture]
) -> None:
    model, plain = fresh(kind), fresh(kind)
    messages = asked("Answer with the number alone.", pictures[0])

    def listen(_: str) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        model.generate(messages, on_token=listen)
    assert model.generate(messages).text == plain.generate(messages).text


@one_by_one
def test_thirty_two_pictures_fit_into_what_the_model_reads(
    kind: str, fresh: Open, shared_store: Store
) -> None:
    """Together they take at most half of it, each with fewer pixels than it would have alone."""
    model = fresh(kind)
    many = [
        shared_store.add(Image.effect_noise((640, 480 + 32 * n), 90).convert("RGB"))
        for n in range(32)
    ]
    cost = model.choose(asked("Which is the largest?", *many), ["left", "right"])
    assert cost.vision_passes == 32
    assert 32 * 49 < cost.prompt_tokens < model.context_tokens // 2 + 400


# -- in the assistant's own loop


class Attentive(Driven):
    """Also shows where it looks."""

    model: TransformersModel

    def attention(self, messages: Sequence[Message], picture: Picture, **_: Any) -> HeatMap:
        """Its own."""
        return self.model.attention(messages, picture)


@one_by_one
def test_in_the_loop_a_sure_answer_costs_one_look_and_hardly_more_than_its_prompt(
    kind: str, fresh: Open, tmp_path: Path
) -> None:
    driven = Attentive(fresh(kind), kit.Script(says={"draft": "a heron"}))
    photo = Image.effect_noise((1024, 960), 90).convert("RGB")
    with kit.make_assistant(tmp_path, driven, experts=[]) as assistant:
        driven.model._ready.pictures._store = assistant.store
        answer = assistant.ask("What is it?", [photo])
    assert answer.text == "a heron"
    assert len(driven.prompts) == 3
    assert answer.usage.vision_passes == 1
    assert answer.usage.prefill_tokens <= 1.15 * driven.prompts[0]


@one_by_one
def test_in_the_loop_an_unsure_answer_looks_at_each_part_once(
    kind: str, fresh: Open, tmp_path: Path
) -> None:
    script = kit.Script(says={"draft": "a heron"}, yes={"right": 0.3, "talk": 0.9})
    driven = Attentive(fresh(kind), script)
    photo = Image.effect_noise((1400, 1200), 90).convert("RGB")
    with kit.make_assistant(tmp_path, driven, experts=[]) as assistant:
        driven.model._ready.pictures._store = assistant.store
        answer = assistant.ask("What is it?", [photo])
    crops = len(driven.shown) - 1
    assert crops > 2
    assert driven.model._ready.pictures.passes <= 1 + crops
    assert answer.usage.vision_passes <= 1 + crops


@one_by_one
def test_the_next_question_of_a_session_finds_the_picture_seen(
    kind: str, fresh: Open, tmp_path: Path
) -> None:
    driven = Attentive(fresh(kind), kit.Script(says={"draft": "a heron"}))
    photo = Image.effect_noise((640, 480), 90).convert("RGB")
    with kit.make_assistant(tmp_path, driven, experts=[]) as assistant:
        driven.model._ready.pictures._store = assistant.store
        first = assistant.ask("What is it?", [photo], session="pond")
        second = assistant.ask("What colour is it?", session="pond")
    assert (first.usage.vision_passes, second.usage.vision_passes) == (1, 0)
    assert second.usage.prefill_tokens < second.usage.prompt_tokens / 2
