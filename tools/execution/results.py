"""What a tool returned, as evidence."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError, to_jsonable_python

from ...errors import ToolError
from ...schema import Evidence, Picture, Source, ToolCall
from ..base import Tool
from ..context import Context
from .binding import validate

MAX_TEXT = 8_000
"""Characters of one piece of evidence that are kept; the rest is cut, and a note says so."""


_PLAIN_TYPES = (str, int, float, bool, dict, list, tuple, BaseModel)


def as_evidence(tool: Tool, value: Any) -> tuple[Evidence, ...]:
    """What a tool returned, as evidence; ToolError when it cannot be."""
    if isinstance(value, Evidence):
        value = [value]
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], Evidence):
        if others := [item for item in value if not isinstance(item, Evidence)]:
            raise _absurd(tool, f"evidence mixed with {type(others[0]).__name__}")
        return tuple(item.model_copy(update={"text": shortened(item.text)}) for item in value)
    return (Evidence(kind="value", text=shortened(_as_text(tool, value))),)


def _as_text(tool: Tool, value: Any) -> str:
    """A plain value in words. A text speaks for itself, other values are named after the tool."""
    if isinstance(value, str):
        return value if value.strip() else f"{tool.name}: an empty text"
    if not isinstance(value, _PLAIN_TYPES):
        raise _absurd(tool, "nothing" if value is None else f"a {type(value).__name__}")
    if isinstance(value, (list, tuple, dict)) and not value:
        return f"{tool.name}: nothing found"
    try:
        plain = to_jsonable_python(value)
        return f"{tool.name}: {json.dumps(plain, ensure_ascii=False)}"
    except (PydanticSerializationError, TypeError, ValueError, RecursionError) as error:
        kind = type(value).__name__
        raise _absurd(tool, f"a {kind} that has no JSON form ({error})") from None


def _absurd(tool: Tool, what: str) -> ToolError:
    return ToolError(
        f"{tool.name} returned {what}; expected Evidence, a list of Evidence, a text, a number, "
        "a dict, a list or a pydantic model"
    )


def shortened(text: str) -> str:
    """At most MAX_TEXT characters, with a note about what was left out; always valid UTF-8."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[:MAX_TEXT]}\n[cut: {MAX_TEXT} of {len(text)} characters shown]"


def finished(
    evidence: tuple[Evidence, ...], tool: Tool, call: ToolCall, context: Context
) -> tuple[Evidence, ...]:
    """Add what depends on this run: the call's id, the pictures' numbers, the source.

    Not kept in the cache, where the same picture may be number 2 the next time.
    """
    values = validate(tool, call.arguments)
    numbers = [values[k] for k in tool.arguments.fields if k in tool.arguments.pictures]
    numbers = [number for number in numbers if number is not None]
    changed: list[Evidence] = []
    for item in evidence:
        update: dict[str, Any] = {"call": call.id}
        if numbers and item.source.document is None:
            word = "picture" if len(numbers) == 1 else "pictures"
            update["text"] = f"{word} {' and '.join(map(str, numbers))}: {item.text}"
        if len(numbers) == 1 and item.source == Source():
            update["source"] = picture_source(context.pictures[numbers[0] - 1])
        changed.append(item.model_copy(update=update))
    return tuple(changed)


def picture_source(picture: Picture) -> Source:
    """Where evidence about a picture comes from: its original, or the page it shows."""
    origin = picture.origin
    if origin is not None and origin.document is not None:
        return Source(document=origin.document, page=origin.page, name=picture.name)
    return Source(picture=picture.original, name=picture.name)
