"""Messages as clients write them: of /v1/chat/completions and of /v1/responses, in one shape.

What a client may add and we do not know is kept as a part without effect, and told as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from ..http.errors import RequestError

_TEXT = ("text", "input_text", "output_text")
_PICTURE = ("image_url", "input_image")
_FILE = ("file", "input_file")
_SOUND = ("input_audio", "audio")


@contextmanager
def naming(param: str) -> Iterator[None]:
    """What is checked later than the request as a whole is refused in the same words.

    Raises:
        RequestError: a part of this field has the wrong form.
    """
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in (param, *first["loc"]))
        raise RequestError(f"{where}: {first['msg']}", 400, "invalid_request", param) from None


class TextPart(BaseModel):
    """Words of a message."""

    type: Literal["text"] = "text"
    text: str


class FilePart(BaseModel):
    """A picture or a document: by address, in the request, or uploaded before.

    Attributes:
        address: a `data:` address, or one to fetch where that is switched on.
        id: of a file of /v1/files.
    """

    type: Literal["file"] = "file"
    address: str = ""
    id: str = ""
    name: str = ""


class OtherPart(BaseModel):
    """A part that has no effect here."""

    type: Literal["other"] = "other"
    kind: str


Part = Annotated[TextPart | FilePart | OtherPart, Field(discriminator="type")]


class SentCall(BaseModel):
    """A call of a client's function in an earlier message."""

    id: str = ""
    name: str = ""
    arguments: str = "{}"


def as_call(value: Any) -> Any:
    """A call as chat completions have it: `{"id", "function": {"name", "arguments"}}`."""
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        return {"id": value.get("id") or "", **value["function"]}
    return value


def as_part(value: Any) -> Any:
    """A part of either interface in our shape.

    Raises:
        RequestError: there is sound in it.
    """
    if isinstance(value, str):
        return {"type": "text", "text": value}
    if not isinstance(value, dict):
        return value
    kind = value.get("type")
    if kind in _TEXT:
        return {"type": "text", "text": value.get("text")}
    if kind in _PICTURE:
        given = value.get("image_url")
        address = given.get("url") if isinstance(given, dict) else given
        return {"type": "file", "address": address or "", "id": value.get("file_id") or ""}
    if kind in _FILE:
        inner = value.get("file")
        given = inner if isinstance(inner, dict) else value
        return {
            "type": "file",
            "address": given.get("file_data") or given.get("file_url") or "",
            "id": given.get("file_id") or "",
            "name": given.get("filename") or "",
        }
    if kind in _SOUND:
        raise RequestError("audio is not supported: there is no sound here; send text")
    return {"type": "other", "kind": str(kind)[:40]}


def as_parts(value: Any) -> Any:
    """The content of a message: nothing, words, or parts."""
    if value is None:
        return []
    return [as_part(part) for part in value] if isinstance(value, list) else [as_part(value)]


class ChatMessage(BaseModel):
    """One message of a conversation.

    Attributes:
        calls: of the client's functions, which the assistant asked for.
        call_id: in a message of a function, the call it answers.
    """

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[list[Part], BeforeValidator(as_parts)] = Field(default_factory=list)
    calls: list[Annotated[SentCall, BeforeValidator(as_call)]] | None = Field(
        default=None, alias="tool_calls"
    )
    call_id: str = Field(default="", alias="tool_call_id")
    name: str | None = None

    @property
    def text(self) -> str:
        """Its words."""
        return "\n".join(part.text for part in self.content if isinstance(part, TextPart)).strip()

    @property
    def files(self) -> list[FilePart]:
        """Its pictures and documents."""
        return [part for part in self.content if isinstance(part, FilePart)]
