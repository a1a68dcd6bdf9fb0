"""How a batch looks in a terminal: its progress, its summary, its failures."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from .console import count, one_line, plain_lines, shorten

if TYPE_CHECKING:
    from ..agent.batch.runner import Progress as Done
    from ..agent.batch.runner import Summary

_MESSAGE = 200


class BatchBar:
    """How far a batch has come; its `update` fits `Batch.run`. A line a report outside a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[done]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("loading", total=None, done="")
        self._said = ""

    def __enter__(self) -> BatchBar:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def update(self, done: Done) -> None:
        """Show a report of the run."""
        self._bar.update(
            self._task,
            description=self._said or "asking",
            completed=done.done,
            total=done.total,
            done=progress_words(done),
        )

    def say(self, words: str) -> None:
        """Say what the run is about to do, also where there is no bar."""
        self._said = words
        if self._console.is_terminal:
            self._bar.update(self._task, description=words)
        else:
            # Written at once: the next Ctrl-C may come while this one is still being heard.
            os.write(self._console.file.fileno(), f"looktwice: {words}\n".encode())


def progress_words(done: Done) -> str:
    """Tasks, rate and failures."""
    rate = done.done / max(done.seconds, 1e-3)
    speed = f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.1f}/min"
    failed = f" · {done.failed:,} failed" if done.failed else ""
    before = f" · {done.before:,} done before" if done.before else ""
    return f"{done.done:,}/{count(done.total, 'task')} · {speed}{failed}{before}"


def show_batch(summary: Summary, console: Console) -> None:
    """What a run did, in a few lines."""
    kinds = ", ".join(f"{number:,} {status}" for status, number in sorted(summary.statuses.items()))
    rate = f" in {summary.seconds:.1f} s" if summary.done else ""
    lines = [f"{count(summary.done, 'task')} asked{rate}" + (f": {kinds}" if kinds else "")]
    if summary.before:
        lines.append(f"{count(summary.before, 'task')} done before")
    if summary.left:
        lines.append(f"{count(summary.left, 'task')} left; run the same command again to go on")
    plain_lines(console, [*lines, f"results in {summary.results}"])


def show_failures(summary: Summary, console: Console, most: int) -> None:
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
