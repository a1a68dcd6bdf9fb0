"""`looktwice index watch`: an index that follows a folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import LooktwiceError, UsageError
from ...extensions.extras import needs
from ..interrupts import on_interrupt
from ..progress import ingest_progress
from ..terminal import console, print_error
from .opening import cores_here, writing
from .options import Folder, Workers

if TYPE_CHECKING:
    from ...retrieval.ingest.progress import IngestSummary

_QUIET_MS = 1_600
"""After the last change of several, so that a file is read when it is whole."""
_WAIT_SECONDS = 600.0


def watch(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="to be followed")],
    index: Folder,
    workers: Workers = None,
) -> None:
    """Add folders to the index, then what appears, changes or vanishes in them, until Ctrl-C."""
    from ..show.documents import show_ingested
    from ..show.text import plain_lines

    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder}: is no folder to follow")
        if index.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                f"{index}: lies in {folder}, so it would follow itself; keep it outside"
            )
    stop = threading.Event()
    with on_interrupt(stop.set):
        for number, _ in enumerate(changes(folders, stop)):
            try:
                summary = read_again(folders, index, workers, first=number == 0)
            except LooktwiceError as error:  # another writer, perhaps; the next change comes
                print_error(str(error))
                continue
            show_ingested(summary, console())
            for path, reason in summary.failed:
                print_error(f"{path}: {reason}")
            plain_lines(console(stderr=True), ["following; Ctrl-C stops"])


def changes(folders: list[Path], stop: threading.Event) -> Iterator[None]:
    """Once at the beginning, then after every change."""
    with needs("index"):
        from watchfiles import watch as follow

    yield
    for _ in follow(*folders, debounce=_QUIET_MS, stop_event=stop, raise_interrupt=False):
        yield


def read_again(folders: list[Path], index: Path, workers: int | None, first: bool) -> IngestSummary:
    """Bring the index up to date."""
    at_once = workers or cores_here()
    with (
        writing(index, "watch", _WAIT_SECONDS) as opened,
        ingest_progress() as (control, on_progress),
    ):
        if first:
            opened.add(folders, workers=at_once, control=control, on_progress=on_progress)
        return opened.update(workers=at_once, control=control, on_progress=on_progress)
