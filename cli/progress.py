"""Long runs as people follow them: a progress bar, and Ctrl-C that stops in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..control import Control
from .interrupts import on_interrupt
from .terminal import console

if TYPE_CHECKING:
    from ..agent.batch.runner import Batch, BatchProgress
    from ..retrieval.ingest.progress import IngestProgress

_LAST_SECONDS = 3.0
"""Answers that are nearly there are waited for so long; with a server, many are on their way."""


@contextmanager
def batch_progress(batch: Batch) -> Iterator[Callable[[BatchProgress], None]]:
    """Ctrl-C: what runs may be finished in a moment, else it is given up, at the second one at once.

    What is given up is asked when the run goes on; the results stay whole either way.
    """
    from .show.bars import BatchBar

    def stop() -> None:
        if not batch.begun:  # models are being loaded: there is nothing to finish
            raise KeyboardInterrupt
        batch.stop(within=_LAST_SECONDS)
        bar.announce(
            f"stopping within {_LAST_SECONDS:g} s; what is not done by then is asked next time"
        )

    def abandon() -> None:
        batch.abandon()
        bar.announce("giving up what runs")

    with BatchBar(console(stderr=True)) as bar, on_interrupt(stop, abandon):
        yield bar.update


@contextmanager
def ingest_progress() -> Iterator[tuple[Control, Callable[[IngestProgress], None]]]:
    """The first Ctrl-C asks to stop; the second one ends the process, which an index survives."""
    from .show.bars import IngestBar

    with IngestBar(console(stderr=True)) as bar, cancelling(bar.stopping) as control:
        yield control, bar.update


@contextmanager
def cancelling(announce: Callable[[], None] | None = None) -> Iterator[Control]:
    """A control that the first Ctrl-C cancels."""
    control = Control()

    def cancel() -> None:
        control.cancel()
        if announce is not None:
            announce()

    with on_interrupt(cancel):
        yield control
