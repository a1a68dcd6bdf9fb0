"""plan: which tools to ask, and with what arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, RootModel

from ...prompts import render
from ...schema import Evidence, ToolCall
from ...tools.base import Tool
from ..asking import ask_json, json_value
from ..backends.base import Message
from ..planner import (
    MOST_CALLS,
    MOST_STAGES,
    Neighbour,
    object_schema,
    open_arguments,
    plan_schema,
    show_example,
    vote,
)
from ..run import Run
from ..state import Stage, State
from ..wording import show_evidence
from .base import Done

NO_PICTURE = "no_picture"


class PlanReply(BaseModel):
    """What the model answers when it is asked for a plan."""

    stages: list[list[ToolCall]]


class Arguments(RootModel[dict[str, Any]]):
    """What the model answers when it is asked for a call's arguments."""


def plan(state: State, run: Run) -> Done:
    """Decide once, then make the next stage ready to run."""
    stages, how = (state["stages"], "next stage") if state["looked"] else decide(state, run)
    if how == NO_PICTURE:
        return Done(
            State(stop="unsupported", problem=NO_PICTURE), "a picture is meant, but there is none"
        )
    if not stages:
        return Done(State(stages=(), looked=False), f"no tool needed ({how})")
    ready = tuple(
        call for wanted in stages[0] for call in spread(fill(wanted, state, run), state, run)
    )
    names = ", ".join(dict.fromkeys(call.tool for call in ready))
    return Done(State(stages=(ready, *stages[1:]), looked=True), f"{names} ({how})")


def decide(state: State, run: Run) -> tuple[tuple[Stage, ...], str]:
    """The stages of tool calls, and how they were found.

    Facts bound the choice: without a picture no picture tool can run, and a question whose nearest
    examples all look at pictures is told so instead of being guessed at.
    """
    neighbours = run.planner.nearest(state["asked"])
    agreed = vote(neighbours)
    if not state["meant"]:
        likely = agreed or vote(neighbours, share=0.0) or ()
        if any(run.tools[call.tool].needs_picture for stage in likely for call in stage):
            return (), NO_PICTURE
    if agreed is not None:
        return agreed, "examples agree"
    return ask_model(state, run, neighbours), "model"


def ask_model(state: State, run: Run, neighbours: Sequence[Neighbour]) -> tuple[Stage, ...]:
    """A plan from the model, under a schema, with the nearest examples before its eyes."""
    usable = [t for t in run.tools.values() if state["meant"] or not t.needs_picture]
    prompt = render(
        "plan",
        examples="\n".join(show_example(n.example) for n in reversed(neighbours)),
        question=state["asked"],
    )
    system = render("plan_system", tools=list_tools(usable))
    messages = [Message(role="system", text=system), Message(role="user", text=prompt)]
    reply = ask_json(run.model, messages, plan_schema(usable), PlanReply)
    known = {t.name for t in usable}
    # Bounded here as well: not every server keeps to a schema.
    stages = [
        tuple(call for call in stage if call.tool in known)[:MOST_CALLS]
        for stage in reply.stages[:MOST_STAGES]
    ]
    # What a later stage is to be given can only be known when the earlier ones are done.
    later = [tuple(ToolCall(tool=call.tool) for call in stage) for stage in stages[1:]]
    return tuple(stage for stage in [*stages[:1], *later] if stage)


def list_tools(tools: Iterable[Tool]) -> str:
    """One line a tool: its name and the first sentence of its description."""
    return "\n".join(f"- {t.name}: {t.description.splitlines()[0]}" for t in tools)


def fill(call: ToolCall, state: State, run: Run) -> ToolCall:
    """The call with the arguments that depend on the question (and on what was seen so far)."""
    tool = run.tools[call.tool]
    missing = open_arguments(tool, call)
    if not missing:
        return call
    examples = run.planner.demonstrations(tool.name)
    prompt = render(
        "arguments",
        tool=f"{tool.name}: {tool.description.splitlines()[0]}",
        examples="\n".join(
            f"Question: {e.question}\nJSON: {json_value(c.arguments)}"
            for e in examples
            for stage in e.stages
            for c in stage
            if c.tool == tool.name
        ),
        evidence=_evidence_so_far(state["evidence"]),
        question=state["asked"],
    )
    messages = [
        Message(role="system", text=render("arguments_system")),
        Message(role="user", text=prompt),
    ]
    found = ask_json(run.model, messages, object_schema(missing), Arguments, max_tokens=80).root
    return call.model_copy(update={"arguments": {**found, **call.arguments}})


def _evidence_so_far(evidence: Sequence[Evidence]) -> str:
    return f"Evidence:\n{show_evidence(evidence)}\n" if evidence else ""


def spread(call: ToolCall, state: State, run: Run) -> list[ToolCall]:
    """The call once for each picture the question is about, where the tool takes one."""
    tool = run.tools[call.tool]
    takes_picture = "picture" in tool.parameters.get("properties", {})
    if not takes_picture or (not state["meant"] and not tool.needs_picture):
        return [call]
    return [
        call.model_copy(update={"arguments": {**call.arguments, "picture": number}})
        for number in state["meant"]
    ]
