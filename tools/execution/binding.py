"""The arguments a model gave, checked and made those of the function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ...errors import ToolError
from ...schema import Picture
from ..base import Tool
from ..context import Context

MOST_LETTERS = 32_000
"""Of all arguments of one call: those of a question, see `Limits.question_characters`."""


def bind(tool: Tool, given: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The function's arguments; raises ToolError "bad_arguments" with expected and actual."""
    values = validate(tool, given)
    for key in tool.arguments.pictures:
        if values[key] is not None:
            values[key] = picture_numbered(key, values[key], context.pictures)
    if tool.arguments.context is not None:
        values[tool.arguments.context] = context
    return values


def validate(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the tool's arguments, pictures still as numbers; raises ToolError as `bind`."""
    if _letters(given) > MOST_LETTERS:
        raise ToolError(
            f"{tool.name}: expected arguments of at most {MOST_LETTERS:,} characters together",
            kind="bad_arguments",
        )
    try:
        checked = tool.arguments.model.model_validate(dict(given))
    except ValidationError as error:
        faults = "; ".join(_fault(tool, part) for part in error.errors(include_url=False))
        raise ToolError(f"{tool.name}: {faults}", kind="bad_arguments") from None
    return {key: getattr(checked, name) for key, name in tool.arguments.fields.items()}


def _letters(value: object) -> int:
    """Characters of all texts in arguments, each number and name of a field counted as one at least."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(1 + _letters(part) for part in (*value.keys(), *value.values()))
    return 1 + sum(map(_letters, value)) if isinstance(value, list | tuple) else 1


def _fault(tool: Tool, fault: Mapping[str, Any]) -> str:
    where = ".".join(map(str, fault["loc"]))
    if fault["type"] == "extra_forbidden":
        known = ", ".join(tool.arguments.fields) or "none"
        return f"unknown argument {where!r}, expected only: {known}"
    if fault["type"] == "missing":
        return f"argument {where!r} is missing"
    got = repr(fault["input"])
    return f"argument {where!r}: {fault['msg']}, got {got[:80]} ({type(fault['input']).__name__})"


def picture_numbered(key: str, number: int, pictures: tuple[Picture, ...]) -> Picture:
    """The picture of a number, 1 for the first; raises ToolError as `bind`."""
    if not pictures:
        raise ToolError(f"argument {key!r}: no picture was given", kind="bad_arguments")
    if not 1 <= number <= len(pictures):
        expected = "1" if len(pictures) == 1 else f"1 to {len(pictures)}"
        raise ToolError(
            f"argument {key!r}: expected a picture number {expected}, got {number}",
            kind="bad_arguments",
        )
    return pictures[number - 1]
