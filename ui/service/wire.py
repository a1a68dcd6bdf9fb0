"""What crosses the socket: requests as JSON, events and errors as lines of JSON."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, TypeAdapter

from ... import errors
from ...errors import BadInput, LooktwiceError, ModelError
from ...schema import Event, Picture

EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class AskRequest(BaseModel):
    """A question; its pictures lie in the store that both sides share.

    Attributes:
        index: folder of the index it is about.
        read: folder of the index of documents that came with it.
    """

    question: str
    pictures: tuple[Picture, ...] = ()
    index: str | None = None
    read: str | None = None
    session: str | None = None


class SearchRequest(BaseModel):
    """A search in an index; the fields are those of `Index.search`."""

    index: str
    query: str = ""
    image: str | None = None
    limit: int = 10
    filters: dict[str, Any] | None = None
    rerank: bool | None = None


def error_to_json(error: BaseException) -> dict[str, str]:
    """An error for the other side; of our bugs only what they are."""
    if isinstance(error, BadInput):
        return {"kind": "BadInput", "source": error.source, "message": error.reason}
    if isinstance(error, LooktwiceError):
        return {"kind": type(error).__name__, "message": str(error)}
    return {"kind": "ModelError", "message": f"the warm program failed ({type(error).__name__})"}


def error_from_json(told: dict[str, str]) -> LooktwiceError:
    """The inverse: the same class where it is one of the library's own."""
    if told.get("kind") == "BadInput":
        return BadInput(told.get("source", ""), told.get("message", ""))
    known = getattr(errors, told.get("kind", ""), None)
    if (
        isinstance(known, type)
        and issubclass(known, LooktwiceError)
        and known is not errors.MissingExtra
    ):
        return known(told.get("message", ""))
    return ModelError(told.get("message", "the warm program failed"))
