"""Ollama by its own interface: how much it reads is set, and nothing is cut without a word."""

from __future__ import annotations

from typing import Any

import pytest
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.openai import OpenAIModel
from looktwice.errors import BadInput
from looktwice.media.store import Store
from PIL import Image

from .fake_server import FakeServer, Turn

ASK = [Message(role="user", text="Is it red?")]
QWEN = {
    "capabilities": ["completion", "vision", "thinking"],
    "model_info": {"general.architecture": "qwen3vl", "qwen3vl.context_length": 262_144},
}


def connect(server: FakeServer, store: Store, *, ps: Any = None, **show: Any) -> OpenAIModel:
    server.listing = {"data": [{"id": "m", "owned_by": "library"}]}
    server.extra = {"/api/show": {**QWEN, **show}, "/api/generate": {}, "/api/ps": ps or {}}
    return OpenAIModel(server.address, store=store, retries=0)


def loads(server: FakeServer) -> list[Any]:
    return [r.body["options"] for r in server.requests if r.path == "/api/generate"]


def running(context: int) -> dict[str, Any]:
    return {"models": [{"name": "m", "context_length": context}]}


SMALL = {"model_info": {"general.architecture": "old", "old.context_length": 2048}}


@pytest.mark.parametrize(
    ("show", "ps", "context", "loaded"),
    [
        ({}, {}, 8192, [{}, {"num_ctx": 8192}]),
        ({}, running(32_768), 32_768, [{}]),  # its owner gave it more
        ({"parameters": "stop  x\nnum_ctx   16384"}, {}, 16_384, [{}]),
        (SMALL, {}, 2048, [{}, {"num_ctx": 2048}]),  # the model was made for no more
        ({}, running(4096), 4096, [{}, {"num_ctx": 8192}]),  # it has no room for more
    ],
    ids=["silent", "more", "model file", "small model", "no room"],
)
def test_enough_is_read_and_what_is_read_is_known(
    show: Any, ps: Any, context: int, loaded: list[Any], server: FakeServer, store: Store
) -> None:
    model = connect(server, store, ps=ps, **show)
    assert (model.context_tokens, loads(server)) == (context, loaded)
    model.generate(ASK)
    assert server.chats[0].body["options"]["num_ctx"] == context


def test_a_question_with_a_picture_and_a_schema(server: FakeServer, store: Store) -> None:
    model = connect(server, store)
    assert model.sees_images
    picture = store.add(Image.new("RGB", (40, 40)))
    heard: list[str] = []
    server.says('{"a": 1}')
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    asked = [Message(role="user", text="How many?", pictures=(picture,))]
    reply = model.generate(asked, schema=schema, max_tokens=9, on_token=heard.append)
    assert (reply.text, "".join(heard), reply.finish) == ('{"a": 1}', '{"a": 1}', "stop")
    assert reply.prompt_tokens > 0 < reply.completion_tokens
    (chat,) = server.chats
    assert chat.path == "/api/chat"
    (turn,) = chat.body["messages"]
    assert (turn["content"], len(turn["images"])) == ("How many?", 1)
    assert not turn["images"][0].startswith("data:")
    assert (chat.body["format"], chat.body["think"]) == (schema, False)
    assert chat.body["options"]["num_predict"] == 9


def test_probabilities_are_those_of_the_first_token(server: FakeServer, store: Store) -> None:
    model = connect(server, store)
    server.turns.append(Turn("yes", logprobs={"yes": 0.75, "no": 0.25}))
    assert model.choose(ASK, ["yes", "no"]).probabilities["yes"] == pytest.approx(0.75)
    assert (server.chats[0].body["logprobs"], server.chats[0].body["top_logprobs"]) == (True, 20)


def test_an_ollama_without_probabilities_writes_the_option(
    server: FakeServer, store: Store
) -> None:
    model = connect(server, store, capabilities=["completion"])
    server.says("yes").says('{"answer": "no"}')
    assert model.choose(ASK, ["yes", "no"]).best == "no"
    assert "think" not in server.chats[0].body  # it would refuse the word


def test_a_longer_prompt_is_refused_and_not_cut(server: FakeServer, store: Store) -> None:
    model = connect(server, store)
    with pytest.raises(BadInput, match=r"does not fit.*8192"):
        model.generate([Message(role="user", text="word " * 9000)])
    assert server.chats == []
    server.says(status=400, message="the input length exceeds the context length")
    with pytest.raises(BadInput, match="does not fit"):
        model.generate(ASK)
    body = server.chats[0].body
    assert (body["truncate"], body["shift"]) == (False, False)
    server.says("Something.", counted={"prompt_tokens": 90, "completion_tokens": 2})
    with pytest.raises(BadInput, match="read 90 tokens"):  # an older one cuts all the same
        model.generate([Message(role="user", text="word " * 2000)])


def test_behind_a_proxy_that_hides_it_openais_is_spoken(server: FakeServer, store: Store) -> None:
    server.listing = {"data": [{"id": "m", "owned_by": "library"}]}
    server.says(status=404, message="no such path").says("Hello.")
    model = OpenAIModel(server.address, store=store, retries=0)
    assert model.generate(ASK).text == "Hello."
    assert (model.context_tokens, server.chats[-1].path) == (4096, "/v1/chat/completions")
