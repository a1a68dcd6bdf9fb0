"""A run while it happens, and its answer; renders values and knows no model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

from ...agent.assurance import Grade, assess
from ...agent.evidence.rendering import in_words
from ...media.clock import with_place
from ...schema import (
    Answer,
    AnswerReady,
    AnswerRevised,
    Box,
    Citation,
    Event,
    Evidence,
    Illustration,
    StepStarted,
    Token,
    ToolFinished,
    ToolProgress,
    ToolResult,
    ToolStarted,
)
from .text import literal, shorten

_DOING = {
    "intake": "reading the question",
    "plan": "choosing tools",
    "act": "looking",
    "gate": "weighing what was seen",
    "draft": "answering",
    "check": "checking the answer",
    "finish": "finishing",
}
_COLOUR: dict[Grade, str] = {
    "checked": "green",
    "probable": "yellow",
    "plain": "none",
    "declined": "none",
    "stopped": "none",
    "failed": "red",
}
_SHOWN_BOXES = 6
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
                case ToolProgress(call=call, text=text):
                    say(f"{call.title} {text} …")
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


def show_answer(
    answer: Answer, console: Console, trace: bool = False, wall: float | None = None
) -> None:
    """The answer, how sure it is, and what it rests on.

    Args:
        answer: to be shown.
        console: where people read.
        trace: with every step.
        wall: seconds from the call to now, loading included.
    """
    console.print()
    console.print(literal(answer.text, "bold"))
    assurance, usage = assess(answer), answer.usage
    detail = f" · {assurance.detail}" if assurance.detail else ""
    whole = f" ({wall:.1f} s in all)" if wall is not None else ""
    cost = (
        f"{detail} · {usage.total_seconds:.1f} s{whole} · {usage.model_calls} "
        f"model call{'' if usage.model_calls == 1 else 's'} · {answer.model}"
    )
    grade = literal(assurance.label, _COLOUR[assurance.grade])
    console.print(grade.append_text(literal(cost)))
    for citation in answer.citations:
        console.print(literal(f"  {citation_line(citation, answer)}"))
    for one in answer.illustrations:
        console.print(literal(f"  figure: {one.caption} ({place_of(one)})"))
    if not answer.citations:
        for item in answer.evidence:
            console.print(literal(f"  {evidence_line(item)}", "dim"))
    if trace:
        show_trace(answer, console)


def place_of(one: Illustration) -> str:
    """Where a figure or a picture is from."""
    if one.source.document:
        return with_place(one.source.document, one.source)
    return one.source.name or one.picture.name


def citation_line(citation: Citation, answer: Answer) -> str:
    """Which evidence carries a statement, in which picture, where."""
    name = next((p.name for p in answer.pictures if p.original == citation.source.picture), "")
    if citation.source.document:
        name = with_place(citation.source.document, citation.source)
    where = f" in {name}" if name else ""
    known = f" · {citation.known}" if citation.known else ""
    by = "by the model itself" if citation.known in (None, "seen") else "found by program"
    said = f"“{shorten(citation.quote)}”" if citation.quote else by
    return f"{citation.evidence}{where}: {said}{places(citation.boxes)}{known}"


def evidence_line(item: Evidence) -> str:
    """One piece of evidence in a line."""
    boxes = item.boxes or tuple(d.box for d in item.detections)
    return f"{item.id}: {shorten(in_words(item))}{places(boxes)}"


def places(boxes: tuple[Box, ...]) -> str:
    """Boxes as numbers of pixels: (x1, y1)-(x2, y2)."""
    shown = ", ".join(
        f"({b.x1:.0f},{b.y1:.0f})-({b.x2:.0f},{b.y2:.0f})" for b in boxes[:_SHOWN_BOXES]
    )
    more = f" and {len(boxes) - _SHOWN_BOXES} more" if len(boxes) > _SHOWN_BOXES else ""
    return f" at {shown}{more}" if boxes else ""


def show_trace(answer: Answer, console: Console) -> None:
    """Every step with its time, and what the model had to read and to look at."""
    for step in answer.steps:
        line = f"  {step.started:6.2f} s  {step.node:<7} {step.seconds:6.2f} s  {step.did}"
        console.print(literal(line, "dim"))
        if step.words:
            console.print(literal(f"{'':>22}{step.words}"))
    usage = answer.usage
    read = f"  read {usage.prefill_tokens} of {usage.prompt_tokens} tokens of prompts"
    passes = usage.vision_passes
    looks = f", looked at {passes} picture{'' if passes == 1 else 's'}" if passes else ""
    console.print(literal(f"{read}{looks}, wrote {usage.completion_tokens}", "dim"))


def show_saved(paths: Iterable[Path], console: Console) -> None:
    """Where annotated pictures were put."""
    for path in paths:
        console.print(literal(f"  saved {path}"))
