"""The figures of a contest as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from ...evals.baselines.contest import OURS, BaselineFigures
from .text import literal

_OUTCOMES = ("wrong", "declined", "failed")
_REASONS = 3


def show_figures(found: Sequence[BaselineFigures], path: Path, console: Console) -> None:
    """One row each; time beside ours; where it is kept."""
    table = Table("", "right", *_OUTCOMES, "calls", "tokens", "seconds", "x ours", box=None)
    ours = next((one for one in found if one.name == OURS), None)
    for one in found:
        wrong = one.outcomes["wrong"] + one.outcomes["obeyed"]
        table.add_row(
            one.name,
            f"{one.outcomes['right']} of {one.questions}",
            *(str(n or "") for n in (wrong, one.outcomes["declined"], one.outcomes["failed"])),
            f"{one.model_calls:.1f}",
            f"{one.prompt_tokens + one.completion_tokens:,.0f}",
            f"{one.seconds:.1f}",
            f"{one.seconds / ours.seconds:.1f}" if ours is not None and ours.seconds else "",
        )
    console.print(table)
    console.print(literal(", ".join(f"{one.name} {one.version}" for one in found), "dim"))
    console.print(
        literal(
            "calls and tokens: mean of one question; seconds: all questions; x ours: in seconds",
            "dim",
        )
    )
    for one in found:
        if one.ahead is not None:
            console.print(literal(_ahead(one), "dim"))
        for reason, count in list(one.failures.items())[:_REASONS]:
            console.print(literal(f"{one.name} gave no answer, {count} times: {reason}", "dim"))
    console.print(literal(f"figures: {path}"))


def _ahead(one: BaselineFigures) -> str:
    assert one.ahead is not None
    mean, low, high = (f"{100 * value:+.1f}" for value in one.ahead)
    sure = "" if one.ahead.certain else "; may be chance"
    return f"{OURS} against {one.name}: {mean} points (95 %: {low} to {high}{sure})"


def as_data(found: Sequence[BaselineFigures], suites: Sequence[str], model: str) -> dict[str, Any]:
    """The same for programs."""
    rows = [
        {
            **asdict(one),
            "score": one.score._asdict(),
            "ahead": None if one.ahead is None else one.ahead._asdict(),
        }
        for one in found
    ]
    return {
        "suites": list(suites),
        "model": model,
        "peers": rows,
    }  # the field's name in version 0.1
