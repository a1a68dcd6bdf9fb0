"""How events, answers and tables look in a terminal; it renders values and knows no model.

What models, pictures and files say is shown through `literal`, never as markup: rich would read
"[red]" and ":100:" as orders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.spinner import Spinner
from rich.table import Column, Table
from rich.text import Text

from .schema import (
    Answer,
    AnswerReady,
    AnswerRevised,
    Box,
    Citation,
    Event,
    Evidence,
    StepStarted,
    Token,
    ToolFinished,
    ToolResult,
    ToolStarted,
)

if TYPE_CHECKING:
    from .doctor import Finding
    from .tools.base import Tool
    from .weights import WeightState

_DOING = {
    "intake": "reading the question",
    "plan": "choosing tools",
    "act": "looking",
    "sift": "weighing what was seen",
    "draft": "answering",
    "verify": "checking the answer",
    "finish": "finishing",
}
_COLOUR = {"answered": "green", "partial": "yellow", "declined": "yellow", "failed": "red"}
_SHOWN_BOXES = 6
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Everything that could move a terminal's cursor or change its colours; lines and tabs stay."""

Say = Callable[[str], None]


def follow(events: Iterable[Event], console: Console) -> Answer:
    """Show a run while it happens; gives its answer.

    In a terminal a spinner says what is being done; each tool leaves a line when it is done.
    """
    answer: Answer | None = None
    with status_line(console) as say:
        for event in events:
            match event:
                case StepStarted(node=node):
                    say(_DOING[node])
                case ToolStarted(call=call):
                    say(f"{call.tool} …")
                case ToolFinished(result=result):
                    console.print(literal(tool_line(result), "dim"))
                case Token() | AnswerRevised():
                    say("answering")
                case AnswerReady(answer=ready):
                    answer = ready
                case _:
                    pass
    assert answer is not None, "a stream ends with its answer"
    return answer


@contextmanager
def status_line(console: Console) -> Iterator[Say]:
    """A spinner with changing words in a terminal; silent elsewhere."""
    if not console.is_terminal:
        yield lambda words: None
        return
    spinner = Spinner("dots", text="")
    with Live(spinner, console=console, transient=True, refresh_per_second=12):
        yield lambda words: spinner.update(text=literal(words))


def tool_line(result: ToolResult) -> str:
    """One finished tool call in a line."""
    given = ", ".join(
        f"{k}={v}" for k, v in result.call.arguments.items() if v not in ("", [], None)
    )
    head = f"{result.call.tool}({given}) {result.seconds:.1f} s"
    if result.error:
        return f"✗ {head}: {result.error.message}"
    return f"✓ {head}{' (from the record)' if result.cached else ''}"


def show_answer(answer: Answer, console: Console, trace: bool = False) -> None:
    """The answer, how sure it is, and what it rests on."""
    console.print()
    console.print(literal(answer.text, "bold"))
    usage = answer.usage
    cost = (
        f" · confidence {answer.confidence:.2f} · {usage.total_seconds:.1f} s · {usage.model_calls} "
        f"model call{'' if usage.model_calls == 1 else 's'} · {answer.model}"
    )
    console.print(literal(answer.status, _COLOUR[answer.status]).append_text(literal(cost)))
    for citation in answer.citations:
        console.print(literal(f"  {citation_line(citation, answer)}"))
    if not answer.citations:
        for item in answer.evidence:
            console.print(literal(f"  {evidence_line(item)}", "dim"))
    if trace:
        show_trace(answer, console)


def literal(text: str, style: str = "") -> Text:
    """Text from outside exactly as it is, less what would give orders to the terminal."""
    return Text(_CONTROL.sub("�", text), style)


def citation_line(citation: Citation, answer: Answer) -> str:
    """Which evidence carries a statement, in which picture, where."""
    name = next((p.name for p in answer.pictures if p.original == citation.source.picture), "")
    where = f" in {name}" if name else ""
    return f"{citation.evidence}{where}: “{shorten(citation.quote)}”{places(citation.boxes)}"


def evidence_line(item: Evidence) -> str:
    """One piece of evidence in a line."""
    boxes = item.boxes or tuple(d.box for d in item.detections)
    return f"{item.id}: {shorten(item.text)}{places(boxes)}"


def shorten(text: str, length: int = 90) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def places(boxes: tuple[Box, ...]) -> str:
    """Boxes as numbers of pixels: (x1, y1)-(x2, y2)."""
    shown = ", ".join(
        f"({b.x1:.0f},{b.y1:.0f})-({b.x2:.0f},{b.y2:.0f})" for b in boxes[:_SHOWN_BOXES]
    )
    more = f" and {len(boxes) - _SHOWN_BOXES} more" if len(boxes) > _SHOWN_BOXES else ""
    return f" at {shown}{more}" if boxes else ""


def show_trace(answer: Answer, console: Console) -> None:
    """Every step with its time."""
    for step in answer.steps:
        line = f"  {step.started:6.2f} s  {step.node:<7} {step.seconds:6.2f} s  {step.did}"
        console.print(literal(line, "dim"))


def show_saved(paths: Iterable[Path], console: Console) -> None:
    """Where annotated pictures were put."""
    for path in paths:
        console.print(literal(f"  saved {path}"))


class DownloadBars:
    """A progress bar for each weight; its `update` fits `weights.Progress`."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> DownloadBars:
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()

    def update(self, name: str, done: int, total: int) -> None:
        """Show that `done` of `total` bytes of a weight are here."""
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=total)
        self._bars.update(self._tasks[name], completed=done, total=total)


def show_tools(tools: Iterable[Tool], console: Console, as_json: bool = False) -> None:
    """Each tool with its arguments and what it is for."""
    if as_json:
        print(json.dumps([describe(t) for t in tools], ensure_ascii=False))
        return
    name = Column("tool", no_wrap=True)  # names are copied, so they are never cut
    table = Table(name, "arguments", "what it is for", box=None, pad_edge=False)
    for tool in tools:
        arguments = ", ".join(tool.parameters["properties"])
        table.add_row(literal(tool.name), literal(arguments), literal(tool.description))
    console.print(table)


def describe(tool: Tool) -> dict[str, object]:
    """A tool as JSON."""
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "needs_picture": tool.needs_picture,
    }


def show_findings(findings: Iterable[Finding], console: Console, as_json: bool = False) -> None:
    """What the doctor found, each problem with the command that mends it."""
    if as_json:
        print(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for f in findings:
        mark = "[green]ok[/green]" if f.ok else "[red]mend[/red]"
        found = literal(f.found)
        if f.mend:
            found.append_text(literal(f"\n{f.mend}", "bold"))
        table.add_row(mark, literal(f.name), found)
    console.print(table)


def show_weights(states: Iterable[WeightState], console: Console, as_json: bool = False) -> None:
    """Every weight: pack, size, licence, state."""
    if as_json:
        print(json.dumps([asdict(s) for s in states], ensure_ascii=False, default=str))
        return
    short = [Column(name, no_wrap=True) for name in ("weight", "state", "size")]
    table = Table(*short, "pack", "licence", "what it does", box=None, pad_edge=False)
    colour = {"verified": "green", "present": "yellow", "missing": "dim", "damaged": "red"}
    for s in states:
        size = "" if s.size is None else f"{s.size / 1e6:,.0f} MB"
        state = literal(s.status, colour[s.status]).append_text(literal(f" {s.detail}"))
        words = (size, ", ".join(s.packs), s.licence, s.purpose)
        table.add_row(literal(s.name), state, *map(literal, words))
    console.print(table)
