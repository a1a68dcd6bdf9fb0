"""A request to /v1/chat/completions, and what of it the assistant does not do."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ..http.errors import RequestError
from .formats import ReplyFormat, format_of
from .functions import Offer, offer_of
from .parts import ChatMessage

MODEL = "looktwice"
"""The one chat model this server has: the assistant."""
MOST_CHOICES = 16


class StreamOptions(BaseModel):
    """How to stream."""

    include_usage: bool = False


class ResponseOptions(BaseModel):
    """What only this server understands; sent as the request's field `looktwice`.

    Attributes:
        events: also send what happens while it happens: steps, tool calls, the draft.
        footnotes: add citations to the words of the answer; by default as `serve.footnotes` says.
    """

    model_config = ConfigDict(extra="forbid")

    events: bool = False
    footnotes: bool | None = None


class ChatRequest(BaseModel):
    """A request to /v1/chat/completions; fields not named here have no effect and are reported."""

    model_config = ConfigDict(extra="allow")

    model: str = MODEL
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=1, ge=1, le=MOST_CHOICES)
    response_format: dict[str, Any] | None = None
    tools: list[Any] | None = None
    tool_choice: Any = None
    looktwice: ResponseOptions = ResponseOptions()

    def offer(self) -> tuple[Offer, list[str]]:
        """The client's functions, and tools of other kinds, which have no effect."""
        offer, others = offer_of(self.tools, self.tool_choice)
        return offer, [f"tools ({name})" for name in others]

    def format(self) -> ReplyFormat:
        """What the reply is to be written in."""
        return format_of(self.response_format)

    @property
    def without_effect(self) -> list[str]:
        """Names of fields that were sent and change nothing."""
        return sorted(key for key, value in (self.model_extra or {}).items() if value is not None)


def check_model(name: str, *known: str) -> None:
    """Raise `RequestError` where a request asks for a model that is not here."""
    if name not in (*known, ""):
        raise RequestError(
            f"there is no model {name[:80]!r} here; ask for {' or '.join(map(repr, known))}",
            404,
            "model_not_found",
            "model",
        )
