"""What is sent to an OpenAI-compatible server: a conversation that fits what its model can read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ...errors import UsageError
from .base import JsonSchema, Message
from .failures import Failures
from .pictures import (
    LETTERS_A_TOKEN,
    PIXELS_A_TOKEN,
    fitted,
    tokens_of,
    wanted_pixels,
)

if TYPE_CHECKING:
    from ...media.store import Store
    from ...schema import Picture

_LEAST_REPLY = 64
"""Tokens that are left for a reply next to any prompt."""


EachRequest = Callable[[Sequence[Message]], Mapping[str, Any]]
"""Further fields for a request, by its messages."""


class Served(Protocol):
    """What has to be known of the model that is asked."""

    name: str
    sees_images: bool
    context_tokens: int
    picture_pixels: int


class ChatRequests:
    """Makes requests for one model.

    Args:
        served: the model.
        store: where the pictures of messages lie.
        page_pixels: that a page of a document is sent with at most.
        extra: further fields for every request.
        failures: words for what does not fit.
        each: gives further fields for the request with these messages.

    Attributes:
        has_schemas: whether the server keeps a reply to a schema; else the model is told of it.
        silent: whether the server drops the beginning of a prompt that is too long without a word.
    """

    def __init__(
        self,
        served: Served,
        store: Store,
        page_pixels: int,
        extra: Mapping[str, Any],
        failures: Failures,
        each: EachRequest | None = None,
    ) -> None:
        self._served, self._store, self._page_pixels = served, store, page_pixels
        self._extra, self._failures, self._each = extra, failures, each
        self.has_schemas = True
        self.silent = False

    def body(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        temperature: float = 0.0,
        schema: JsonSchema | None = None,
    ) -> dict[str, Any]:
        """The body of a request for the next turn.

        Raises:
            UsageError: no room for a reply is asked for.
            BadInput: the server would drop the beginning of the prompt without a word.
        """
        if max_tokens < 1:
            raise UsageError(f"max_tokens must be 1 or more, got {max_tokens}")
        if not self._served.sees_images:
            messages = [m.model_copy(update={"pictures": ()}) for m in messages]
        if schema is not None and not self.has_schemas:
            messages = _told(messages, schema)
        request: dict[str, Any] = {
            "model": self._served.name,
            "messages": self._turns(messages),
            "max_tokens": self._room(messages, max_tokens),
            "temperature": temperature,
            **self._extra,
            **(self._each(messages) if self._each else {}),
        }
        if schema is not None and self.has_schemas:
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "reply", "schema": schema, "strict": True},
            }
        return request

    def _turns(self, messages: Sequence[Message]) -> list[dict[str, Any]]:
        """Messages as the server takes them, their pictures as large as fits together."""
        pixels = iter(self._pixels(messages))
        turns: list[dict[str, Any]] = []
        for message in messages:
            content: Any = message.text
            if message.pictures:
                urls = [self._store.data_url(p, next(pixels)) for p in message.pictures]
                content = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
                content.append({"type": "text", "text": message.text})
            turns.append({"role": message.role, "content": content})
        return turns

    def _room(self, messages: Sequence[Message], max_tokens: int) -> int:
        """How long the reply may be, next to a prompt that fits."""
        prompt, context = self._tokens(messages), self._served.context_tokens
        left = context - prompt
        if left < _LEAST_REPLY and self.silent:
            raise self._failures.too_long(f"some {prompt} tokens, and it reads {context}")
        return min(max_tokens, max(left, _LEAST_REPLY))

    def _tokens(self, messages: Sequence[Message]) -> int:
        """About how many tokens a prompt has."""
        words = sum(len(message.text) for message in messages) // LETTERS_A_TOKEN
        return words + sum(map(tokens_of, _pictures(messages), self._pixels(messages)))

    def _pixels(self, messages: Sequence[Message]) -> list[int]:
        """The most pixels each picture is sent with."""
        pictures, served = _pictures(messages), self._served
        wanted = wanted_pixels(pictures, served.picture_pixels, self._page_pixels)
        return fitted(pictures, wanted, served.context_tokens, PIXELS_A_TOKEN)


def _pictures(messages: Sequence[Message]) -> list[Picture]:
    return [picture for message in messages for picture in message.pictures]


def _told(messages: Sequence[Message], schema: JsonSchema) -> list[Message]:
    """The conversation with the schema in its last message, for a server that keeps to none."""
    *before, last = messages
    text = f"{last.text}\nReply with JSON only, of this schema: {json.dumps(schema)}"
    return [*before, last.model_copy(update={"text": text})]
