"""What adding takes of the memory: its peak must follow the batch, not the length of a document."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

from ..retrieval.index import Index
from ..settings import Settings
from .measure import Measurement, needs_starter, scratch_settings
from .paper import write_reports

PAGES = (200, 2_000)
TARGET = 2 * 2**30
"""Bytes that the longest may take."""


def measure() -> Iterator[Measurement]:
    """Bytes at the peak, each document added by a process of its own."""
    with scratch_settings() as settings:
        needs_starter(settings)
        for count in PAGES:
            peak = peak_of(count)
            target = TARGET if count == PAGES[-1] else None
            yield Measurement(
                f"adding a PDF of {count:,} pages", (peak,), target, unit="bytes", size=count
            )


def peak_of(count: int) -> float:
    """Bytes that a new process and the one that reads for it held at most, one peak and the other."""
    code = f"from looktwice.benchmarks.memory import tell; tell({count})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=gettempdir(), stdout=subprocess.PIPE, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def tell(count: int) -> None:
    """Add a document of so many pages and print the peak."""
    with scratch_settings() as settings:
        folder = settings.home / "texts"
        write_reports(folder, [count])
        add(settings, folder, count)
    print(json.dumps(peak()))


def add(settings: Settings, folder: Path, count: int) -> None:
    """RuntimeError unless all pages were read."""
    with Index.open(settings.home / "index", settings, write=True) as index:
        done = index.add([folder])
    if done.failed or done.pages != count:
        raise RuntimeError(f"expected {count} pages, got {done.pages}; failed: {done.failed}")


def peak() -> int:
    """The most bytes this process held, and the most that one of its children did."""
    from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

    unit = 1 if sys.platform == "darwin" else 1024
    return unit * sum(getrusage(who).ru_maxrss for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
