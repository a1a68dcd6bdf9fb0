"""How far an answer is: events, folded one by one into what the page shows of it.

Pure functions: no Gradio, no model, no tool.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from ...agent.evidence.rendering import in_words
from ...schema import (
    Answer,
    AnswerReady,
    AnswerRevised,
    Event,
    Node,
    Step,
    StepFinished,
    StepStarted,
    Token,
    ToolCall,
    ToolFinished,
    ToolProgress,
    ToolResult,
    ToolStarted,
)
from ...tools.base import words_of
from .conversation import Activity
from .text import shorten

NODE_TITLES: Mapping[Node, str] = {
    "intake": "Reading the question",
    "plan": "Choosing what to look at",
    "act": "Looking",
    "gate": "Weighing what was seen",
    "draft": "Writing",
    "check": "Checking the answer",
    "finish": "Finishing",
}
_NUMBERED = ("picture", "page")
"""Arguments that are shown with their names; other numbers are limits and the like."""
_UNLISTED: frozenset[Node] = frozenset({"act", "finish"})
"""Nodes without a line of their own: the tools of `act` have theirs, `finish` is the answer."""


@dataclass(frozen=True)
class AnswerProgress:
    """What the page shows of an answer so far.

    Attributes:
        lines: what was done, the last of them perhaps still under way.
        open: for tool calls under way, the place of their line.
        text: of the answer so far.
        doing: what goes on just now.
        answer: set by the last event.
    """

    lines: tuple[Activity, ...] = ()
    open: Mapping[str, int] = field(default_factory=dict)
    text: str = ""
    doing: str = "Starting"
    answer: Answer | None = None


def after_event(progress: AnswerProgress, event: Event) -> AnswerProgress:
    """The progress after one more event."""
    match event:
        case StepStarted(node=node):
            return _step_started(progress, node)
        case StepFinished(step=step):
            return _step_finished(progress, step)
        case ToolStarted(call=call):
            line = Activity(title=tool_title(call))
            opened = {**progress.open, _call_key(call): len(progress.lines)}
            return replace(progress, lines=(*progress.lines, line), open=opened, doing=line.title)
        case ToolProgress(call=call, text=text):
            return replace(progress, doing=f"{call.title} {text}")
        case ToolFinished(result=result):
            return _tool_finished(progress, result)
        case Token(text=text):
            return replace(progress, text=progress.text + text)
        case AnswerRevised(text=text):
            return replace(progress, text=text)
        case AnswerReady(answer=answer):
            return replace(progress, answer=answer, text=answer.text)
        case _:
            assert_never(event)


def _step_started(progress: AnswerProgress, node: Node) -> AnswerProgress:
    doing = NODE_TITLES[node]
    if node in _UNLISTED:
        return replace(progress, doing=doing)
    text = "" if node == "draft" else progress.text  # a new draft begins with nothing
    opened = {**progress.open, node: len(progress.lines)}
    return replace(
        progress,
        lines=(*progress.lines, Activity(title=doing)),
        open=opened,
        doing=doing,
        text=text,
    )


def _step_finished(progress: AnswerProgress, step: Step) -> AnswerProgress:
    at = progress.open.get(step.node)
    if at is None:
        return progress
    return _closed(
        progress,
        step.node,
        Activity(
            title=NODE_TITLES[step.node],
            words=step.words,
            outcome=step.did,
            seconds=step.seconds,
        ),
    )


def _tool_finished(progress: AnswerProgress, result: ToolResult) -> AnswerProgress:
    line = Activity(
        title=tool_title(result.call),
        words=words_brought(result),
        outcome=outcome_of(result),
        seconds=result.seconds,
        failed=result.error is not None,
    )
    key = _call_key(result.call)
    if key not in progress.open:
        return replace(progress, lines=(*progress.lines, line))
    return _closed(progress, key, line)


def _closed(progress: AnswerProgress, key: str, line: Activity) -> AnswerProgress:
    at = progress.open[key]
    lines = (*progress.lines[:at], line, *progress.lines[at + 1 :])
    return replace(progress, lines=lines, open={k: v for k, v in progress.open.items() if k != key})


def _call_key(call: ToolCall) -> str:
    return f"{call.id}:{call.tool}"


def tool_title(call: ToolCall) -> str:
    """What a call does and on what, in a line: "Looking closer: picture 1, bus"; limits are left out."""
    arguments = [
        f"{name} {value}" if name in _NUMBERED else shorten(_value(value), 60)
        for name, value in call.arguments.items()
        if value not in ("", None, [], ())
        and (name in _NUMBERED or not isinstance(value, int | float))
    ]
    name = tool_name(call)
    return f"{name}: {', '.join(arguments)}" if arguments else name


def words_brought(result: ToolResult) -> str:
    """What a call brought back, in a few words: "12 lines read"."""
    if result.error is not None:
        return shorten(result.error.message, 200)
    found = result.evidence
    for count, one in (
        (sum(len(e.detections) for e in found), "thing found"),
        (sum(e.kind in ("passage", "image") for e in found), "place found"),
        (sum(len(e.lines) for e in found if e.kind == "text"), "line read"),
    ):
        if count:
            noun, verb = one.split()
            return f"{count} {noun}{'' if count == 1 else 's'} {verb}"
    return "" if found else "nothing found"


def tool_name(call: ToolCall) -> str:
    """What a tool does, for people; chats of an earlier version hold its name only."""
    return call.title or words_of(call.tool)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def outcome_of(result: ToolResult) -> str:
    """What a call brought back, in words."""
    if result.error is not None:
        return result.error.message
    cached = "(from the record)\n" if result.cached else ""
    return cached + ("\n".join(map(in_words, result.evidence)) or "nothing")
