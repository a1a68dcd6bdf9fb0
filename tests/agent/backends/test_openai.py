"""The client of OpenAI-compatible servers, against a fake one that fails in every way we know."""

from __future__ import annotations

import base64
import io
import json
import logging
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looktwice.agent.backends import http_client
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.choosing import score
from looktwice.agent.backends.openai import OpenAIModel
from looktwice.control import Control
from looktwice.errors import (
    BadInput,
    Cancelled,
    DeadlinePassed,
    LooktwiceError,
    ModelError,
    OfflineError,
    UsageError,
)
from looktwice.media.store import Store
from PIL import Image

from .fake_server import FakeServer

ASK = [Message(role="system", text="Be brief."), Message(role="user", text="Say hello.")]
KEY = "sk-very-secret-0123456789"
SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}

Open = Callable[..., OpenAIModel]


@pytest.fixture
def connect(server: FakeServer, store: Store) -> Iterator[Open]:
    """Open a model on the fake server; closed at the end."""
    opened: list[OpenAIModel] = []

    def build(**more: Any) -> OpenAIModel:
        model = OpenAIModel(server.address, **{"store": store, "timeout": 20.0, **more})
        opened.append(model)
        return model

    yield build
    for model in opened:
        model.close()


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own back-off, in milliseconds instead of seconds."""
    monkeypatch.setattr(http_client, "_FIRST_WAIT", 0.002)
    monkeypatch.setattr(http_client, "_LONGEST_WAIT", 0.01)


# -- what is sent and what comes back


def test_a_reply_is_streamed_counted_and_asked_for_as_told(
    connect: Open, server: FakeServer
) -> None:
    server.says("One two three")
    heard: list[str] = []
    reply = connect().generate(ASK, temperature=0.3, max_tokens=9, on_token=heard.append)
    assert heard == ["One", " two", " three"]
    assert reply.text == "One two three"
    assert reply.finish == "stop"
    assert reply.completion_tokens == 3
    assert reply.prompt_tokens > 3
    body = server.chats[0].body
    assert body["model"] == "fake-model"
    assert body["temperature"] == 0.3
    assert body["max_tokens"] == 9
    assert body["stream_options"] == {"include_usage": True}
    assert body["messages"] == [{"role": m.role, "content": m.text} for m in ASK]
    assert "response_format" not in body


def test_a_schema_goes_into_the_response_format(connect: Open, server: FakeServer) -> None:
    server.says('{"n": 3}')
    assert json.loads(connect().generate(ASK, schema=SCHEMA).text) == {"n": 3}
    sent = server.chats[0].body["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"]["schema"] == SCHEMA
    assert sent["json_schema"]["strict"] is True


def test_tokens_are_estimated_where_the_server_does_not_count(
    connect: Open, server: FakeServer
) -> None:
    server.says("One two three", usage=False)
    reply = connect().generate(ASK)
    assert reply.completion_tokens == 3
    assert reply.prompt_tokens == len("Be brief.Say hello.") // 4


@pytest.mark.parametrize("tokens", [0, -1])
def test_max_tokens_must_be_positive(connect: Open, tokens: int) -> None:
    with pytest.raises(UsageError, match="max_tokens"):
        connect().generate(ASK, max_tokens=tokens)


def test_pictures_go_before_the_text_within_the_pixel_budget(
    connect: Open, server: FakeServer, store: Store
) -> None:
    picture = store.add(Image.new("RGB", (400, 200), "red"), "red")
    message = Message(role="user", text="What colour?", pictures=(picture,))
    connect(picture_pixels=5_000).generate([message])
    image, text = server.chats[0].body["messages"][0]["content"]
    assert text == {"type": "text", "text": "What colour?"}
    head, _, data = image["image_url"]["url"].partition(";base64,")
    assert head.startswith("data:image/")
    with Image.open(io.BytesIO(base64.b64decode(data))) as sent:
        assert 4_000 < sent.width * sent.height <= 5_000
        assert sent.width == 2 * sent.height
        pixel = sent.convert("RGB").getpixel((3, 3))
        assert isinstance(pixel, tuple)
        red, green, blue = pixel
        assert red > 240
        assert max(green, blue) < 20


# -- what the server is asked at the start


def test_the_first_listed_model_is_taken(connect: Open, server: FakeServer) -> None:
    server.listing = {"data": [{"id": "first"}, {"id": "second"}]}
    assert connect().name == "first"
    assert connect(model="second").name == "second"


@pytest.mark.parametrize(
    ("listing", "extra", "sees", "context", "templated"),
    [
        ({"data": [{"id": "m"}]}, {}, True, 32_768, False),
        (
            {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 9000}]},
            {},
            True,
            9000,
            True,
        ),
        (
            {"data": [{"id": "m", "owned_by": "llamacpp"}]},
            {
                "/props": {
                    "modalities": {"vision": False},
                    "default_generation_settings": {"n_ctx": 2048},
                }
            },
            False,
            2048,
            True,
        ),
        (
            {
                "models": [{"name": "m", "capabilities": ["completion", "multimodal"]}],
                "data": [{"id": "m"}],
            },
            {},
            True,
            32_768,
            False,
        ),
        (
            {"data": [{"id": "m", "architecture": {"input_modalities": ["text"]}}]},
            {},
            False,
            32_768,
            False,
        ),
        (
            {"data": [{"id": "m", "owned_by": "library"}]},
            {"/api/show": {"capabilities": ["completion"]}, "/api/generate": {}, "/api/ps": {}},
            False,
            8192,
            False,
        ),
        (
            {"data": [{"id": "m", "owned_by": "library"}]},
            {
                "/api/show": {"capabilities": ["completion", "vision"]},
                "/api/generate": {"model": "m", "response": "", "done": True},
                "/api/ps": {"models": [{"name": "m", "context_length": 16_384}]},
            },
            True,
            16_384,
            False,
        ),
        (
            {"data": [{"id": "m", "object": "model", "owned_by": "organization_owner"}]},
            {"/api/v0/models": {"data": [{"id": "m", "type": "llm", "state": "not-loaded"}]}},
            False,
            4096,
            False,
        ),
        (
            {"data": [{"id": "m", "object": "model", "owned_by": "organization_owner"}]},
            {
                "/api/v0/models": {
                    "data": [{"id": "m", "type": "vlm", "loaded_context_length": 12_000}]
                }
            },
            True,
            12_000,
            False,
        ),
    ],
    ids=[
        "says nothing",
        "vllm",
        "llama.cpp",
        "capabilities",
        "router",
        "ollama",
        "ollama loaded",
        "lm studio",
        "lm studio loaded",
    ],
)
def test_abilities_are_found_out(
    connect: Open,
    server: FakeServer,
    listing: Any,
    extra: Any,
    sees: bool,
    context: int,
    templated: bool,
) -> None:
    server.listing, server.extra = listing, extra
    model = connect()
    assert (model.sees_images, model.context_tokens) == (sees, context)
    model.generate(ASK)
    assert ("chat_template_kwargs" in server.chats[0].body) is templated


def test_what_the_caller_says_wins_over_the_server(connect: Open, server: FakeServer) -> None:
    server.listing = {"data": [{"id": "m", "owned_by": "vllm", "max_model_len": 9000}]}
    model = connect(sees_images=False, context_tokens=100, extra_body={"chat_template_kwargs": {}})
    assert (model.sees_images, model.context_tokens) == (False, 100)
    model.generate(ASK)
    assert server.chats[0].body["chat_template_kwargs"] == {}


def test_an_unknown_model_is_named_with_the_known_ones(connect: Open) -> None:
    with pytest.raises(ModelError, match=r"other.*fake-model"):
        connect(model="other")


def test_a_server_without_models_wants_a_name(connect: Open, server: FakeServer) -> None:
    server.listing = {"data": []}
    with pytest.raises(ModelError, match="LOOKTWICE_MODEL_NAME"):
        connect()
    assert connect(model="given").name == "given"


def test_an_answer_that_is_no_list_is_a_model_error(connect: Open, server: FakeServer) -> None:
    server.listing = ["what"]
    with pytest.raises(ModelError, match="JSON object"):
        connect()


def test_no_server_at_all(store: Store) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ModelError, match=f"127.0.0.1:{port}.*cannot be reached.*server runs"):
        OpenAIModel(f"127.0.0.1:{port}", store=store, retries=0)


def test_offline_refuses_other_machines_before_anything_is_sent(store: Store) -> None:
    with pytest.raises(OfflineError, match=r"example\.org"):
        OpenAIModel("http://example.org/v1", store=store, offline=True)


def test_offline_allows_this_machine(connect: Open) -> None:
    assert connect(offline=True).generate(ASK).text


# -- failures


def test_busy_and_failing_servers_are_asked_again(connect: Open, server: FakeServer) -> None:
    server.says(status=429, headers={"Retry-After": "0.01"}).says(status=500).says("At last.")
    assert connect().generate(ASK).text == "At last."
    assert len(server.chats) == 3


@pytest.mark.parametrize(
    ("turn", "error", "words"),
    [
        ({"status": 429}, ModelError, "too busy"),
        ({"status": 500, "message": "CUDA out of memory"}, ModelError, "500.*CUDA out of memory"),
        ({"status": 401, "message": f"bad key {KEY}"}, ModelError, "LOOKTWICE_API_KEY"),
        ({"status": 404}, ModelError, "LOOKTWICE_MODEL_NAME"),
        ({"status": 400, "message": f"you sent {KEY}"}, ModelError, r"refused.*\*\*\*"),
        (
            {"status": 400, "message": "This model's maximum context length is 4096 tokens."},
            BadInput,
            "does not fit",
        ),
        ({"status": 400, "code": "context_length_exceeded"}, BadInput, "does not fit"),
        ({"drop_at": 2}, ModelError, "broke off|cannot be reached"),
        ({"truncate": True}, ModelError, "broke off"),
        ({"finish": "content_filter"}, ModelError, "content_filter"),
        ({"raw": b"data: {not json}\n\ndata: [DONE]\n\n"}, ModelError, "made no sense"),
        ({"raw": b'data: {"choices": [{"del'}, ModelError, "broke off"),
        ({"raw": b"<html>hello</html>"}, ModelError, "broke off"),
        ({"raw": b""}, ModelError, "broke off"),
        ({"error_at": 1, "message": "worker died"}, ModelError, "worker died"),
        ({"error_at": 1, "message": "exceeds the context size"}, BadInput, "does not fit"),
    ],
    ids=str,
)
def test_a_failure_is_told_and_never_passes_for_a_reply(
    connect: Open,
    server: FakeServer,
    turn: dict[str, Any],
    error: type[LooktwiceError],
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    model = connect(api_key=KEY, retries=1)
    server.turns = []
    server.says(**turn).says(**turn)
    with pytest.raises(error, match=words) as caught:
        model.generate(ASK)
    assert model.address in str(caught.value) or "does not fit" in str(caught.value)
    assert KEY not in str(caught.value)
    assert KEY not in caplog.text
    assert caught.value.__cause__ is None


def test_a_refused_picture_is_the_pictures_fault(
    connect: Open, server: FakeServer, store: Store
) -> None:
    picture = store.add(Image.new("RGB", (20, 20)), "holiday.png")
    server.says(status=400, message="cannot identify image file")
    with pytest.raises(BadInput, match="cannot identify") as caught:
        connect().generate([Message(role="user", text="?", pictures=(picture,))])
    assert caught.value.source == picture.name


def test_garbage_instead_of_a_choice(connect: Open, server: FakeServer) -> None:
    server.says(raw=b"<html>nginx</html>")
    with pytest.raises(ModelError):
        connect().choose(ASK, ["yes", "no"])


def test_a_silent_server_is_given_up(connect: Open, server: FakeServer) -> None:
    model = connect()
    model._timeout = 0.2
    never = threading.Event()
    server.says(hold=never)
    with pytest.raises(ModelError, match=r"no answer within 0\.2 s"):
        model.generate(ASK)
    assert server.gone.wait(5)
    server.says("One two three", hold=never, hold_at=2)
    with pytest.raises(ModelError, match=r"no answer within 0\.2 s"):
        model.generate(ASK)


def test_the_model_works_on_after_failures(connect: Open, server: FakeServer) -> None:
    model = connect(retries=0)
    server.says(status=500).says(drop_at=1).says("Fine.")
    for _ in range(2):
        with pytest.raises(ModelError):
            model.generate(ASK)
    assert model.generate(ASK).text == "Fine."


def test_what_on_token_raises_comes_out_and_ends_the_request(
    connect: Open, server: FakeServer
) -> None:
    server.says("One two three", hold=threading.Event(), hold_at=1)

    def broken(_: str) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        connect().generate(ASK, on_token=broken)
    assert server.gone.wait(5)


# -- stopping


def test_stopping_between_pieces_keeps_what_was_said(connect: Open, server: FakeServer) -> None:
    server.says("One two three", hold=threading.Event(), hold_at=2)
    control = Control()
    heard: list[str] = []

    def hear(piece: str) -> None:
        heard.append(piece)
        if len(heard) == 2:
            control.cancel()

    reply = connect().generate(ASK, on_token=hear, control=control)
    assert (reply.text, reply.finish) == ("One two", "cancelled")
    assert reply.completion_tokens == 2
    assert server.gone.wait(5), "the server was not told to stop"


@pytest.mark.parametrize("retrying", [False, True], ids=["first byte", "between retries"])
def test_stopping_while_nothing_has_come_yet(
    connect: Open, server: FakeServer, retrying: bool
) -> None:
    model = connect()
    if retrying:
        server.says(status=429, headers={"Retry-After": "60"})
    else:
        server.says(hold=threading.Event())
    control = Control()

    def stop_once_asked() -> None:
        server.arrived.wait(10)
        control.cancel()

    threading.Thread(target=stop_once_asked).start()
    started = time.monotonic()
    reply = model.generate(ASK, control=control)
    assert (reply.text, reply.finish) == ("", "cancelled")
    assert time.monotonic() - started < 5
    if not retrying:
        assert server.gone.wait(5)


def test_the_deadline_stops_too(connect: Open, server: FakeServer) -> None:
    server.says(hold=threading.Event()).says(hold=threading.Event())
    model = connect()
    assert model.generate(ASK, control=Control(0.1)).finish == "cancelled"
    with pytest.raises(DeadlinePassed):
        model.choose(ASK, ["yes", "no"], control=Control(0.1))


def test_nothing_is_sent_when_stopped_before(connect: Open, server: FakeServer) -> None:
    control = Control()
    control.cancel()
    model = connect()
    assert model.generate(ASK, control=control).finish == "cancelled"
    with pytest.raises(Cancelled):
        model.choose(ASK, ["yes", "no"], control=control)
    assert server.chats == []


def test_closing_ends_requests_under_way_and_the_thread(connect: Open, server: FakeServer) -> None:
    model = connect()
    server.says(hold=threading.Event())
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            model.generate(ASK)
        except ModelError as error:
            failures.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    assert server.arrived.wait(10)
    model.close()
    asking.join(10)
    assert "closed" in str(failures[0])
    assert not model._background._thread.is_alive()
    with pytest.raises(ModelError, match="closed"):
        model.generate(ASK)


# -- the environment


def test_nothing_of_the_environment_is_sent(
    connect: Open, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "ORG_ID", "PROJECT_ID", "ADMIN_KEY"):
        monkeypatch.setenv(f"OPENAI_{name}", "leak")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://192.0.2.1/leak")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Leak: leak\nAuthorization: Bearer leak")
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:9")
    connect().generate(ASK)
    connect(api_key=KEY).generate(ASK)
    assert server.requests
    assert all("leak" not in " ".join(r.headers.values()) for r in server.requests)
    assert server.chats[1].headers["authorization"] == f"Bearer {KEY}"


# -- choosing


def test_variants_of_an_option_are_added_up(connect: Open, server: FakeServer) -> None:
    top = {"Yes": 0.5, " yes": 0.1, "no": 0.2, "NO": 0.1, "Maybe": 0.05}
    server.says("Yes", logprobs=top)
    choice = connect().choose(ASK, ["no", "yes"])
    assert list(choice.probabilities) == ["no", "yes"]
    assert choice.best == "yes"
    assert choice.probabilities["yes"] == pytest.approx(0.6 / 0.9)
    assert choice.mass == pytest.approx(0.9)
    assert choice.completion_tokens == 1
    body = server.chats[0].body
    assert (body["max_tokens"], body["top_logprobs"], body["temperature"]) == (1, 20, 0)


@pytest.mark.parametrize("refuse", [False, True])
def test_without_logprobs_one_option_is_written(
    connect: Open, server: FakeServer, refuse: bool
) -> None:
    if refuse:
        server.says(status=400, message="logprobs are not supported")
    else:
        server.says("no")
    server.says('{"answer": "no"}').says('{"answer": "yes"}').says("nonsense")
    model = connect()
    assert model.choose(ASK, ["yes", "no"]).probabilities == {"yes": 0.0, "no": 1.0}
    asked = server.chats[1].body["response_format"]["json_schema"]["schema"]
    assert asked["properties"]["answer"]["enum"] == ["yes", "no"]
    assert model.choose(ASK, ["yes", "no"]).best == "yes"
    assert len(server.chats) == 3, "logprobs were asked for again"
    with pytest.raises(ModelError, match="nonsense"):
        model.choose(ASK, ["yes", "no"])


def test_none_of_the_options_is_an_error(connect: Open, server: FakeServer) -> None:
    server.says("Well", logprobs={"Well": 0.9}).says("Well, who knows")
    with pytest.raises(ModelError, match=r"wrote none of.*Well, who knows"):
        connect().choose(ASK, ["yes", "no"])


def test_options_that_share_their_first_token() -> None:
    with pytest.raises(UsageError, match="same token"):
        score([("sup", -0.1), ("s", -3.0)], ["supported", "suppressed"], "m")
    choice = score([("supp", -0.2), ("unsupported", -2.0)], ["supported", "unsupported"], "m")
    assert choice.best == "supported"


@given(
    st.dictionaries(
        st.sampled_from(["A", " a", "B", "b", "\u2581C", "c.", "\n", "**", "D"]),
        st.floats(0.001, 1),
        min_size=1,
    )
)
def test_scores_sum_to_one_or_nothing_fits(given: dict[str, float]) -> None:
    total = sum(given.values())
    top = [(token, math.log(p / total)) for token, p in given.items()]
    fitting = [p / total for token, p in given.items() if token not in ("\n", "**", "D")]
    if not fitting:
        with pytest.raises(ModelError):
            score(top, ["a", "B", "c"], "m")
        return
    choice = score(top, ["a", "B", "c"], "m")
    assert sum(choice.probabilities.values()) == pytest.approx(1)
    assert choice.mass == pytest.approx(sum(fitting))
