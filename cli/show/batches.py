"""What a batch did: its summary, its failures, the lines that were no tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from .text import count, one_line, plain_lines, shorten

if TYPE_CHECKING:
    from ...agent.batch.runner import Batch, BatchSummary

_MESSAGE = 200


def show_batch(summary: BatchSummary, console: Console) -> None:
    """What a run did, in a few lines."""
    kinds = ", ".join(f"{number:,} {status}" for status, number in sorted(summary.statuses.items()))
    rate = f" in {summary.seconds:.1f} s" if summary.done else ""
    lines = [f"{count(summary.done, 'task')} asked{rate}" + (f": {kinds}" if kinds else "")]
    if summary.before:
        lines.append(f"{count(summary.before, 'task')} done before")
    if summary.left:
        lines.append(f"{count(summary.left, 'task')} left; run the same command again to go on")
    plain_lines(console, [*lines, f"results in {summary.results}"])


def show_failures(summary: BatchSummary, console: Console, most: int) -> None:
    """The failed tasks with their lines and reasons."""
    shown = [
        f"looktwice: task {f.id} (line {f.line}) failed, {f.kind}: "
        f"{shorten(one_line(f.message), _MESSAGE)}"
        for f in summary.failed[:most]
    ]
    if len(summary.failed) > most:
        shown.append(f"looktwice: {len(summary.failed) - most:,} more failed, see the results")
    if summary.failed:
        shown.append("looktwice: --retry-failed asks failed tasks again")
    plain_lines(console, shown)


def show_malformed(batch: Batch, console: Console) -> None:
    """Name every line of the tasks' file that is no task."""
    lines = [f"looktwice: line {line}: {reason}; left out" for line, reason in batch.malformed]
    plain_lines(console, lines)
