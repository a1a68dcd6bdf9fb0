"""A request to /v1/responses, in the shape of a conversation."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from ..http.errors import RequestError
from .formats import ReplyFormat, format_of
from .functions import Offer, offer_of
from .parts import ChatMessage, naming
from .request import MODEL, ResponseOptions

_ROLES = ("system", "developer", "user", "assistant")


class ResponsesRequest(BaseModel):
    """A request; fields not named here have no effect and are reported."""

    model_config = ConfigDict(extra="allow")

    model: str = MODEL
    input: str | list[Any]
    instructions: str | None = None
    previous_response_id: str | None = None
    store: bool | None = True
    stream: bool | None = False
    text: dict[str, Any] | None = None
    tools: list[Any] | None = None
    tool_choice: Any = None
    metadata: dict[str, Any] | None = None
    looktwice: ResponseOptions = ResponseOptions()

    def messages(self) -> tuple[list[ChatMessage], list[str]]:
        """The conversation, and items that have no effect.

        Raises:
            RequestError: there is nothing to answer.
        """
        given = [self.input] if isinstance(self.input, str) else self.input
        messages = (
            [ChatMessage(role="system", content=self.instructions)] if self.instructions else []
        )
        ignored = []
        for at, item in enumerate(given):
            with naming(f"input[{at}]"):
                message = _message(item)
            if message is not None:
                messages.append(message)
            else:
                kind = item.get("type") if isinstance(item, dict) else type(item).__name__
                ignored.append(f"input[{at}] ({str(kind)[:40]})")
        if all(message.role == "system" for message in messages):
            raise RequestError("input: expected a question, got nothing", param="input")
        return messages, ignored

    def format(self) -> ReplyFormat:
        """What the reply is to be written in."""
        return format_of((self.text or {}).get("format"), "text.format")

    def offer(self) -> tuple[Offer, list[str]]:
        """The client's functions, and tools of other kinds, which have no effect."""
        offer, others = offer_of(self.tools, self.tool_choice)
        return offer, [f"tools ({name})" for name in others]

    @property
    def without_effect(self) -> list[str]:
        """Names of fields that were sent and change nothing."""
        return sorted(key for key, value in (self.model_extra or {}).items() if value is not None)


def _message(item: Any) -> ChatMessage | None:
    """An item of the input as a message; None where it has no effect here."""
    if isinstance(item, str):
        return ChatMessage(role="user", content=item)
    if not isinstance(item, dict):
        return None
    kind = item.get("type", "message")
    if kind == "message" and item.get("role") in _ROLES:
        return ChatMessage(role=item["role"], content=item.get("content"))
    if kind == "function_call":
        call = {**item, "id": item.get("call_id") or item.get("id") or ""}
        return ChatMessage(role="assistant", tool_calls=[call])
    if kind == "function_call_output":
        output = item.get("output")
        return ChatMessage(role="tool", content=output, tool_call_id=item.get("call_id") or "")
    return None
