"""How fast and how right tables are read out of PDFs: here, and by pdfplumber and camelot where installed.

The files are those of the suite `tables`, whose cells are known; F1 is that of adjacent cells.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from ..evals.metrics.tables import Matched, adjacency
from ..evals.suites.maker import Maker
from ..evals.suites.tables.drawing import as_pdf
from ..evals.suites.tables.subjects import ROWS, filled, subjects
from ..retrieval.tables.read import TableReader
from ..schema import Cell, Table
from .measure import Measurement, scratch_settings

RUNS = 3
TARGET = 0.1
"""Seconds a page."""

Rows = Sequence[Sequence[str | None]]
Finder = Callable[[Path], list[Table]]


def measure() -> Iterator[Measurement]:
    """Seconds a page of each finder over the same files in one run, its F1 beside its name."""
    with scratch_settings() as settings, TableReader(settings.documents) as reader:
        files = written(settings.home / "tables")
        finders: dict[str, Finder] = {"looktwice": lambda path: list(reader.read(path))}
        if find_spec("pdfplumber"):
            finders["pdfplumber"] = by_pdfplumber
        if find_spec("camelot"):
            finders["camelot (lattice)"] = lambda path: by_camelot(path, "lattice")
            finders["camelot (stream)"] = lambda path: by_camelot(path, "stream")
        pages = sum(-(-len(truth) // 40) for _, truth in files)
        for name, find in finders.items():
            find(files[0][0])  # what it loads is no part of a page
            times = []
            for _ in range(RUNS):
                start = time.perf_counter()
                found = [find(path) for path, _ in files]
                times.append((time.perf_counter() - start) / pages)
            right = sum(
                (adjacency(f, [_table(truth)]) for f, (_, truth) in zip(found, files, strict=True)),
                Matched(),
            )
            target = TARGET if name == "looktwice" else None
            yield Measurement(f"a page, {name}, F1 {right.f1:.2f}", tuple(times), target)


def written(folder: Path) -> list[tuple[Path, Rows]]:
    """Ten PDFs, ruled and hardly ruled in turn, each with its rows."""
    make = Maker(folder, random.Random(7), frozenset())
    files: list[tuple[Path, Rows]] = []
    for number, (subject, count) in enumerate(zip(subjects(), ROWS, strict=True)):
        rows = filled(make.rng, subject, count).rows()
        name = f"table-{number:02}.pdf"
        make.file(as_pdf(rows, "A table and its figures", number % 2 == 0), name)
        files.append((folder / name, rows))
    return files


def by_pdfplumber(path: Path) -> list[Table]:
    """Every table that pdfplumber finds with its usual settings."""
    import pdfplumber

    with pdfplumber.open(path) as document:
        return [_table(rows) for page in document.pages for rows in page.extract_tables()]


def by_camelot(path: Path, flavor: str) -> list[Table]:
    """Every table that camelot finds with one of its ways."""
    import camelot  # type: ignore[import-not-found]

    found = camelot.read_pdf(str(path), pages="all", flavor=flavor)
    return [_table(table.df.values.tolist()) for table in found]


def _table(rows: Rows) -> Table:
    cells = (
        Cell(text=text or "", row=r, column=c)
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )
    return Table(cells=tuple(cells))
