"""What the experts cost on the demo's pictures: the first call of a process, and later ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from ..control import Control
from ..media.store import Store
from ..samples import street_photo
from ..schema import ToolCall
from ..settings import Settings
from ..tools import Context, run_tool
from ..tools.registry import default_tools
from .measure import Measurement, needs_starter, scratch_settings, seconds_of

WARM_RUNS = 5
SECONDS = 300.0  # most for one call
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "detect_objects, street": ("street", {"tool": "detect_objects"}),
    "read_text, receipt": ("receipt", {"tool": "read_text"}),
    "read_text, street": ("street", {"tool": "read_text"}),
    "look_closer at the bus, street": (
        "street",
        {"tool": "look_closer", "arguments": {"target": "bus"}},
    ),
    "calculate": (
        "receipt",
        {"tool": "calculate", "arguments": {"expression": "(3.10 + 5.10) * 107 / 100"}},
    ),
}


def measure() -> Iterator[Measurement]:
    """Every tool in a process of its own, so that no first call profits from another's."""
    with scratch_settings() as settings:
        needs_starter(settings)
    for name in CALLS:
        first, *later = seconds_in_a_new_process(name)
        yield Measurement(f"{name}: first call", (first,))
        yield Measurement(f"{name}: later calls", tuple(later))


def seconds_in_a_new_process(name: str) -> list[float]:
    """The first call and `WARM_RUNS` more."""
    code = f"from looktwice.benchmarks.tools import tell; tell({name!r})"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=gettempdir(), stdout=subprocess.PIPE, text=True, check=True)
    times: list[float] = json.loads(done.stdout.splitlines()[-1])
    return times


def tell(name: str) -> None:
    """Print the seconds of one tool's calls as JSON."""
    which, call = CALLS[name]
    with (
        scratch_settings() as settings,
        as_file(files("looktwice") / "samples" / "receipt.jpg") as receipt,
    ):
        print(json.dumps(times_of(settings, call, receipt if which == "receipt" else None)))


def times_of(settings: Settings, call: dict[str, Any], file: Path | None) -> list[float]:
    """Run one call on a picture again and again; nothing is answered from a record."""
    store = Store(settings.store_dir, settings.media)
    tools = {tool.name: tool for tool in default_tools(settings, store)}
    context = Context((store.add(file or street_photo()),), store, Control())
    wanted = ToolCall.model_validate(call)

    def once() -> None:
        result = run_tool(tools[wanted.tool], wanted, context, SECONDS)
        if result.error is not None:
            raise RuntimeError(f"{wanted.tool}: {result.error.message}")

    return [seconds_of(once) for _ in range(1 + WARM_RUNS)]
