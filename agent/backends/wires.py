"""How a chat request travels: OpenAI's interface, and Ollama's own.

Requests and answers have OpenAI's shape on our side of both.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Protocol

from .http_client import HttpClient

_STREAMED = {"stream": True, "stream_options": {"include_usage": True}}


class ChatWire(Protocol):
    """Sends chat requests to one server."""

    async def whole(self, body: Mapping[str, Any]) -> object:
        """The completion, once it is written."""
        ...

    def events(self, body: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
        """Its pieces as they are written."""
        ...


class OpenAIWire:
    """`/v1/chat/completions`."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def whole(self, body: Mapping[str, Any]) -> object:
        """See `ChatWire.whole`."""
        return await self._client.post("/chat/completions", body)

    async def events(self, body: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
        """See `ChatWire.events`."""
        path = "/chat/completions"
        async with aclosing(self._client.events(path, {**body, **_STREAMED})) as events:
            async for event in events:
                yield event


class OllamaWire:
    """Ollama's `/api/chat`, the only one that takes how much of a prompt is to be read.

    Behind its OpenAI interface a prompt longer than the server's own setting loses its beginning
    without a word; here the length is set, and a longer prompt is refused.

    Args:
        context: tokens of prompt and reply together.
        thinks: whether the model would think before it answers, and is told not to.
    """

    def __init__(self, client: HttpClient, context: int, *, thinks: bool) -> None:
        self._client, self._context, self._thinks = client, context, thinks
        self._path = client.from_root("api/chat")

    async def whole(self, body: Mapping[str, Any]) -> object:
        """See `ChatWire.whole`."""
        said = await self._client.post(self._path, self._request(body, stream=False))
        if not isinstance(said, Mapping):
            return said
        choice = {"message": _message(said), "finish_reason": said.get("done_reason") or "stop"}
        return {"choices": [{**choice, **_logprobs(said)}], **_usage(said)}

    async def events(self, body: Mapping[str, Any]) -> AsyncGenerator[Mapping[str, Any], None]:
        """See `ChatWire.events`."""
        pieces = self._client.events(self._path, self._request(body, stream=True))
        async with aclosing(pieces) as said:
            async for piece in said:
                choice: dict[str, Any] = {"delta": _message(piece), **_logprobs(piece)}
                if piece.get("done"):
                    choice["finish_reason"] = piece.get("done_reason") or "stop"
                yield {"choices": [choice], **_usage(piece)}

    def _request(self, body: Mapping[str, Any], *, stream: bool) -> dict[str, Any]:
        options = {
            "num_ctx": self._context,
            "num_predict": body["max_tokens"],
            "temperature": body["temperature"],
        }
        request: dict[str, Any] = {
            "model": body["model"],
            "messages": [_turn(turn) for turn in body["messages"]],
            "options": options,
            "stream": stream,
            "truncate": False,  # say so where the prompt is too long,
            "shift": False,  # and where the reply becomes it
        }
        if self._thinks:
            request["think"] = False
        if given := body.get("response_format"):
            request["format"] = given["json_schema"]["schema"]
        for name in ("logprobs", "top_logprobs"):
            if name in body:
                request[name] = body[name]
        return request


def _turn(turn: Mapping[str, Any]) -> dict[str, Any]:
    """A message with its pictures beside its text."""
    content = turn["content"]
    if isinstance(content, str):
        return {"role": turn["role"], "content": content}
    text = "".join(part["text"] for part in content if part["type"] == "text")
    urls = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    images = [url.partition(";base64,")[2] for url in urls]
    return {"role": turn["role"], "content": text, "images": images}


def _message(said: Mapping[str, Any]) -> dict[str, Any]:
    message = said.get("message") or {}
    return {"content": message.get("content"), "reasoning": message.get("thinking")}


def _logprobs(said: Mapping[str, Any]) -> dict[str, Any]:
    tokens = said.get("logprobs")
    return {"logprobs": {"content": tokens}} if tokens else {}


def _usage(said: Mapping[str, Any]) -> dict[str, Any]:
    """What was counted; nothing where a prompt that was kept is not counted again."""
    if not (read := said.get("prompt_eval_count")):
        return {}
    return {"usage": {"prompt_tokens": read, "completion_tokens": said.get("eval_count") or 0}}
