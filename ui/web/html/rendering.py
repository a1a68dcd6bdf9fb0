"""Events become what the page shows: pure functions, no Gradio, no model, no tool.

`follow` adds an event to a `View`; `messages` turns a view, or an exchange of the past, into messages of
a chat: the question, one collapsible message with all that is done, and the answer. Everything that
comes from outside passes through `safe`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from ....schema import (
    Answer,
    AnswerReady,
    AnswerRevised,
    Box,
    Event,
    Node,
    Picture,
    Step,
    StepFinished,
    StepStarted,
    Token,
    ToolCall,
    ToolFinished,
    ToolResult,
    ToolStarted,
)
from ..conversation import Exchange, Line
from .answers import answer_html, figure, status_words
from .escaping import plain, prose, short

Message = dict[str, Any]
"""A message as Gradio's chat takes it: role, content, metadata."""

DOING: Mapping[Node, str] = {
    "intake": "Reading the question",
    "plan": "Choosing what to look at",
    "act": "Looking",
    "gate": "Weighing what was seen",
    "draft": "Writing",
    "check": "Checking the answer",
    "finish": "Finishing",
}
TOOLS = {
    "detect_objects": "Finding objects",
    "read_text": "Reading text",
    "look_closer": "Looking closer",
    "calculate": "Calculating",
    "search_documents": "Searching the documents",
    "find_similar_images": "Finding similar pictures",
    "open_page": "Opening a page",
}
_UNSHOWN: frozenset[Node] = frozenset({"act", "finish"})
"""Nodes without a line of their own: the tools of `act` have theirs, `finish` is the answer."""
_MOST_TOLD = 2_000
_LONGEST_QUESTION = 600


@dataclass(frozen=True)
class View:
    """What a running question shows so far.

    Attributes:
        lines: what was done, the last of them perhaps still under way.
        open: for tool calls under way, the place of their line.
        text: of the answer so far.
        doing: what goes on just now.
        answer: set by the last event.
    """

    lines: tuple[Line, ...] = ()
    open: Mapping[str, int] = field(default_factory=dict)
    text: str = ""
    doing: str = "Starting"
    answer: Answer | None = None


def follow(view: View, event: Event) -> View:
    """The view after one more event."""
    match event:
        case StepStarted(node=node):
            return _step_started(view, node)
        case StepFinished(step=step):
            return _step_finished(view, step)
        case ToolStarted(call=call):
            line = Line(title=tool_title(call))
            opened = {**view.open, _key(call): len(view.lines)}
            return replace(view, lines=(*view.lines, line), open=opened, doing=line.title)
        case ToolFinished(result=result):
            return _tool_finished(view, result)
        case Token(text=text):
            return replace(view, text=view.text + text)
        case AnswerRevised(text=text):
            return replace(view, text=text)
        case AnswerReady(answer=answer):
            return replace(view, answer=answer, text=answer.text)
        case _:
            assert_never(event)


def _step_started(view: View, node: Node) -> View:
    doing = DOING[node]
    if node in _UNSHOWN:
        return replace(view, doing=doing)
    text = "" if node == "draft" else view.text  # a new draft begins with nothing
    opened = {**view.open, node: len(view.lines)}
    return replace(
        view, lines=(*view.lines, Line(title=doing)), open=opened, doing=doing, text=text
    )


def _step_finished(view: View, step: Step) -> View:
    at = view.open.get(step.node)
    if at is None:
        return view
    return _closed(
        view, step.node, Line(title=DOING[step.node], told=step.did, seconds=step.seconds)
    )


def _tool_finished(view: View, result: ToolResult) -> View:
    line = Line(
        title=tool_title(result.call),
        told=what_came(result),
        seconds=result.seconds,
        failed=result.error is not None,
    )
    key = _key(result.call)
    if key not in view.open:
        return replace(view, lines=(*view.lines, line))
    return _closed(view, key, line)


def _closed(view: View, key: str, line: Line) -> View:
    at = view.open[key]
    lines = (*view.lines[:at], line, *view.lines[at + 1 :])
    return replace(view, lines=lines, open={k: v for k, v in view.open.items() if k != key})


def _key(call: ToolCall) -> str:
    return f"{call.id}:{call.tool}"


def tool_title(call: ToolCall) -> str:
    """What a call does and on what, in a line: "Looking closer: picture 1, bus"."""
    given = [
        f"picture {value}" if name == "picture" else short(_value(value), 60)
        for name, value in call.arguments.items()
        if value not in ("", None, [], ())
    ]
    name = TOOLS.get(call.tool, call.tool)
    return f"{name}: {', '.join(given)}" if given else name


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value))
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def what_came(result: ToolResult) -> str:
    """What a call brought back, in words."""
    if result.error is not None:
        return result.error.message
    cached = "(from the record)\n" if result.cached else ""
    return cached + ("\n".join(e.text for e in result.evidence) or "nothing")


