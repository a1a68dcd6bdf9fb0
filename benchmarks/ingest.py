"""How fast an index takes in documents on the starter pack: text, scans, and what it has already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ..retrieval.embeddings.runtime import cores
from ..retrieval.index import Index
from ..retrieval.ingest.progress import IngestSummary
from ..settings import Settings
from ..tools.registry import Experts
from ..tools.scan_reader import scan_reader_of
from .measure import Measurement, needs_starter, scratch_settings, seconds_of
from .paper import write_reports, write_scan

RUNS = 3
TEXT, SCANS = (80, 60, 20), 8
"""Pages of the documents."""
TEXT_TARGET, AGAIN_TARGET = 1 / 12, 1 / 200
SCAN_TARGET = 1 / 0.8
"""Seconds a page; a scan's on one core."""


def measure() -> Iterator[Measurement]:
    """Seconds a page; weights are loaded before, and each run fills a new index."""
    with scratch_settings() as settings:
        needs_starter(settings)
        texts, scans = settings.home / "texts", settings.home / "scans"
        write_reports(texts, TEXT)
        scans.mkdir()
        write_scan(scans / "scan.pdf", SCANS, settings)
        experts = Experts.from_settings(settings)
        with open_index(settings, settings.home / "kept", experts) as index:
            seconds_each(index, texts, sum(TEXT))
            again = tuple(
                seconds_of(lambda: unchanged(index, texts)) / sum(TEXT) for _ in range(RUNS)
            )
        for what, folder, count, target in (
            ("a page of text", texts, sum(TEXT), TEXT_TARGET),
            ("a scanned page", scans, SCANS, SCAN_TARGET / cores()),
        ):
            yield Measurement(what, fresh(settings, experts, folder, count), target)
        yield Measurement("a page that is in it already", again, AGAIN_TARGET)


def fresh(settings: Settings, experts: Experts, folder: Path, count: int) -> tuple[float, ...]:
    """Seconds a page, each run into an index of its own; the first, which loads, left out."""
    times = []
    for _ in range(RUNS + 1):
        with (
            TemporaryDirectory(dir=settings.home) as place,
            open_index(settings, Path(place), experts) as index,
        ):
            times.append(seconds_each(index, folder, count))
    return tuple(times[1:])


@contextmanager
def open_index(settings: Settings, place: Path, experts: Experts) -> Iterator[Index]:
    """A new index that reads scans."""
    with Index.open(
        place, settings, write=True, scan_reader=scan_reader_of(experts, cores())
    ) as index:
        index.search("weights are loaded now", rerank=False)
        yield index


def seconds_each(index: Index, folder: Path, count: int) -> float:
    """A whole `add`, by page."""
    return seconds_of(lambda: check(lambda: index.add([folder], workers=cores()), count)) / count


def unchanged(index: Index, folder: Path) -> None:
    """Add what is there; RuntimeError if anything was read."""
    check(lambda: index.add([folder]), 0)


def check(add: Callable[[], IngestSummary], count: int) -> None:
    """RuntimeError where something else was measured than it says."""
    done = add()
    if done.failed or done.pages != count:
        raise RuntimeError(f"expected {count} pages, got {done.pages}; failed: {done.failed}")
