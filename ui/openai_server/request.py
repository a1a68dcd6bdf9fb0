"""A request to an OpenAI-compatible chat server, and what of it the assistant does not do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ...agent.extraction.records.requests import RecordRequest
from ...agent.extraction.records.schema_sources import load_schema
from ...errors import UsageError
from ..http.errors import RequestError

MODEL = "looktwice"
"""The one model this server has: the assistant."""

_UNSUPPORTED = {
    "tools": "the assistant chooses its own tools",
    "functions": "the assistant chooses its own tools",
    "audio": "there is no sound",
    "logprobs": "confidence stands in the field looktwice",
}


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


class ResponseOptions(BaseModel):
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
    response_format: dict[str, Any] | None = None
    looktwice: ResponseOptions = ResponseOptions()

    def check(self, max_messages: int) -> None:
        """Raise `RequestError` where the request asks for what the assistant does not do."""
        if self.model not in (MODEL, ""):
            raise RequestError(
                f"there is no model {self.model[:80]!r} here; ask for {MODEL!r}",
                404,
                "model_not_found",
                "model",
            )
        if self.n not in (1, None):
            raise RequestError("n: one answer a request; ask again for another", param="n")
        kind = (self.response_format or {}).get("type", "text")
        if kind not in ("text", "json_schema"):
            raise RequestError(
                "response_format: answers are text, or records of a json_schema",
                param="response_format",
            )
        for field, why in _UNSUPPORTED.items():
            if (self.model_extra or {}).get(field):
                raise RequestError(f"{field} is not supported: {why}", param=field)
        if len(self.messages) > max_messages:
            raise RequestError(
                f"messages: at most {max_messages}, got {len(self.messages)}; leave out old ones",
                param="messages",
            )

    @property
    def record(self) -> RecordRequest | None:
        """The record that `response_format` asks for; None where an answer in words is wanted.

        Raises:
            RequestError: its schema cannot be used.
        """
        if (self.response_format or {}).get("type") != "json_schema":
            return None
        given = (self.response_format or {}).get("json_schema")
        schema = given.get("schema") if isinstance(given, dict) else None
        if not isinstance(schema, dict):
            raise RequestError(
                "response_format: expected json_schema with name and schema",
                param="response_format",
            )
        try:
            return RecordRequest(json_schema=load_schema(schema))
        except UsageError as error:
            raise RequestError(f"response_format: {error}", param="response_format") from None

    @property
    def without_effect(self) -> list[str]:
        """Names of fields that were sent and change nothing."""
        return sorted(key for key, value in (self.model_extra or {}).items() if value is not None)
