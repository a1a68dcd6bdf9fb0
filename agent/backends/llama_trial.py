"""Where llama.cpp puts a model, and how fast it then is: tried in a process of its own.

There its log can be read, which alone says where the layers lie, and what fails there ends nothing here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ...errors import ModelError
from .http_client import HttpClient
from .llama_library import LlamaRun, gpus, start, usable_cores
from .llama_program import LlamaProgram, LlamaProgramServer

__all__ = ["LlamaTrial", "placed", "try_out"]

_LAYER = re.compile(r"load_tensors: layer +(\d+) assigned to device (\S+?),")
_DETAILS = 5  # of the log, from which on it names the device of each layer
_SECONDS = 300.0
_WORDS, _WRITTEN = 160, 24
_MARK = "looktwice-trial:"


@dataclass(frozen=True)
class LlamaTrial:
    """One start and one short reply.

    Attributes:
        devices: the GPUs that this llama.cpp can use.
        layers, offloaded: of the model, and those of them that do not lie on the processor.
        reads, writes: tokens a second, of a prompt and of a reply.
    """

    devices: tuple[str, ...]
    layers: int
    offloaded: int
    reads: float
    writes: float


def try_out(
    model: Path,
    mmproj: Path | None,
    *,
    threads: int = 0,
    gpu: bool = True,
    program: LlamaProgram | None = None,
) -> LlamaTrial:
    """Start a model, let it write a few words and end it.

    Args:
        program: a `llama-server` that runs it, in the place of the library.

    Raises:
        ModelError: it does not start, or takes minutes; with the end of its log.
    """
    given: dict[str, Any] = {
        "model": str(model),
        "mmproj": mmproj and str(mmproj),
        "threads": threads,
        "gpu": gpu,
    }
    if program is not None:
        given["program"] = [program.command, *program.gpus]
    command = [sys.executable, "-m", __name__, json.dumps(given)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False, errors="replace"
        )
    except subprocess.TimeoutExpired:
        raise ModelError(f"{model.name}: no reply within {_SECONDS:.0f} s") from None
    found = next((x for x in done.stdout.splitlines() if x.startswith(_MARK)), None)
    if done.returncode or found is None:
        last = " ".join(done.stderr.split())[-300:]
        raise ModelError(f"{model.name}: llama.cpp cannot run it ({last})")
    said = json.loads(found.removeprefix(_MARK))
    layers, offloaded = placed(done.stderr)
    return LlamaTrial(tuple(said["gpus"]), layers, offloaded, said["reads"], said["writes"])


def placed(log: str) -> tuple[int, int]:
    """Layers of the model that was loaded last, and those of them that do not lie on the processor."""
    where = dict(_LAYER.findall(log))  # a later line is of the load after the memory was measured
    by_device = Counter(where.values())
    return len(where), len(where) - by_device["CPU"]


def _main() -> None:
    """The process: the argument says what to try, the last line of the output what came of it."""
    import asyncio

    given = json.loads(sys.argv[1])
    path, vision = Path(given["model"]), given["mmproj"] and Path(given["mmproj"])
    command, *found = given.get("program") or ["", *(gpus() if given["gpu"] else ())]
    run = LlamaRun(
        path=path,
        mmproj=vision,
        threads=given["threads"] or usable_cores(),
        context=1024,
        slots=1,
        gpu=bool(found),
        verbosity=_DETAILS,
    )
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        server = (
            LlamaProgramServer(LlamaProgram(command, tuple(found), log), run)
            if command
            else start(run)
        )
        timings = asyncio.run(_ask(f"{server.listening_address}/v1"))
        if command:
            print(log.read_text(errors="replace"), file=sys.stderr, flush=True)
        del server
    speeds = {"reads": timings["prompt_per_second"], "writes": timings["predicted_per_second"]}
    print(_MARK + json.dumps({"gpus": found, **speeds}), flush=True)


async def _ask(address: str) -> dict[str, Any]:
    client = HttpClient(address, "", _SECONDS, 0)
    text = "Write a story about these: " + " ".join(f"thing {n}," for n in range(_WORDS // 2))
    body = {"messages": [{"role": "user", "content": text}], "max_tokens": _WRITTEN}
    try:
        answer: Any = await client.post("/chat/completions", {**body, "ignore_eos": True})
    finally:
        await client.close()
    timings: dict[str, Any] = answer["timings"]
    return timings


if __name__ == "__main__":
    _main()
