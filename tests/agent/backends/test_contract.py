"""What every chat model must do, whatever runs it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from looktwice.agent.backends.base import ChatModel, Choice, JsonSchema, Message, Reply
from looktwice.agent.backends.llamacpp import LlamaCppModel
from looktwice.agent.backends.openai import OpenAIModel
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.control import Control
from looktwice.errors import BadInput, Cancelled, ModelError, UsageError
from looktwice.media.store import Store
from looktwice.settings import Settings
from looktwice.weights.obtain import chat_model_path
from PIL import Image

from .fake_server import FakeServer, Turn
from .recorded_servers import SERVERS, Recorded

LONG = "The bus is red and stands at the kerb while four people walk past it. " * 8
TELL = [Message(role="user", text="Write a long story about a bus and the people in it.")]
FIRE = [Message(role="user", text="Is fire hot? Answer yes or no.")]
SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {
        "colour": {"type": "string", "enum": ["red", "blue"]},
        "doors": {"type": "integer", "minimum": 0, "maximum": 9},
    },
    "required": ["colour", "doors"],
    "additionalProperties": False,
}
OBEDIENT = '{"colour": "red", "doors": 2}'


@dataclass
class Backend:
    """A model to test.

    Attributes:
        model: it reads text only, unless it has a store of pictures.
        sensible: False for random weights, which obey but know nothing.
        store: of a model that sees, where its pictures lie.
    """

    model: ChatModel
    sensible: bool = True
    store: Store | None = None


Build = Callable[[pytest.FixtureRequest, Store], Iterator[Backend]]


def _scripted(request: pytest.FixtureRequest, store: Store) -> Iterator[Backend]:
    def reply(messages: Sequence[Message], schema: JsonSchema | None) -> str:
        return OBEDIENT if schema else LONG

    yield Backend(ScriptedModel(reply, choices=lambda m, o: {"yes": 0.9, "no": 0.1}))


def _openai(request: pytest.FixtureRequest, store: Store) -> Iterator[Backend]:
    def reply(body: dict[str, Any]) -> Any:
        if body.get("logprobs"):
            return Turn("Yes", logprobs={"Yes": 0.8, "no": 0.1})
        return Turn(OBEDIENT if body.get("response_format") else LONG)

    with FakeServer() as server:
        server.always = reply
        yield Backend(OpenAIModel(server.address, store=store, sees_images=False))


def _recorded(shape: Recorded) -> Build:
    def reply(body: dict[str, Any]) -> Turn:
        schema = body.get("response_format")
        if schema and not shape.schemas:
            return Turn(status=400, message="response_format: json_schema is not supported")
        if body.get("logprobs"):
            return Turn("Yes", logprobs={"Yes": 0.8, "no": 0.1} if shape.probabilities else None)
        if "Is fire hot?" in str(body["messages"]):
            return Turn('{"answer": "yes"}')
        return Turn(OBEDIENT if schema or "JSON" in str(body["messages"]) else LONG)

    def build(request: pytest.FixtureRequest, store: Store) -> Iterator[Backend]:
        with FakeServer() as server:
            server.listing, server.extra, server.always = shape.listing, dict(shape.own), reply
            model = OpenAIModel(server.address, store=store)
            assert model.sees_images is (shape.sees is not False)
            yield Backend(model, store=store if model.sees_images else None)

    return build


def _transformers(request: pytest.FixtureRequest, store: Store) -> Iterator[Backend]:
    from looktwice.agent.backends.transformers import TransformersModel

    from .tiny_models import build_qwen3

    folder = request.getfixturevalue("tmp_path_factory").mktemp("tiny")
    path = build_qwen3(folder / "model")
    yield Backend(TransformersModel(path, store=store, device="cpu"), sensible=False)


def _llamacpp(request: pytest.FixtureRequest, store: Store) -> Iterator[Backend]:
    settings: Settings = request.getfixturevalue("starter_settings")
    yield Backend(LlamaCppModel(chat_model_path(settings), store=store, context_tokens=2048))


BUILDERS: dict[str, Build] = {
    "scripted": _scripted,
    "openai": _openai,
    "transformers": _transformers,
    "llamacpp": _llamacpp,
    **{name: _recorded(shape) for name, shape in SERVERS.items()},
}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=[pytest.mark.weights] if kind == "llamacpp" else [])
        for kind in BUILDERS
    ],
)
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    building = BUILDERS[request.param](request, Store(tmp_path_factory.mktemp("store")))
    built = next(building)
    yield built
    built.model.close()
    built.model.close()  # calling twice is fine
    for _ in building:  # let the builder clean up
        pass


def test_it_is_a_chat_model(backend: Backend) -> None:
    assert isinstance(backend.model, ChatModel)
    assert backend.model.name
    assert backend.model.context_tokens > 0
    assert "/" not in backend.model.name, "a name for people, not a private path"


def test_pieces_join_to_the_reply_and_are_counted(backend: Backend) -> None:
    pieces: list[str] = []
    reply = backend.model.generate(TELL, max_tokens=24, on_token=pieces.append)
    assert "".join(pieces) == reply.text
    assert len(pieces) > 1
    assert all(pieces)
    assert reply.prompt_tokens > 3
    assert 0 < reply.completion_tokens <= 24


def test_max_tokens_end_it_with_length(backend: Backend) -> None:
    reply = backend.model.generate(TELL, max_tokens=3)
    assert reply.finish == "length"
    assert reply.completion_tokens == 3


def test_no_temperature_gives_the_same_words(backend: Backend) -> None:
    first, second = (backend.model.generate(TELL, max_tokens=8).text for _ in range(2))
    assert first == second


def test_a_schema_is_obeyed(backend: Backend) -> None:
    messages = [Message(role="user", text="A red bus with two doors. Describe it as JSON.")]
    reply = backend.model.generate(messages, schema=SCHEMA, max_tokens=120)
    assert reply.finish == "stop"
    jsonschema.validate(json.loads(reply.text), SCHEMA)


def test_choices_sum_to_one(backend: Backend) -> None:
    choice = backend.model.choose(FIRE, ["no", "yes"])
    assert list(choice.probabilities) == ["no", "yes"]
    assert sum(choice.probabilities.values()) == pytest.approx(1)
    assert 0 < choice.mass <= 1.0001
    assert choice.prompt_tokens > 0
    if backend.sensible:
        assert choice.probabilities["yes"] > 0.7


@pytest.mark.parametrize("options", [["yes"], ["yes", "yes"], ["no", "nobody"]])
def test_options_must_be_two_and_begin_differently(backend: Backend, options: list[str]) -> None:
    with pytest.raises(UsageError):
        backend.model.choose(FIRE, options)


def test_it_can_be_stopped_in_the_middle(backend: Backend) -> None:
    control = Control()
    pieces: list[str] = []

    def hear(piece: str) -> None:
        pieces.append(piece)
        if len(pieces) == 2:
            control.cancel()

    started = time.monotonic()
    reply = backend.model.generate(TELL, max_tokens=400, on_token=hear, control=control)
    assert reply.finish == "cancelled"
    assert reply.text == "".join(pieces)
    assert 2 <= len(pieces) <= 4
    assert time.monotonic() - started < 20


def test_a_run_that_was_stopped_asks_for_nothing(backend: Backend) -> None:
    control = Control()
    control.cancel()
    reply = backend.model.generate(TELL, control=control)
    assert (reply.text, reply.finish) == ("", "cancelled")
    with pytest.raises(Cancelled):
        backend.model.choose(FIRE, ["yes", "no"], control=control)


def test_pictures_reach_those_that_see_and_are_refused_for_the_blind(
    backend: Backend, store: Store
) -> None:
    assert backend.model.sees_images is (backend.store is not None)
    picture = (backend.store or store).add(Image.new("RGB", (8, 8)), "holiday.png")
    seeing = [Message(role="user", text="What is this?", pictures=(picture,))]
    if backend.model.sees_images:
        assert backend.model.generate(seeing, max_tokens=8).text
        return
    with pytest.raises(BadInput) as caught:
        backend.model.generate(seeing)
    assert caught.value.source == picture.name
    with pytest.raises(BadInput):
        backend.model.choose(seeing, ["yes", "no"])


def test_two_threads_at_once(backend: Backend) -> None:
    replies: dict[int, Reply] = {}
    choices: list[Choice] = []

    def write(number: int) -> None:
        pieces: list[str] = []
        replies[number] = backend.model.generate(TELL, max_tokens=8, on_token=pieces.append)
        assert "".join(pieces) == replies[number].text

    def choose() -> None:
        choices.append(backend.model.choose(FIRE, ["yes", "no"]))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(2)]
    threads.append(threading.Thread(target=choose))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len(replies) == 2
    assert len(choices) == 1
    assert all(reply.text for reply in replies.values())


def test_open_model_takes_the_kind_from_the_settings(store: Store, home: Path) -> None:
    from looktwice.agent.backends import open_model

    with FakeServer() as server:
        settings = Settings(model=server.address, offline=True)
        model = open_model(settings, store)
        assert isinstance(model, OpenAIModel)
        assert model.generate(TELL).text
        model.close()
        with pytest.raises(ModelError, match="closed"):
            model.generate(TELL)
