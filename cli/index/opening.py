"""Opening an index: for reading, for writing, with or without a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import BadInput, UsageError
from ..settings import load_settings
from ..terminal import console

if TYPE_CHECKING:
    from ...agent.batch.ray_ingest import IngestModels
    from ...retrieval.index import Index
    from ...settings import Settings

MOST_READERS = 8
"""Engines that read scans side by side; each takes some 200 MB."""


def reading(folder: Path, settings: Settings | None = None) -> Index:
    """The index, for looking."""
    from ...retrieval.index import Index

    return Index.open(folder, settings or load_settings())


def writing(
    folder: Path,
    command: str,
    wait: float,
    store: str | None = None,
    rebuild: bool = False,
    models: IngestModels | None = None,
) -> Index:
    """The index, for changing; whoever waits for another writer is told so."""
    from ...retrieval.index import Index
    from ...tools import Experts
    from ...tools.scan_reader import scan_reader_of
    from ..show.text import plain_lines

    settings = load_settings()
    side = min(cores_here(), MOST_READERS)
    return Index.open(
        folder,
        settings,
        write=True,
        purpose=f"looktwice index {command}",
        wait=wait,
        on_wait=lambda words: plain_lines(console(stderr=True), [words]),
        store=store,
        scan_reader=models.eyes
        if models
        else scan_reader_of(Experts.from_settings(settings), side),
        text=models.text if models else None,
        picture=models.picture if models else None,
        rebuild=rebuild,
    )


@contextmanager
def cluster(engine: str, workers: int, address: str | None) -> Iterator[IngestModels | None]:
    """Who reads scans and embeds while adding; None for this process."""
    if engine == "local":
        yield None
        return
    from ...agent.batch.ray_ingest import ray_ingest_models

    with ray_ingest_models(load_settings(), workers, address) as models:
        yield models


def cores_here() -> int:
    """How many this process may use."""
    from ...retrieval.embeddings.runtime import cores

    return cores()


def existing(folder: Path) -> Path:
    """The folder; opening for writing would make an index where a mistyped name has none."""
    if not (folder / "catalog.db").is_file():
        raise UsageError(
            f"{folder}: there is no index here; make one with"
            f" `looktwice index add PATH --index {folder}`"
        )
    return folder


@contextmanager
def as_usage() -> Iterator[None]:
    """A name that nobody knows makes the call itself wrong."""
    try:
        yield
    except BadInput as error:
        raise UsageError(str(error)) from error
