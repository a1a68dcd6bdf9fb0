"""The command line of batches: `looktwice batch run TASKS -o RESULTS`.

Exit codes: 0 done, 1 some tasks failed or were malformed, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..errors import Cancelled, UsageError

if TYPE_CHECKING:
    from ..agent.batch.engine import Engine
    from ..agent.batch.runner import Batch, Summary
    from ..settings import Settings

batch_app = typer.Typer(
    help="Many tasks: a file of questions in, a file of answers out.", no_args_is_help=True
)

Engines = Literal["local", "ray"]
GO_ON = "stopped; run the same command again to go on"
_LISTED = 10


@batch_app.callback()
def batch() -> None:
    """Many tasks: a file of questions in, a file of answers out."""


@batch_app.command()
def run(
    tasks: Annotated[
        Path,
        typer.Argument(help="one task a line: id, question, images, documents, index, session"),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="RESULTS", help=".jsonl, or .csv for people")
    ],
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=1024, help="tasks asked at once; 1, or 16 where a server answers"),
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="ask failed tasks again")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="ask at most so many tasks now")] = None,
    shard: Annotated[
        str | None, typer.Option(metavar="I/N", help="only the I-th of N parts of the tasks")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(min=0.1, metavar="SECONDS", help="one task may take")
    ] = None,
    isolate: Annotated[
        bool,
        typer.Option("--isolate", help="workers in processes: a crash or a hang costs one task"),
    ] = False,
    engine: Annotated[Engines, typer.Option(help="where workers run: here, or on Ray")] = "local",
    address: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="of a Ray cluster; else one is started")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the summary as JSON")] = False,
    pack: Annotated[str | None, typer.Option(help="auto, starter, gpu or server")] = None,
    model: Annotated[
        str | None, typer.Option(help="chat model: a path, a hub name, or a server's address")
    ] = None,
) -> None:
    """Ask every task of a file; stopped or killed, the same command goes on where it was."""
    from ..agent.batch.runner import Batch, Options
    from ..agent.batch.shared_model import usual_workers
    from ..agent.batch.tasks import Shard
    from .app import load_settings

    if address is not None and engine != "ray":
        raise UsageError("--address is that of a Ray cluster: add --engine ray")
    settings = load_settings(pack=pack, model=model)
    at_once = workers or usual_workers(settings)
    options = Options(
        workers=at_once,
        limit=limit,
        shard=None if shard is None else Shard.parse(shard),
        timeout=timeout,
        retry_failed=retry_failed,
    )
    with Batch(tasks, output, settings, options) as batch:
        complain_of(batch)
        opened = opener(settings, min(at_once, len(batch.todo)), isolate, engine, address)
        summary = ask_all(batch, opened)
    finish(summary, as_json)


def opener(
    settings: Settings, workers: int, isolate: bool, engine: Engines, address: str | None
) -> AbstractContextManager[Engine]:
    """Opens the workers that were asked for, once it is entered."""
    from ..agent.batch import engines

    if engine == "ray":
        return engines.ray_engine(settings, workers, address)
    if isolate:
        return engines.process_engine(settings, workers)
    return engines.local_engine(settings, workers)


def ask_all(batch: Batch, opened: AbstractContextManager[Engine]) -> Summary:
    """Run with a progress bar; no model is loaded where nothing is left to do."""
    if not batch.todo:
        return batch.summary()
    with following(batch) as tell, opened as engine:
        return batch.run(engine, tell)


@contextmanager
def following(batch: Batch) -> Iterator[Any]:
    """The progress bar, and Ctrl-C: once to finish what runs, twice to give it up."""
    from .batch_progress import BatchBar

    with BatchBar(out(stderr=True)) as bar, interrupts(batch, bar):
        yield bar.update


@contextmanager
def interrupts(batch: Batch, bar: Any) -> Iterator[None]:
    """The first Ctrl-C stops, the second one abandons; the results stay whole either way."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    pressed: list[int] = []

    def on_interrupt(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        if len(pressed) == 1:
            batch.stop()
            bar.say("finishing what runs; Ctrl-C again gives it up")
        else:
            batch.abandon()
            bar.say("giving up what runs")

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def complain_of(batch: Batch) -> None:
    """Name every line that is no task."""
    from .console import plain_lines

    lines = [f"looktwice: line {line}: {reason}; left out" for line, reason in batch.malformed]
    plain_lines(out(stderr=True), lines)


def finish(summary: Summary, as_json: bool) -> None:
    """What came of it, and the exit code that says so."""
    from .batch_progress import show_batch, show_failures

    if as_json:
        values = asdict(summary)
        values["malformed"] = [m._asdict() for m in summary.malformed]
        print(json.dumps(values, ensure_ascii=False))
    else:
        show_batch(summary, out())
    show_failures(summary, out(stderr=True), _LISTED)
    if summary.interrupted:
        raise Cancelled(GO_ON)
    raise typer.Exit(1 if summary.failed or summary.malformed else 0)


def out(stderr: bool = False) -> Any:
    from .app import console

    return console(stderr)
