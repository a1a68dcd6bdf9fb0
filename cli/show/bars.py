"""Progress bars: of downloads, of documents that are read, of the tasks of a batch."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from .text import count, one_line, shorten

if TYPE_CHECKING:
    from ...agent.batch.runner import BatchProgress
    from ...retrieval.ingest.progress import IngestProgress


class DownloadBars:
    """A progress bar for each weight; its `update` fits `weights.obtain.OnProgress`."""

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


class _CountingBar:
    """One bar that counts what is done; silent outside a terminal.

    Args:
        console: where people read.
        beginning: what is done before anything can be counted.
    """

    def __init__(self, console: Console, beginning: str) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[done]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(beginning, total=None, done="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()


class IngestBar(_CountingBar):
    """How far adding documents has come; its `update` fits `Index.add`."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, "reading")
        self._stopping = False

    def update(self, progress: IngestProgress) -> None:
        """Show a report of the run."""
        words = "stopping" if self._stopping else escape(one_line(shorten(progress.file, 24)))
        files = f"{progress.files_done:,}/{count(progress.files, 'file')}"
        speed = progress.pages / max(progress.seconds, 1e-3)
        self._bar.update(
            self._task,
            description=words,
            completed=progress.files_done,
            total=progress.files,
            done=f"{files} · {count(progress.pages, 'page')} · {speed:.1f} pages/s",
        )

    def stopping(self) -> None:
        """Say that the run ends soon."""
        self._stopping = True
        self._bar.update(self._task, description="stopping")


class BatchBar(_CountingBar):
    """How far a batch has come; its `update` fits `Batch.run`."""

    def __init__(self, console: Console) -> None:
        super().__init__(console, "loading")
        self._console = console
        self._announced = ""

    def update(self, progress: BatchProgress) -> None:
        """Show a report of the run."""
        self._bar.update(
            self._task,
            description=self._announced or "asking",
            completed=progress.done,
            total=progress.total,
            done=progress_words(progress),
        )

    def announce(self, words: str) -> None:
        """Say what the run is about to do, also where there is no bar."""
        self._announced = words
        if self._console.is_terminal:
            self._bar.update(self._task, description=words)
        else:
            # Written at once: the next Ctrl-C may come while this one is still being heard.
            os.write(self._console.file.fileno(), f"looktwice: {words}\n".encode())


def progress_words(progress: BatchProgress) -> str:
    """Tasks, rate and failures."""
    rate = progress.done / max(progress.seconds, 1e-3)
    speed = f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.1f}/min"
    failed = f" · {progress.failed:,} failed" if progress.failed else ""
    before = f" · {progress.before:,} done before" if progress.before else ""
    paged = progress.pages / max(progress.seconds, 1e-3)
    pages = f" · {paged:.2g} pages/s" if progress.pages else ""
    return f"{progress.done:,}/{count(progress.total, 'task')} · {speed}{pages}{failed}{before}"
