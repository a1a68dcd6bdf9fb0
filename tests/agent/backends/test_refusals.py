"""Servers that refuse something, think, truncate or are busy: a right answer or a clear error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.openai import OpenAIModel
from looktwice.control import Control
from looktwice.errors import BadInput, ModelError
from looktwice.media.store import Store
from looktwice.schema import AnswerReady, Picture
from PIL import Image

from .. import kit
from .fake_server import FakeServer, Turn

ASK = [Message(role="user", text="What is it?")]
BLIND = [
    "fake-model is not a multimodal model",
    "At most 0 image(s) may be provided in one request.",
    "image input is not supported - hint: you may need to provide the mmproj",
    "this model does not support images",
    "This model is missing data required for image input",
    "No endpoints found that support image input: images are not supported",
    "Model only supports text inputs",
]


@pytest.fixture
def model(server: FakeServer, store: Store) -> OpenAIModel:
    return OpenAIModel(server.address, store=store, retries=1)


@pytest.fixture
def picture(store: Store) -> Picture:
    return store.add(Image.new("RGB", (20, 20)), "holiday.png")


def shown(server: FakeServer, number: int) -> bool:
    """Whether a request had a picture in it."""
    return "image_url" in str(server.chats[number].body["messages"])


# -- pictures


@pytest.mark.parametrize("message", BLIND)
def test_a_model_that_turns_out_to_read_only_is_asked_without_pictures(
    message: str, model: OpenAIModel, server: FakeServer, picture: Picture
) -> None:
    server.says(status=400, message=message).says("From the notes: a red bus.")
    asked = [ASK[0].model_copy(update={"pictures": (picture,)})]
    assert model.sees_images
    assert model.generate(asked).text == "From the notes: a red bus."
    assert not model.sees_images
    assert [shown(server, n) for n in (0, 1)] == [True, False]


def test_a_choice_finds_it_out_too(
    model: OpenAIModel, server: FakeServer, picture: Picture
) -> None:
    server.says(status=400, message=BLIND[0]).says("yes", logprobs={"yes": 0.8, "no": 0.2})
    asked = [ASK[0].model_copy(update={"pictures": (picture,)})]
    assert model.choose(asked, ["yes", "no"]).probabilities["yes"] == pytest.approx(0.8)
    assert not model.sees_images


def test_a_model_that_was_said_to_see_is_not_doubted(
    server: FakeServer, store: Store, picture: Picture
) -> None:
    server.says(status=400, message=BLIND[0])
    asked = [ASK[0].model_copy(update={"pictures": (picture,)})]
    with pytest.raises(BadInput, match="not a multimodal") as caught:
        OpenAIModel(server.address, store=store, sees_images=True).generate(asked)
    assert caught.value.source == picture.name


# -- thoughts


@pytest.mark.parametrize(
    "turn",
    [
        Turn("<think>\nIs it a bus? Yes.\n</think>\n\nA red bus."),
        Turn("A red bus.", thought="Is it a bus? Yes."),
        Turn("<think></think>A red bus."),
    ],
    ids=["in the text", "apart", "empty"],
)
def test_thoughts_are_never_streamed_as_the_answer(
    turn: Turn, model: OpenAIModel, server: FakeServer
) -> None:
    server.turns.append(turn)
    heard: list[str] = []
    reply = model.generate(ASK, on_token=heard.append)
    assert reply.text == "".join(heard) == "A red bus."


def test_a_thought_that_a_template_opens_is_known_from_the_first_reply_on(
    model: OpenAIModel, server: FakeServer
) -> None:
    server.says("It is long. </think> A bus.").says("It is red. </think> A red bus.")
    heard: list[str] = []
    assert model.generate(ASK).text == "A bus."
    assert model.generate(ASK, on_token=heard.append).text == "A red bus."
    assert "".join(heard) == "A red bus."


def test_a_model_that_only_thinks_gets_more_room_once(
    model: OpenAIModel, server: FakeServer
) -> None:
    server.says("<think> one two three four").says("<think> one two three </think> A bus.")
    assert model.generate(ASK, max_tokens=4).text == "A bus."
    assert [r.body["max_tokens"] for r in server.chats] == [4, 16]


def test_a_model_that_never_comes_to_an_answer_is_an_error(
    model: OpenAIModel, server: FakeServer
) -> None:
    server.says("x", pieces=[""], thought="on and on", finish="length")
    server.says("<think> on and on", finish="length")
    with pytest.raises(ModelError, match=r"gave no answer.*ANSWER_TOKENS"):
        model.generate(ASK)


def test_a_schema_is_answered_after_the_thought(model: OpenAIModel, server: FakeServer) -> None:
    server.says('<think>\nhm {"a": 1}\n</think>\n{"a": 2}')
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert model.generate(ASK, schema=schema).text == '{"a": 2}'


# -- schemas, prompts that are too long, servers that are busy


def test_a_server_without_schemas_is_told_of_them(model: OpenAIModel, server: FakeServer) -> None:
    server.says(status=400, message="Unknown field: response_format").says('{"a": 1}')
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    assert model.generate(ASK, schema=schema).text == '{"a": 1}'
    assert '"integer"' in server.chats[1].body["messages"][-1]["content"]


@pytest.fixture
def lm_studio(server: FakeServer, store: Store) -> OpenAIModel:
    server.listing = {"data": [{"id": "m", "owned_by": "organization_owner"}]}
    return OpenAIModel(server.address, store=store)


def test_a_prompt_that_would_be_cut_in_silence_is_refused(
    lm_studio: OpenAIModel, server: FakeServer
) -> None:
    with pytest.raises(BadInput, match=r"does not fit.*4096"):
        lm_studio.generate([Message(role="user", text="word " * 5000)])
    assert server.chats == []


def test_a_prompt_that_was_cut_in_silence_is_no_answer(
    lm_studio: OpenAIModel, server: FakeServer
) -> None:
    server.says("Something.", counted={"prompt_tokens": 900, "completion_tokens": 2})
    with pytest.raises(BadInput, match="read 900 tokens"):
        lm_studio.generate([Message(role="user", text="word " * 2000)])


def test_the_reply_is_cut_to_what_the_context_leaves(server: FakeServer, store: Store) -> None:
    model = OpenAIModel(server.address, store=store, context_tokens=1000)
    server.says("Fine.")
    model.generate([Message(role="user", text="word " * 600)], max_tokens=512)
    assert server.chats[0].body["max_tokens"] == 1000 - 600 * 5 // 4


def test_a_reply_that_was_cut_says_so(model: OpenAIModel, server: FakeServer) -> None:
    server.says("one two three four five")
    reply = model.generate(ASK, max_tokens=3)
    assert (reply.text, reply.finish) == ("one two three", "length")


def test_thirty_two_pictures_are_sent_smaller(server: FakeServer, store: Store) -> None:
    model = OpenAIModel(server.address, store=store, context_tokens=8192)
    picture = store.add(Image.new("RGB", (1200, 1000)))
    asked = [ASK[0].model_copy(update={"pictures": (picture,) * 32})]
    assert model._requests._tokens(asked) <= 8192 // 2 + 32


def test_waiting_for_a_busy_server_takes_no_time_of_the_run(
    model: OpenAIModel, server: FakeServer
) -> None:
    server.says(status=429, headers={"Retry-After": "0.4"}).says("At last.")
    control = Control(seconds=0.3)
    assert model.generate(ASK, control=control).text == "At last."
    assert not control.expired


def test_a_failing_server_is_no_queue(model: OpenAIModel, server: FakeServer) -> None:
    server.says(status=500).says("Too late.")
    assert model.generate(ASK, control=Control(seconds=0.2)).finish == "cancelled"


def test_tokens_that_were_known_already_are_told(model: OpenAIModel, server: FakeServer) -> None:
    counted = {
        "prompt_tokens": 90,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 64},
    }
    server.says("Fine.", counted=counted)
    assert model.generate(ASK).cached_tokens == 64


# -- in the assistant's own loop


def test_a_blind_model_answers_by_what_the_tools_read(server: FakeServer, tmp_path: Path) -> None:
    """Nobody had said that the model behind the address only reads: it is found out and worked around."""

    def reply(body: dict[str, Any]) -> Turn:
        if "image_url" in str(body["messages"]):
            return Turn(status=400, message=BLIND[0])
        if body.get("logprobs"):
            return Turn("yes", logprobs={"yes": 0.95, "no": 0.05})
        return Turn('{"stages": []}' if "response_format" in body else "8.20")

    server.always = reply
    model = OpenAIModel(server.address, store=Store(tmp_path / "home" / "store"))
    with kit.make_assistant(tmp_path / "home", model) as assistant:
        answer = assistant.ask(kit.TOTAL, [kit.picture()])
    assert (answer.status, answer.text) == ("answered", "8.20")
    assert {citation.known for citation in answer.citations} == {"read"}
    assert not model.sees_images


def test_a_thinking_model_gives_an_answer_without_its_thoughts(
    server: FakeServer, tmp_path: Path
) -> None:
    def reply(body: dict[str, Any]) -> Turn:
        if body.get("logprobs"):
            return Turn("<think>", logprobs={"<think>": 1.0})
        schema = str(body.get("response_format"))
        answer = (
            '{"answer": "yes"}'
            if "enum" in schema
            else '{"stages": []}'
            if "{" in schema
            else "8.20"
        )
        return Turn(f"<think>\nOkay, let me see.\n</think>\n\n{answer}")

    server.always = reply
    model = OpenAIModel(server.address, store=Store(tmp_path / "home" / "store"), sees_images=False)
    with kit.make_assistant(tmp_path / "home", model) as assistant:
        events = list(assistant.stream(kit.TOTAL, [kit.picture()]))
    assert "think" not in kit.shown_text(events)
    answer = next(event.answer for event in events if isinstance(event, AnswerReady))
    assert (answer.status, answer.text) == ("answered", "8.20")
