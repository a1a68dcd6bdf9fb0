"""Commands that change an index: add, update, remove, verify, rebuild."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ...errors import Cancelled, UsageError
from ..interrupts import HOW_TO_RESUME
from ..options import Json, RayAddress
from ..progress import cancelling, ingest_progress
from ..terminal import console, print_json
from .opening import as_usage, cluster, cores_here, existing, reading, writing
from .options import Folder, Wait, Workers

if TYPE_CHECKING:
    from ...retrieval.ingest.progress import IngestSummary


def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="files and folders")],
    index: Folder,
    workers: Workers = None,
    store: Annotated[
        str | None, typer.Option(metavar="URL", help="keep the vectors on a Chroma server")
    ] = None,
    wait: Wait = 0,
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="who reads scans and embeds: here, or Ray")
    ] = "local",
    address: RayAddress = None,
    as_json: Json = False,
) -> None:
    """Read documents and pictures into the index; what is in it already costs next to nothing."""
    if address is not None and engine != "ray":
        raise UsageError("--address is that of a Ray cluster: add --engine ray")
    with (
        cluster(engine, workers or cores_here(), address) as models,
        writing(index, "add", wait, store=store, models=models) as opened,
        ingest_progress() as (control, on_progress),
    ):
        summary = opened.add(
            paths, workers=workers or cores_here(), control=control, on_progress=on_progress
        )
    finish(summary, as_json)


def update(index: Folder, workers: Workers = None, wait: Wait = 0, as_json: Json = False) -> None:
    """Read again what was added: new, changed and vanished files."""
    with (
        writing(existing(index), "update", wait) as opened,
        ingest_progress() as (control, on_progress),
    ):
        summary = opened.update(
            workers=workers or cores_here(), control=control, on_progress=on_progress
        )
    finish(summary, as_json)


def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="as list shows them")],
    index: Folder,
    wait: Wait = 0,
    as_json: Json = False,
) -> None:
    """Take documents out of the index; their files stay."""
    from ..show.text import plain_lines

    with writing(existing(index), "remove", wait) as opened, as_usage():
        removed = opened.remove(names)
    if as_json:
        print_json({"removed": removed})
    else:
        plain_lines(console(), [f"removed {name}" for name in removed])


def verify(
    index: Folder,
    repair: Annotated[
        bool,
        typer.Option("--repair/--no-repair", "--mend/--no-mend", help="put right what can be"),
    ] = True,
    wait: Wait = 0,
    as_json: Json = False,
) -> None:
    """Check that catalog and vectors agree; exit code 0 if they do in the end."""
    from ..show.documents import show_verified

    folder = existing(index)
    with writing(folder, "verify", wait) if repair else reading(folder) as opened:
        report = opened.verify(repair)
    if as_json:
        names = ("ok", "passages", "vectors", "missing", "extra", "repaired", "mended", "problems")
        print_json({name: getattr(report, name) for name in names})
    else:
        show_verified(report, console())
    raise typer.Exit(0 if report.ok else 1)


def rebuild(index: Folder, wait: Wait = 0, as_json: Json = False) -> None:
    """Make all vectors anew, for other embedders or a newer form; documents are not read again."""
    from ..show.text import plain_lines

    try:
        with (
            writing(existing(index), "rebuild", wait, rebuild=True) as opened,
            cancelling() as control,
        ):
            passages = opened.rebuild(control=control)
    except Cancelled as error:
        raise Cancelled(HOW_TO_RESUME) from error
    if as_json:
        print_json({"passages": passages})
    else:
        plain_lines(console(), [f"embedded {passages:,} passages again"])


def finish(summary: IngestSummary, as_json: bool) -> None:
    """What a run did, what failed and why, and the exit code that says so."""
    from ..show.documents import show_ingested
    from ..show.text import plain_lines

    if as_json:
        print_json(asdict(summary))
    else:
        show_ingested(summary, console())
    failed = [f"looktwice: {path}: {reason}" for path, reason in summary.failed]
    plain_lines(console(stderr=True), failed)
    if summary.interrupted:
        raise Cancelled(HOW_TO_RESUME)
    raise typer.Exit(1 if failed else 0)
