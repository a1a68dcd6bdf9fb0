"""Answers as Ollama, LM Studio, llama-server and vLLM give them: probabilities, schemas, refusals."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.openai import OpenAIModel
from looktwice.errors import BadInput
from looktwice.media.store import Store
from PIL import Image

from .fake_server import FakeServer, Turn

ASK = [Message(role="user", text="Is it red?")]
YES_NO = (("yes", 0.75), ("no", 0.25))
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


def completion(text: str, logprobs: Any, **more: Any) -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "length", "logprobs": logprobs}
    usage = {"prompt_tokens": 20, "completion_tokens": 1, "total_tokens": 21}
    whole = {"id": "x", "object": "chat.completion", "created": 1, "model": "m"}
    return json.dumps({**whole, "choices": [choice], "usage": usage, **more}).encode()


def top(**fields: Any) -> list[dict[str, Any]]:
    return [{"token": token, "logprob": math.log(p), **fields} for token, p in YES_NO]


OLLAMA = completion(
    "yes",
    {
        "content": [
            {"token": "yes", "logprob": math.log(0.75), "bytes": [121], "top_logprobs": top()}
        ]
    },
    system_fingerprint="fp_ollama",
)
LLAMA_SERVER = completion(
    "yes",
    {
        "content": [
            {"id": 9, "token": "yes", "bytes": [121], "logprob": math.log(0.75),
             "top_logprobs": top(id=9, bytes=[121])}
        ]
    },
    timings={"cache_n": 11, "prompt_n": 9, "prompt_ms": 12.5, "predicted_n": 1},
)  # fmt: skip
VLLM = completion(
    "yes",
    {
        "content": [
            {"token": "yes", "logprob": math.log(0.75), "bytes": [121],
             "top_logprobs": top(bytes=[121])}
        ],
        "refusal": None,
    },
    kv_transfer_params=None,
    prompt_logprobs=None,
)  # fmt: skip


@pytest.fixture
def model(server: FakeServer, store: Store) -> OpenAIModel:
    return OpenAIModel(server.address, store=store, retries=0)


@pytest.mark.parametrize("raw", [OLLAMA, LLAMA_SERVER, VLLM], ids=["ollama", "llama", "vllm"])
def test_probabilities_are_read_as_each_server_gives_them(
    raw: bytes, model: OpenAIModel, server: FakeServer
) -> None:
    server.turns.append(Turn(raw=raw))
    choice = model.choose(ASK, ["yes", "no"])
    assert choice.probabilities["yes"] == pytest.approx(0.75)
    assert choice.mass == pytest.approx(1)


def test_lm_studio_gives_none_so_that_an_option_is_written(
    model: OpenAIModel, server: FakeServer
) -> None:
    server.turns.append(Turn(raw=completion("yes", None, stats={}, system_fingerprint="qwen")))
    server.says('{"answer": "no"}')
    assert model.choose(ASK, ["yes", "no"]).best == "no"
    assert server.chats[1].body["response_format"]["type"] == "json_schema"


REFUSED = {
    "lm studio": "'response_format.type' must be 'json_schema' or 'text'",
    "vllm": "response_format: the grammar backend does not support this json_schema",
}


@pytest.mark.parametrize("message", REFUSED.values(), ids=REFUSED)
def test_a_schema_that_is_refused_is_told_in_words(
    message: str, model: OpenAIModel, server: FakeServer
) -> None:
    server.says(status=400, message=message).says('{"a": 3}')
    assert json.loads(model.generate(ASK, schema=SCHEMA).text) == {"a": 3}


TOO_LONG = {
    "llama-server": (
        400,
        "the request exceeds the available context size (8192 tokens), try increasing it",
        "exceed_context_size_error",
    ),
    "vllm": (
        400,
        "This model's maximum context length is 4096 tokens. However, you requested 5005 tokens",
        None,
    ),
    "lm studio": (
        400,
        "The number of tokens to keep from the initial prompt is greater than the context length",
        None,
    ),
}


@pytest.mark.parametrize("refusal", TOO_LONG.values(), ids=TOO_LONG)
def test_a_prompt_that_does_not_fit_is_said_to_be_too_long(
    refusal: tuple[int, str, str | None], model: OpenAIModel, server: FakeServer
) -> None:
    status, message, code = refusal
    server.says(status=status, message=message, code=code)
    with pytest.raises(BadInput, match="does not fit"):
        model.generate(ASK)


def test_a_server_that_reads_less_than_it_was_sent_is_found_out(
    server: FakeServer, store: Store
) -> None:
    server.listing = {"data": [{"id": "m", "owned_by": "organization_owner"}]}
    server.extra = {
        "/api/v0/models": {"data": [{"id": "m", "type": "vlm", "loaded_context_length": 32_000}]}
    }
    model = OpenAIModel(server.address, store=store)
    assert model.sees_images
    server.says("A bus.", counted={"prompt_tokens": 500, "completion_tokens": 2})
    picture = store.add(Image.new("RGB", (40, 40)))
    asked = [Message(role="user", text="word " * 3000, pictures=(picture,))]
    with pytest.raises(BadInput, match="read 500 tokens"):
        model.generate(asked)
