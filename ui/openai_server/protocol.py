"""What goes over the wire of an OpenAI-compatible chat server: requests, replies, chunks, errors.

Replies carry what OpenAI has no place for (evidence, citations, status) in a field `looktwice`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ...schema import Answer, Event, Usage

MODEL = "looktwice"
"""The one model this server has: the assistant."""

Json = dict[str, Any]
_UNSUPPORTED = {
    "tools": "the assistant chooses its own tools",
    "functions": "the assistant chooses its own tools",
    "audio": "there is no sound",
    "logprobs": "confidence stands in the field looktwice",
}


class Refused(Exception):
    """A request that is answered with an error.

    Args:
        message: for people: what was wrong and what to do.
        status: of HTTP.
        code: a stable word for programs.
        param: the field that was wrong.
        retry_after: seconds after which trying again may help.
    """

    def __init__(
        self,
        message: str,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.param = status, code, param
        self.retry_after = retry_after

    def body(self) -> Json:
        """The error in OpenAI's shape."""
        kinds = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
        kind = kinds.get(
            self.status, "server_error" if self.status >= 500 else "invalid_request_error"
        )
        return {
            "error": {"message": str(self), "type": kind, "param": self.param, "code": self.code}
        }

    def headers(self) -> dict[str, str]:
        """OpenAI's clients try again unless they are told not to."""
        if self.retry_after is not None:
            return {"retry-after": str(self.retry_after)}
        return {"x-should-retry": "false"}


class TextPart(BaseModel):
    """Words of a message."""

    type: Literal["text"]
    text: str


class ImageAddress(BaseModel):
    """A `data:` address, or one to fetch where that is switched on."""

    url: str


class ImagePart(BaseModel):
    """A picture of a message."""

    type: Literal["image_url"]
    image_url: ImageAddress

    @field_validator("image_url", mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        return {"url": value} if isinstance(value, str) else value


Part = Annotated[TextPart | ImagePart, Field(discriminator="type")]


class ChatMessage(BaseModel):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant"]
    content: list[Part] = Field(default_factory=list)

    @field_validator("content", mode="before")
    @classmethod
    def _parts(cls, value: Any) -> Any:
        if value is None:
            return []
        return [{"type": "text", "text": value}] if isinstance(value, str) else value

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.content if isinstance(part, TextPart)).strip()


class StreamOptions(BaseModel):
    """How to stream."""

    include_usage: bool = False


class Wishes(BaseModel):
    """What only this server understands; sent as the request's field `looktwice`.

    Attributes:
        events: also send what happens while it happens: steps, tool calls, the draft.
    """

    model_config = ConfigDict(extra="forbid")

    events: bool = False


class ChatRequest(BaseModel):
    """A request to /v1/chat/completions; fields not named here have no effect and are reported."""

    model_config = ConfigDict(extra="allow")

    model: str = MODEL
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = 1
    response_format: Json | None = None
    looktwice: Wishes = Wishes()

    def check(self, most_messages: int) -> None:
        """Raise `Refused` where the request asks for what the assistant does not do."""
        if self.model not in (MODEL, ""):
            raise Refused(
                f"there is no model {self.model[:80]!r} here; ask for {MODEL!r}",
                404,
                "model_not_found",
                "model",
            )
        if self.n not in (1, None):
            raise Refused("n: one answer a request; ask again for another", param="n")
        kind = (self.response_format or {}).get("type", "text")
        if kind != "text":
            raise Refused("response_format: answers are text", param="response_format")
        for field, why in _UNSUPPORTED.items():
            if (self.model_extra or {}).get(field):
                raise Refused(f"{field} is not supported: {why}", param=field)
        if len(self.messages) > most_messages:
            raise Refused(
                f"messages: at most {most_messages}, got {len(self.messages)}; leave out old ones",
                param="messages",
            )

    @property
    def without_effect(self) -> list[str]:
        """Names of fields that were sent and change nothing."""
        return sorted(key for key, value in (self.model_extra or {}).items() if value is not None)


class Writer:
    """Writes one reply, whole or in chunks.

    Args:
        wishes: what the caller asked for.
        ignored: parts of the request that had no effect; reported with the answer.
    """

    def __init__(self, wishes: Wishes, ignored: Sequence[str] = ()) -> None:
        self.id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._wishes, self._ignored = wishes, list(ignored)

    def whole(self, answer: Answer) -> Json:
        """The reply to a request that does not stream."""
        message = {"role": "assistant", "content": answer.text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return self._head("chat.completion") | {
            "choices": [choice],
            "usage": usage(answer.usage),
            "looktwice": self.extension(answer),
        }

    def first(self) -> Json:
        """The first chunk: somebody is there."""
        return self._chunk({"role": "assistant", "content": ""})

    def event(self, event: Event) -> Json:
        """A chunk without words that tells what happened."""
        return self._chunk({}) | {"looktwice": {"event": event.model_dump(mode="json")}}

    def last(self, answer: Answer) -> list[Json]:
        """The answer, then everything about it."""
        return [
            self._chunk({"content": answer.text}),
            self._chunk({}, "stop") | {"looktwice": self.extension(answer)},
        ]

    def cost(self, answer: Answer) -> Json:
        """The chunk that only tells the usage."""
        return self._head("chat.completion.chunk") | {"choices": [], "usage": usage(answer.usage)}

    def extension(self, answer: Answer) -> Json:
        """The field `looktwice` of an answer."""
        left_out = {"question", "text"} | (
            set() if self._wishes.events else {"steps", "results", "usage"}
        )
        told: Json = answer.model_dump(mode="json", exclude=left_out)
        return told | {"ignored": self._ignored}

    def _chunk(self, delta: Json, finish: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return self._head("chat.completion.chunk") | {"choices": [choice]}

    def _head(self, kind: str) -> Json:
        return {"id": self.id, "object": kind, "created": self._created, "model": MODEL}


def usage(cost: Usage) -> Json:
    """Tokens of all model calls of the run, the checks among them."""
    return {
        "prompt_tokens": cost.prompt_tokens,
        "completion_tokens": cost.completion_tokens,
        "total_tokens": cost.prompt_tokens + cost.completion_tokens,
    }


def models(created: int) -> Json:
    """The reply of /v1/models."""
    return {"object": "list", "data": [model(created)]}


def model(created: int) -> Json:
    """One entry of it."""
    return {"id": MODEL, "object": "model", "created": created, "owned_by": "looktwice"}
