"""What adding takes of the memory: its peak must follow the batch, not the length of a document."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import gettempdir

from PIL import Image

from ..media.video import encoded
from ..retrieval.embeddings.runtime import cores
from ..retrieval.index import Index
from ..settings import Settings
from ..tools.registry import Experts
from ..tools.scan_reader import scan_reader_of
from .finding import written
from .measure import Measurement, needs_starter, scratch_settings
from .paper import write_reports, write_scan

SIZES = {"text": (200, 2_000), "scans": (8, 40), "clip": (10, 7_200)}
"""Pages of the documents and seconds of the clips; memory has its most after a few pages of scans."""
TARGETS = {"text": 2 * 2**30, "scans": 2 * 2**30, "clip": 3 * 2**29}
"""Bytes that the longest of each may take."""
_SHOT = 60
"""Seconds for which a clip shows the same."""


def measure() -> Iterator[Measurement]:
    """Bytes at the peak, each document added by a process of its own."""
    with scratch_settings() as settings:
        needs_starter(settings)
        for kind, counts in SIZES.items():
            for count in counts:
                folder = settings.home / f"{kind}{count}"
                write(folder, kind, count, settings)
                peak = peak_of(folder, 0 if kind == "clip" else count)
                target = TARGETS[kind] if count == counts[-1] else None
                what = f"a PDF of {count:,} pages of {kind}"
                name = f"adding {what if kind != 'clip' else f'a clip of {count:,} seconds'}"
                size = None if kind == "clip" else count
                yield Measurement(name, (peak,), target, unit="bytes", size=size)


def write(folder: Path, kind: str, count: int, settings: Settings) -> None:
    """A PDF of so many pages, of text or of scans, or a clip of so many seconds."""
    if kind == "clip":
        folder.mkdir(parents=True)
        (folder / "clip.mp4").write_bytes(encoded(slides(count), rate=1))
    elif kind == "text":
        write_reports(folder, [count])
    else:
        folder.mkdir(parents=True)
        write_scan(folder / "scan.pdf", count, settings)


def slides(seconds: int) -> Iterator[Image.Image]:
    """The frames of a clip, one a second: a page of words after the other."""
    for number in range(0, seconds, _SHOT):
        slide, _ = written(Random(number))
        image = slide.resize((1280, 720))
        yield from [image] * min(_SHOT, seconds - number)


def peak_of(folder: Path, count: int) -> float:
    """Bytes that a new process and the one that reads for it held at most, one peak and the other."""
    code = f"from looktwice.benchmarks.memory import tell; tell({str(folder)!r}, {count})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=gettempdir(), stdout=subprocess.PIPE, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def tell(folder: str, count: int) -> None:
    """Add what is in a folder, so many pages, and print the peak."""
    with scratch_settings() as settings:
        add(settings, Path(folder), count)
    print(json.dumps(peak()))


def add(settings: Settings, folder: Path, count: int) -> None:
    """RuntimeError unless so many pages were read; 0 for as many as there may be."""
    scan_reader = scan_reader_of(Experts.from_settings(settings), cores())
    with Index.open(
        settings.home / "index", settings, write=True, scan_reader=scan_reader
    ) as index:
        done = index.add([folder], workers=cores())
    if done.failed or not done.pages or (count and done.pages != count):
        raise RuntimeError(
            f"expected {count or 'some'} pages, got {done.pages}; failed: {done.failed}"
        )


def peak() -> int:
    """The most bytes this process held, and the most that one of its children did."""
    from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

    unit = 1 if sys.platform == "darwin" else 1024
    return unit * sum(getrusage(who).ru_maxrss for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
