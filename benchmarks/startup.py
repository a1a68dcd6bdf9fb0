"""What it costs to start: each run in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from tempfile import gettempdir

from .measure import Measurement, seconds_of

RUNS = 5
IMPORT_TARGET = 0.2


def measure() -> Iterator[Measurement]:
    """The interpreter alone, two imports (timed inside it), and the shortest command."""
    yield Measurement("python alone, whole process", process("-c", "pass"))
    yield Measurement("import looktwice", importing("import looktwice"), IMPORT_TARGET)
    yield Measurement(
        "from looktwice import Assistant", importing("from looktwice import Assistant")
    )
    yield Measurement("looktwice --help, whole process", process("-m", "looktwice", "--help"))
    yield Measurement("looktwice tools, whole process", process("-m", "looktwice", "tools"))


def process(*words: str) -> tuple[float, ...]:
    """Seconds from start to exit of a Python process, once it has run before."""
    run(*words)
    return tuple(seconds_of(lambda: run(*words)) for _ in range(RUNS))


def importing(statement: str) -> tuple[float, ...]:
    """Seconds one statement takes in a fresh interpreter, without the interpreter's own start."""
    code = f"import time; began = time.perf_counter(); {statement}; "
    code += "print(time.perf_counter() - began)"
    run("-c", code)
    return tuple(float(run("-c", code)) for _ in range(RUNS))


def run(*words: str) -> str:
    # Not in the repository, whose folders would be found as modules of their own.
    return subprocess.run(
        [sys.executable, *words], cwd=gettempdir(), capture_output=True, text=True, check=True
    ).stdout
