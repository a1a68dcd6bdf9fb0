"""The arguments a model gave, checked and made those of the function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ...errors import ToolError
from ...schema import Picture
from ..base import Tool
from ..context import Context


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
    try:
        checked = tool.arguments.model.model_validate(dict(given))
    except ValidationError as error:
        faults = "; ".join(_fault(tool, part) for part in error.errors(include_url=False))
        raise ToolError(f"{tool.name}: {faults}", kind="bad_arguments") from None
    return {key: getattr(checked, name) for key, name in tool.arguments.fields.items()}


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
