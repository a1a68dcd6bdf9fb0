"""`looktwice batch run TASKS -o RESULTS`: many tasks.

Exit codes: 0 done, 1 some tasks failed or were malformed, 2 the call itself was wrong, 130 interrupted.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import Cancelled, UsageError
from .interrupts import HOW_TO_RESUME
from .options import Json, Model, Pack, RayAddress
from .progress import batch_progress
from .settings import load_settings
from .terminal import console, print_json

if TYPE_CHECKING:
    from ..agent.batch.engine import Engine
    from ..agent.batch.runner import Batch, BatchSummary
    from ..settings import Settings
    from ..ui.service.client import Service
    from .show.batches import BatchWords

batch_app = typer.Typer(
    help="Many tasks: a file of questions in, a file of answers out.", no_args_is_help=True
)

Engines = Literal["local", "ray"]
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
    address: RayAddress = None,
    as_json: Json = False,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Ask every task of a file; stopped or killed, the same command goes on where it was."""
    from ..agent.backends.vllm import for_many_users
    from ..agent.batch.runner import Batch, BatchOptions
    from ..agent.batch.shared_model import usual_workers
    from ..agent.batch.tasks import Shard
    from .show.batches import show_malformed

    if address is not None and engine != "ray":
        raise UsageError("--address is that of a Ray cluster: add --engine ray")
    settings = for_many_users(load_settings(pack=pack, model=model))
    at_once = workers or usual_workers(settings)
    options = BatchOptions(
        workers=at_once,
        limit=limit,
        shard=None if shard is None else Shard.parse(shard),
        timeout=timeout,
        retry_failed=retry_failed,
    )
    with Batch(tasks, output, settings, options) as batch:
        show_malformed(batch, console(stderr=True))
        opened = opener(settings, min(at_once, len(batch.todo)), isolate, engine, address)
        summary = ask_all(batch, opened)
    finish(summary, as_json)


def opener(
    settings: Settings,
    workers: int,
    isolate: bool,
    engine: Engines,
    address: str | None,
    warm: Service | None = None,
) -> AbstractContextManager[Engine]:
    """Opens the workers that were asked for, once it is entered; `warm` are there already."""
    from ..agent.batch import engines

    if warm is not None:
        from .warm_engine import WarmEngine

        return closing(WarmEngine(warm))

    if engine == "ray":
        return engines.ray_engine(settings, workers, address)
    if isolate:
        return engines.process_engine(settings, workers)
    return engines.local_engine(settings, workers)


def ask_all(batch: Batch, opened: AbstractContextManager[Engine]) -> BatchSummary:
    """Run with a progress bar; no model is loaded where nothing is left to do."""
    if not batch.todo:
        return batch.summary()
    with batch_progress(batch) as on_progress, opened as engine:
        return batch.run(engine, on_progress)


def finish(
    summary: BatchSummary, as_json: bool, words: BatchWords | None = None, where: str = ""
) -> None:
    """What came of it, see `show_batch`, and the exit code that says so."""
    from .show.batches import ASKED, show_batch, show_failures

    words = words or ASKED
    if as_json:
        print_json({**asdict(summary), "malformed": [m._asdict() for m in summary.malformed]})
    else:
        show_batch(summary, console(), words, where)
    show_failures(summary, console(stderr=True), _LISTED, words)
    if summary.interrupted:
        raise Cancelled(HOW_TO_RESUME)
    raise typer.Exit(1 if summary.failed or summary.malformed else 0)
