"""What a batch did: its summary, its failures, the lines that were no tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from .text import count, one_line, plain_lines, shorten

if TYPE_CHECKING:
    from ...agent.batch.runner import Batch, BatchSummary

_MESSAGE = 200


class BatchWords(NamedTuple):
    """What people call what a batch does.

    Attributes:
        unit: one of what is done: "task".
        done: what is done with it: "asked".
        again: the same of several: "asks".
        statuses: what a status of an answer is called; others are their own names.
    """

    unit: str
    done: str
    again: str
    statuses: Mapping[str, str] = {}


ASKED = BatchWords("task", "asked", "asks")
READ = BatchWords(
    "document",
    "read",
    "reads",
    {
        "answered": "with nothing unsure",
        "partial": "with something unsure",
        "declined": "with nothing found",
    },
)


def show_batch(
    summary: BatchSummary, console: Console, words: BatchWords = ASKED, where: str = ""
) -> None:
    """What a run did, in a few lines.

    Args:
        summary: of the run.
        console: where to.
        words: for tasks, or for documents.
        where: where what came of it is; by default that the results are in their file.
    """
    kinds = ", ".join(
        f"{number:,} {words.statuses.get(status, status)}"
        for status, number in sorted(summary.statuses.items())
    )
    rate = f" in {summary.seconds:.1f} s" if summary.done else ""
    done = f"{count(summary.done, words.unit)} {words.done}{rate}"
    lines = [done + (f": {kinds}" if kinds else "")]
    if summary.before:
        lines.append(f"{count(summary.before, words.unit)} done before")
    if summary.left:
        lines.append(f"{count(summary.left, words.unit)} left; run the same command again to go on")
    plain_lines(console, [*lines, where or f"results in {summary.results}"])


def show_failures(
    summary: BatchSummary, console: Console, most: int, words: BatchWords = ASKED
) -> None:
    """What failed, with its line and reason."""
    unit, again = words.unit, words.again
    shown = [
        f"looktwice: {unit} {f.id}{f' (line {f.line})' if words is ASKED else ''} failed, {f.kind}: "
        f"{shorten(one_line(f.message), _MESSAGE)}"
        for f in summary.failed[:most]
    ]
    if len(summary.failed) > most:
        shown.append(f"looktwice: {len(summary.failed) - most:,} more failed, see the results")
    if summary.failed:
        shown.append(f"looktwice: --retry-failed {again} failed {unit}s again")
    plain_lines(console, shown)


def show_malformed(batch: Batch, console: Console) -> None:
    """Name every line of the tasks' file that is no task."""
    lines = [f"looktwice: line {line}: {reason}; left out" for line, reason in batch.malformed]
    plain_lines(console, lines)
