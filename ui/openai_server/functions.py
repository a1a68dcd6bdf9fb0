"""A client's own functions: which one the reply needs, and with what arguments.

The assistant has tools of its own; those of a client are called by the client. It is asked to, as with
any OpenAI model, where the model finds that a function is needed, or where the client insists.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from ...agent.assistant import Assistant
from ...agent.structured_output import MalformedReply
from ...control import Control
from ...prompts import render
from ..http.errors import RequestError
from .parts import naming

NONE = "none"
_ANYTHING: dict[str, Any] = {"type": "object"}


class Function(BaseModel):
    """A function that the client can run."""

    name: str = Field(min_length=1, max_length=200)
    description: str | None = ""
    parameters: dict[str, Any] | None = None


class FunctionCall(BaseModel):
    """A call that the client is asked to make; `arguments` is JSON."""

    id: str
    name: str
    arguments: str


class Offer(BaseModel):
    """The functions of a request, and whether one has to be called.

    Attributes:
        wanted: "auto", "none", "required", or the name of the one to call.
    """

    functions: tuple[Function, ...] = ()
    wanted: str = "auto"

    @property
    def usable(self) -> bool:
        """Whether any may be called."""
        return bool(self.functions) and self.wanted != NONE

    def choose(self, conversation: str, assistant: Assistant, control: Control) -> Function | None:
        """The function that the next reply needs; None where it needs none."""
        names = {function.name: function for function in self.functions}
        if self.wanted in names:
            return names[self.wanted]
        must = self.wanted == "required"
        if must and len(names) == 1:
            return self.functions[0]
        told = "\n".join(f"- {f.name}: {(f.description or '').strip()}" for f in self.functions)
        prompt = render("function_choice", functions=told, conversation=conversation)
        options = [*names] if must else [NONE, *names]
        schema = {
            "type": "object",
            "properties": {"function": {"type": "string", "enum": options}},
            "required": ["function"],
        }
        try:
            answer = assistant.complete(prompt, schema, 60, control)
        except MalformedReply:
            return self.functions[0] if must else None
        return names.get(json.loads(answer.text).get("function", ""))


def offer_of(tools: Sequence[Any] | None, choice: Any) -> tuple[Offer, list[str]]:
    """The functions among a request's tools, and the names of tools that are none.

    Args:
        tools: as in chat completions (`{"type": "function", "function": {...}}`) or as in responses
            (`{"type": "function", "name": ...}`).
        choice: "auto", "none", "required", or the function to call, in either shape.

    Raises:
        RequestError: the function to call is none of them.
    """
    functions, others = [], []
    for tool in tools or ():
        given = tool.get("function") if isinstance(tool, dict) else None
        given = given if isinstance(given, dict) else tool
        if isinstance(tool, dict) and tool.get("type") == "function" and given.get("name"):
            with naming("tools"):
                functions.append(Function.model_validate(given))
        else:
            others.append(str(tool.get("type") if isinstance(tool, dict) else tool)[:40])
    wanted = _wanted(choice)
    if wanted not in ("auto", NONE, "required", *(f.name for f in functions)):
        raise RequestError(
            f"tool_choice: {wanted[:80]!r} is none of the tools", param="tool_choice"
        )
    return Offer(functions=tuple(functions), wanted=wanted), others


def _wanted(choice: Any) -> str:
    if isinstance(choice, dict):
        given = choice.get("function")
        name = given.get("name") if isinstance(given, dict) else choice.get("name")
        return str(name or choice.get("mode") or "auto")
    return "required" if choice == "any" else str(choice or "auto")


def arguments_for(
    function: Function, conversation: str, assistant: Assistant, control: Control
) -> str:
    """The arguments of a call, as JSON of the function's own schema."""
    schema = function.parameters or _ANYTHING
    if not schema.get("properties"):
        return "{}"
    told = f"{function.name}: {(function.description or '').strip()}"
    prompt = render("function_arguments", function=told, conversation=conversation)
    return assistant.complete(prompt, schema, None, control).text


def call_of(function: Function, arguments: str) -> FunctionCall:
    """A call with an id of its own."""
    return FunctionCall(id=f"call_{uuid.uuid4().hex}", name=function.name, arguments=arguments)