def messages(exchanges: Sequence[Exchange]) -> list[Message]:
    """A conversation of the past."""
    return [m for n, exchange in enumerate(exchanges) for m in past(exchange, n)]


def past(exchange: Exchange, number: int) -> list[Message]:
    """One exchange of the past; `number` counts from 0 and marks its citations and buttons."""
    shown = [ask_message(exchange.question, exchange.pictures, exchange.region, number)]
    if exchange.lines:
        shown.append(_steps_message(exchange.lines, done_title(exchange), number, pending=False))
    return [*shown, _says(answer_html(exchange, number))]


def running(view: View, question: Message, number: int, before: int | None = None) -> list[Message]:
    """A question that is being worked on.

    Args:
        view: what happened so far.
        question: its message, see `ask_message`.
        number: of the exchange, from 0.
        before: how many questions are before it in the queue; None when it has its turn.
    """
    title = view.doing + "…"
    if before is not None:
        title = f"In the queue, {before} before you" if before else "In the queue, you are next"
    shown = [question, _steps_message(view.lines, title, number, pending=True)]
    if view.text.strip():
        shown.append(_says(f'<div class="lt-answer lt-live">{prose(view.text)}</div>'))
    return shown


def ask_message(
    question: str, pictures: Sequence[Picture], region: Box | None, number: int
) -> Message:
    """What the user said, with its pictures and the button that changes it."""
    marks = [(region, "lt-region", "")] if region is not None else []
    figures = "".join(
        figure(p, marks if n == 0 else [], href=f"#lt-see-{number}-p{n}")
        for n, p in enumerate(pictures)
    )
    words = "<br>".join(plain(line) for line in question.splitlines())
    edit = (
        f'<button type="button" class="lt-do lt-edit lt-n{number}" '
        'title="Change this question and ask again">Edit</button>'
    )
    strip = f'<div class="lt-strip">{figures}</div>' if figures else ""
    return {"role": "user", "content": f'<div class="lt-ask">{strip}<p>{words}</p>{edit}</div>'}


def failure(message: str, words: str = "") -> Message:
    """A question that could not be asked, with the reason; `words` are given back to be asked again."""
    back = f' data-words="{plain(words)}"' if words else ""
    return _says(f'<div class="lt-answer lt-refused"{back}><p>{plain(message)}</p></div>')


def waiting(words: str) -> Message:
    """Something that goes on before the question itself."""
    return {
        "role": "assistant",
        "content": "",
        "metadata": {"title": plain(words) + "…", "status": "pending"},
    }


def done_title(exchange: Exchange) -> str:
    """How it went, in a line: "Read text, looked closer · 4.2 s"."""
    used = dict.fromkeys(TOOLS.get(r.call.tool, r.call.tool) for r in exchange.answer.results)
    what = ", ".join(used) if used else "No tool was needed"
    return f"{what} · {exchange.answer.usage.total_seconds:.1f} s"


def _says(html: str) -> Message:
    return {"role": "assistant", "content": html}


def _steps_message(lines: Sequence[Line], title: str, number: int, *, pending: bool) -> Message:
    items = "".join(step_html(line, f"lt-s{number}-{n}") for n, line in enumerate(lines))
    return {
        "role": "assistant",
        "content": f'<div class="lt-steps">{items}</div>',
        "metadata": {"title": plain(title), "status": "pending" if pending else "done"},
    }


def step_html(line: Line, name: str) -> str:
    """A collapsible line; `name` lets the page remember that it was opened."""
    state = "lt-fail" if line.failed else "lt-done" if line.seconds is not None else "lt-busy"
    time = "" if line.seconds is None else f"<i>{line.seconds:.1f} s</i>"
    head = f"<span>{plain(short(line.title))}</span>{time}"
    if not line.told:
        return f'<div class="lt-step {state}"><div class="lt-line">{head}</div></div>'
    told = "<br>".join(plain(x) for x in line.told[:_MOST_TOLD].splitlines())
    more = "<br>…" if len(line.told) > _MOST_TOLD else ""
    return (
        f'<details class="lt-step {state} {name}"><summary>{head}</summary>'
        f'<div class="lt-told">{told}{more}</div></details>'
    )


__all__ = [
    "DOING", "TOOLS", "Message", "View", "ask_message", "done_title", "failure", "follow",
    "messages", "past", "running", "status_words", "step_html", "tool_title", "waiting",
    "what_came",
]  # fmt: skip
