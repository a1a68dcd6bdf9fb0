"""Runs benchmarks, shows a table and keeps the numbers."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib import metadata
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Column, Table

from ..errors import LooktwiceError
from . import (
    batch,
    controller,
    extract,
    finding,
    ingest,
    memory,
    page,
    search,
    soak,
    starter,
    startup,
    tables,
    tools,
)
from .gpu.run import run_gpu
from .measure import Measurement
from .plot import draw, grows

BENCHMARKS: dict[str, Callable[[], Iterator[Measurement]]] = {
    "startup": startup.measure,
    "controller": controller.measure,
    "batch": batch.measure,
    "page": page.measure,
    "tools": tools.measure,
    "starter": starter.measure,
    "ingest": ingest.measure,
    "search": search.measure,
    "extract": extract.measure,
    "finding": finding.measure,
    "tables": tables.measure,
    "memory": memory.measure,
    "soak": soak.measure,
    "soak_starter": soak.measure_starter,
}
ON_REQUEST = {"soak", "soak_starter"}
"""What takes so long that it runs only where it is named."""
HEADER = ("what", "median", "10 %", "90 %", "runs", "target")
_PACKAGES = ("langgraph", "pydantic", "torch", "onnxruntime", "ultralytics", "xllamacpp")

Results = dict[str, list[Measurement]]


def main() -> NoReturn:
    """Run the benchmarks named (by default all but the soaks); exit code 1 when one could not run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = ", ".join((*BENCHMARKS, "gpu (alone)"))
    parser.add_argument("names", nargs="*", metavar="NAME", help=names)
    parser.add_argument("--out", type=Path, default=Path("runs/bench"), help="folder for results")
    parser.add_argument("--tiny", action="store_true", help="of gpu: rehearse with tiny models")
    given = parser.parse_args()
    if given.names == ["gpu"]:
        sys.exit(on_gpu(given.out, given.tiny))
    if unknown := sorted(set(given.names) - set(BENCHMARKS)):
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    console = Console()
    results, failed = run(given.names or [n for n in BENCHMARKS if n not in ON_REQUEST], console)
    if results:
        for path in save(results, given.out):
            console.print(f"saved {path}", markup=False, highlight=False)
    sys.exit(1 if failed else 0)


def on_gpu(out: Path, tiny: bool) -> int:
    """The run for a GPU; 1 where it is not possible here."""
    console = Console()
    try:
        files = run_gpu(out, console, tiny=tiny, machine=machine())
    except RuntimeError as error:
        console.print(str(error), markup=False)
        return 1
    for path in files:
        console.print(f"saved {path}", markup=False, highlight=False)
    return 0


def run(names: Iterable[str], console: Console) -> tuple[Results, bool]:
    """What each benchmark measured, and whether one could not run."""
    results: Results = {}
    failed = False
    for name in dict.fromkeys(names):
        try:
            with console.status(f"measuring {name} ..."):
                results[name] = list(BENCHMARKS[name]())
        except (LooktwiceError, RuntimeError, CalledProcessError) as error:
            console.print(f"{name} left out: {error}", markup=False)
            failed = True
        else:
            console.print(table(name, results[name]))
    return results, failed


def table(name: str, measured: Iterable[Measurement]) -> Table:
    """One benchmark for people."""
    right = [Column(word, justify="right", no_wrap=True) for word in HEADER[1:]]
    made = Table(Column(HEADER[0]), *right, title=name, title_justify="left", box=None)
    colour = {None: "", True: "green", False: "red"}
    for one in measured:
        made.add_row(*cells(one), style=colour[one.met])
    return made


def cells(one: Measurement) -> tuple[str, ...]:
    """A measurement as the words of a row."""
    tell = {"s": duration, "bytes": mebibytes, "count": whole_number}[one.unit]
    target = "" if one.target is None else f"{tell(one.target)} {'met' if one.met else 'MISSED'}"
    return (one.what, *map(tell, (one.median, *one.spread)), str(len(one.seconds)), target)


def mebibytes(count: float) -> str:
    """Whole ones."""
    return f"{count / 2**20:,.0f} MiB"


def whole_number(count: float) -> str:
    """Things."""
    return f"{count:,.0f}"


def duration(seconds: float) -> str:
    """Three digits in a unit that suits."""
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.3g} ms" if seconds < 0.9995 else f"{seconds:.3g} s"


def save(results: Results, folder: Path) -> list[Path]:
    """The numbers as JSON and as a Markdown table, and how they grow as plots, named after the time."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now().astimezone()
    stem = folder / now.strftime("%Y-%m-%d-%H%M%S")
    whole = {
        "date": now.isoformat(timespec="seconds"),
        "machine": machine(),
        "results": {name: [m.as_json() for m in found] for name, found in results.items()},
    }
    files = {
        ".json": json.dumps(whole, indent=2, ensure_ascii=False),
        ".md": markdown(whole, results),
    }
    for suffix, text in files.items():
        stem.with_suffix(suffix).write_text(text + "\n", encoding="utf-8")
    plots = [(name, grown) for name, found in results.items() if (grown := grows(found))]
    for name, grown in plots:
        draw(name, grown, stem.with_name(f"{stem.name}-{name}.png"))
    drawn = [stem.with_name(f"{stem.name}-{name}.png") for name, _ in plots]
    return [*(stem.with_suffix(suffix) for suffix in files), *drawn]


def markdown(whole: dict[str, Any], results: Results) -> str:
    """The same table for a page."""
    parts = [f"# Benchmarks, {whole['date']}", ", ".join(f"{k} {v}" for k, v in machine().items())]
    for name, found in results.items():
        rows = [HEADER, ("---", *["---:"] * (len(HEADER) - 1)), *map(cells, found)]
        lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
        parts += [f"## {name}", "\n".join(lines)]
    return "\n\n".join(parts)


def machine() -> dict[str, str]:
    """What the numbers depend on."""
    known: dict[str, str] = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": str(os.cpu_count()),
    }
    for name in ("looktwice", *_PACKAGES):
        try:
            known[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            known[name] = "missing"
    return known
