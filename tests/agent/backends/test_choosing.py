"""Choices of servers that think first, or give no probabilities."""

from __future__ import annotations

import math

import pytest
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.choosing import chosen, tokens_of
from looktwice.agent.backends.openai import OpenAIModel
from looktwice.errors import ModelError
from looktwice.media.store import Store

from .fake_server import FakeServer

ASK = [Message(role="user", text="Is it red? Answer yes or no.")]
LINES = [
    ('{"answer": "no"}', "no"),
    ('"yes"', "yes"),
    ("Yes.", "yes"),
    ("Okay, the answer is no", "no"),
    ("yes or no", None),
    ("nothing of it", None),
    ('{"answer": "maybe"}', None),
    ("[1]", None),
    ("", None),
]


@pytest.fixture
def model(server: FakeServer, store: Store) -> OpenAIModel:
    return OpenAIModel(server.address, store=store, retries=0)


@pytest.mark.parametrize(("text", "option"), LINES)
def test_an_option_is_found_in_what_was_written(text: str, option: str | None) -> None:
    assert chosen(text, ["yes", "no"]) == option


@pytest.mark.parametrize(
    "top", [{"Okay": 0.99}, {"Okay": 0.97, "yes": 0.01}, {"<think>": 0.9, "yes": 0.1}]
)
def test_a_model_that_begins_otherwise_writes_its_choice(
    top: dict[str, float], model: OpenAIModel, server: FakeServer
) -> None:
    server.says("Okay", logprobs=top).says('{"answer": "no"}')
    assert model.choose(ASK, ["yes", "no"]).best == "no"
    assert len(server.chats) == 2
    assert "response_format" in server.chats[1].body


def test_one_odd_beginning_does_not_end_probabilities(
    model: OpenAIModel, server: FakeServer
) -> None:
    server.says("Okay", logprobs={"Okay": 1.0}).says('{"answer": "no"}')
    server.says("yes", logprobs={"yes": 0.7, "no": 0.3})
    model.choose(ASK, ["yes", "no"])
    assert model.choose(ASK, ["yes", "no"]).probabilities["yes"] == pytest.approx(0.7)


def test_a_model_that_thinks_is_not_asked_for_its_first_token_again(
    model: OpenAIModel, server: FakeServer
) -> None:
    server.says("<think>", logprobs={"<think>": 1.0})
    server.says('<think>\nIt is blue.\n</think>\n\n{"answer": "no"}')
    server.says("", thought="Red, surely.", pieces=['{"answer": "yes"}'])
    assert model.choose(ASK, ["yes", "no"]).best == "no"
    assert model.choose(ASK, ["yes", "no"]).best == "yes"
    assert len(server.chats) == 3


def test_reasoning_beside_an_empty_reply_is_a_thought(
    model: OpenAIModel, server: FakeServer
) -> None:
    server.says("x", pieces=[""], thought="Okay,", logprobs={"Okay": 0.5, "yes": 0.5})
    server.says('{"answer": "no"}')
    assert model.choose(ASK, ["yes", "no"]).best == "no"


def test_a_server_that_knows_neither_probabilities_nor_schemas(
    model: OpenAIModel, server: FakeServer
) -> None:
    server.says(status=400, message="logprobs are not supported")
    server.says(status=400, message="response_format of type json_schema is not supported")
    server.says("No, it is blue.").says("Yes.")
    assert model.choose(ASK, ["yes", "no"]).best == "no"
    assert "response_format" not in server.chats[2].body
    assert "JSON" in server.chats[2].body["messages"][-1]["content"]
    assert model.choose(ASK, ["yes", "no"]).best == "yes"
    assert len(server.chats) == 4, "what it does not know was asked for again"


def test_a_choice_that_never_comes_is_an_error(model: OpenAIModel, server: FakeServer) -> None:
    server.says("Okay", logprobs={"Okay": 1.0}).says("who can tell")
    with pytest.raises(ModelError, match="wrote none of"):
        model.choose(ASK, ["yes", "no"])


def test_tokens_come_with_what_might_have_stood_there() -> None:
    top = [{"token": " null", "logprob": 0.0}, {"token": ' "', "logprob": -math.inf}]
    (token,) = tokens_of({"logprobs": {"content": [{**top[0], "top_logprobs": top}]}})
    assert (token.text, token.chances) == (" null", {" null": 1.0, ' "': 0.0})


def test_a_reply_is_written_without_chances_where_a_server_tells_none(
    model: OpenAIModel, server: FakeServer
) -> None:
    server.says(status=400, message="logprobs are not supported").says("{}").says("{}")
    for _ in range(2):
        reply, tokens = model.generate_with_chances(ASK)
        assert (reply.text, tokens) == ("{}", ())
    assert len(server.chats) == 3, "logprobs were asked for again"
