"""Replies under a JSON schema: the fields that are known are filled with what is right."""

from __future__ import annotations

from typing import Any

from ..task import Task
from .answers import right

_MOST = 3


def fill(schema: dict[str, Any], task: Task, question: str, name: str = "") -> Any:
    """A value that a schema allows.

    Args:
        schema: JSON schema; what it does not say is chosen as a sensible model would.
        task: what is asked: its form, its tools, its answer.
        question: what words are copied from.
        name: of the property that is filled.
    """
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return next((o for o in schema["enum"] if o in (task.kind, right(task))), schema["enum"][0])
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return fill(_preferred(options, task), task, question, name)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "object":
        return {
            key: fill(value, task, question, key)
            for key, value in schema.get("properties", {}).items()
        }
    if kind == "array":
        return _array(schema, task, question, name)
    if kind == "string":
        return right(task) if name in ("answer", "draft", "text", "statement") else question
    return {"integer": max(1, schema.get("minimum", 1)), "number": 1.0, "boolean": True}.get(kind)


def _array(schema: dict[str, Any], task: Task, question: str, name: str) -> list[Any]:
    """The tools of the task where tool calls are asked for, else as few items as are allowed."""
    items = schema.get("items", {})
    if name == "stages":
        return [fill(items, task, question)] if _wanted(task) else []
    if options := items.get("anyOf"):
        calls = [o for o in options if _tool(o) in _wanted(task)][:_MOST]
        if calls:
            return [fill(option, task, question) for option in calls]
    if items.get("type") == "string" and name in ("labels", "targets", "things"):
        return question.rstrip("?").split()[-1:]
    return [fill(items, task, question)] * schema.get("minItems", 0)


def _preferred(options: list[dict[str, Any]], task: Task) -> dict[str, Any]:
    return next((o for o in options if _tool(o) in _wanted(task)), options[0])


def _wanted(task: Task) -> set[str]:
    return set(task.truth.tools[0]) if task.truth.tools else set()


def _tool(option: dict[str, Any]) -> str:
    return str(option.get("properties", {}).get("tool", {}).get("const", ""))
