"""Calls of tools that need no planning: every look at a picture, the next look where one was not enough."""

from __future__ import annotations

from itertools import pairwise

from ..schema import ToolCall
from ..tools.base import Tool
from ..tools.codes import CODES
from ..tools.comparing import COMPARE
from ..tools.documents.search import SEARCH_TOOLS
from .query_rewriting import again
from .run import Run
from .state import Stage, State

_WHEN_ASKED = frozenset((*SEARCH_TOOLS, CODES, COMPARE))
"""What looks alike says nothing of this picture, nor does that it has no code, as most have none."""


def every_look(run: Run) -> Stage:
    """The picture tools that can run without being told anything, at their widest."""
    return tuple(
        widest(tool)
        for tool in run.tools.values()
        if tool.needs_picture
        and tool.name not in _WHEN_ASKED
        and not tool.parameters.get("required")
    )


def widest(tool: Tool) -> ToolCall:
    """The call with every argument at its default, so that none has to be filled."""
    properties = tool.parameters.get("properties", {})
    defaults = {k: v["default"] for k, v in properties.items() if "default" in v and k != "picture"}
    return ToolCall(tool=tool.name, arguments=defaults)


def spread(call: ToolCall, state: State, run: Run) -> list[ToolCall]:
    """The call once for each picture the question is about, where the tool takes one."""
    tool = run.tools[call.tool]
    if call.tool == COMPARE:
        return [
            call.model_copy(update={"arguments": {"picture": first, "other": second}})
            for first, second in pairwise(state["target_pictures"])
        ]
    takes_picture = "picture" in tool.parameters.get("properties", {})
    if not takes_picture or (not state["target_pictures"] and not tool.needs_picture):
        return [call]
    return [
        call.model_copy(update={"arguments": {**call.arguments, "picture": number}})
        for number in state["target_pictures"]
    ]


def next_look(state: State, run: Run) -> Stage:
    """Where to look again: the picture with other tools, then the documents, deeper each time."""
    if state["round"] >= run.settings.limits.rounds or not run.settings.stages.look_again:
        return ()
    more = untried(state, run) if state["target_pictures"] else ()
    return more or (again(state, run) if run.index is not None else ())


def untried(state: State, run: Run) -> Stage:
    """The picture tools not asked yet that can run without being told anything."""
    asked = {result.call.tool for result in state["results"]}
    calls = (call for call in every_look(run) if call.tool not in asked)
    return tuple(made for call in calls for made in spread(call, state, run))
