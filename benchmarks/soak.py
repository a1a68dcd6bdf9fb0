"""Thousands of questions with pictures against `serve`, some of whose askers leave midway: what grows?

The model and the tools answer at once, so what is seen is the server's own: queue, streams, pictures,
evidence. The server is a process of its own, which nothing else lives in.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image, ImageDraw

from ..agent.assistant import Assistant
from ..agent.backends.scripted import ScriptedModel
from . import controller
from .measure import Measurement, needs_starter, scratch_settings

QUESTIONS = 2_000
AT_ONCE = 4
LEAVING = 10
"""One of so many askers leaves when the first words have come."""
SAMPLES = 40
GROWTH = 0.03
"""Of resident memory after the first tenth, at most."""
OF_STARTER, GROWTH_OF_STARTER = 300, 0.10
"""The same of the starter pack, whose engines fill their caches over more questions."""


@dataclass(frozen=True)
class Sample:
    """What the server's process holds."""

    resident: int
    threads: int
    files: int
    temporary: int


def measure() -> Iterator[Measurement]:
    """Resident memory after a tenth and at the end, and what else may only stay the same."""
    with scratch_settings() as settings, serving(settings.home) as (address, pid):
        samples = soak(address, pid, settings.home / "tmp", QUESTIONS)
    yield from growth(samples, QUESTIONS, GROWTH)


def measure_starter() -> Iterator[Measurement]:
    """The same with the starter pack's model and tools."""
    with scratch_settings() as settings:
        needs_starter(settings)
        with serving(settings.home, starter=True) as (address, pid):
            samples = soak(address, pid, settings.home / "tmp", OF_STARTER, wanted="")
    yield from growth(samples, OF_STARTER, GROWTH_OF_STARTER)


def growth(samples: Sequence[Sample], questions: int, most: float) -> Iterator[Measurement]:
    """What the process holds after a tenth, and at the end.

    Args:
        most: share of its memory after a tenth by which it may grow.
    """
    tenth, last = samples[len(samples) // 10], samples[-1]
    late = samples[-max(1, len(samples) // 10) :]
    resident = sorted(s.resident for s in late)[len(late) // 2]
    grown = resident - tenth.resident
    yield Measurement(
        f"{questions:,} questions: memory after a tenth", (tenth.resident,), None, "bytes"
    )
    yield Measurement("memory at the end", (resident,), None, "bytes")
    yield Measurement("grown since the first tenth", (grown,), most * tenth.resident, "bytes")
    for name in ("threads", "files", "temporary"):
        before, after = getattr(tenth, name), getattr(last, name)
        yield Measurement(f"{name} more than after a tenth", (after - before,), AT_ONCE, "count")


@contextlib.contextmanager
def serving(home: Path, starter: bool = False) -> Iterator[tuple[str, int]]:
    """A server in a process of its own, instant or of the starter pack; its address and number."""
    (home / "tmp").mkdir()
    code = f"from looktwice.benchmarks.soak import serve; serve({str(home)!r}, {starter})"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=tempfile.gettempdir(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()


def serve(home: str, starter: bool) -> None:
    """The server's process: says its address, then answers until it is ended."""
    from ..settings import Settings
    from ..ui.http.api import uvicorn_config
    from ..ui.http.server import address_of, bind, run_until_signal
    from ..ui.openai_server.app import make_app

    tempfile.tempdir = str(Path(home) / "tmp")  # so that what is left there can be counted
    settings = Settings.load(home=Path(home), pack="starter", model="", offline=True)
    with Assistant(settings) if starter else controller.instant_assistant(settings) as assistant:
        bound = bind("127.0.0.1", 0)
        app = make_app(assistant) if starter else forgetting(assistant, make_app(assistant))
        print(address_of(bound), flush=True)
        run_until_signal(uvicorn_config(app, settings.serve), bound)


def forgetting(assistant: Assistant, app: Any) -> Any:
    """An application whose scripted model forgets what it was asked, which it keeps for tests."""
    model = assistant._model
    assert isinstance(model, ScriptedModel)

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)
        model.calls.clear()

    return answer


def soak(
    address: str, pid: int, temporary: Path, questions: int, wanted: str = controller.TOTAL
) -> list[Sample]:
    """Ask, and look at the process now and then.

    Args:
        wanted: what every answer must hold.

    Raises:
        RuntimeError: an answer went wrong, or this system does not tell what a process holds.
    """
    samples = [sample(pid, temporary)]
    every = max(1, questions // SAMPLES)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for begin in range(0, questions, every):
            numbers = range(begin, min(begin + every, questions))
            for wrong in filter(None, pool.map(lambda n: ask(address, n, wanted), numbers)):
                raise RuntimeError(wrong)
            samples.append(sample(pid, temporary))
    return samples[1:]


def ask(address: str, number: int, wanted: str) -> str:
    """One question about a picture that was never seen before; what went wrong."""
    chance = random.Random(number)
    leaves = number % LEAVING == 0
    body = {
        "model": "looktwice",
        "stream": leaves or number % 2 == 0,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": f"{controller.QUESTION} ({number})"},
                    {"type": "image_url", "image_url": {"url": picture(chance)}},
                ],
            }
        ],
    }
    with httpx.stream("POST", f"{address}/v1/chat/completions", json=body, timeout=120) as reply:
        if leaves:
            next(reply.iter_lines(), "")
            return ""
        text = reply.read().decode()
    return "" if wanted in said(text, bool(body["stream"])) else f"{number}: {text[:300]}"


def said(text: str, streamed: bool) -> str:
    """The words of a reply."""
    if not streamed:
        return str(json.loads(text)["choices"][0]["message"]["content"])
    chunks = [json.loads(x[6:]) for x in text.splitlines() if x.startswith("data: {")]
    return "".join(
        choice.get("delta", {}).get("content") or ""
        for c in chunks
        for choice in c.get("choices", ())
    )


def picture(chance: random.Random) -> str:
    """A receipt as a data address; the pictures that are kept decoded fill up in the first tenth."""
    image = Image.new("RGB", (600, 1000), "white")
    draw = ImageDraw.Draw(image)
    for row in range(12):
        draw.text((10, 20 + 30 * row), f"Item {chance.randrange(10**6)}", fill="black")
    file = io.BytesIO()
    image.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def sample(pid: int, temporary: Path) -> Sample:
    """What a process holds now; RuntimeError where this system does not tell."""
    place = Path(f"/proc/{pid}")
    try:
        pages = int((place / "statm").read_text("ascii").split()[1])
        threads, files = len(list((place / "task").iterdir())), len(list((place / "fd").iterdir()))
    except OSError as error:
        raise RuntimeError(f"soak looks into /proc ({error})") from None
    left = sum(path.is_file() for path in temporary.rglob("*"))
    return Sample(pages * os.sysconf("SC_PAGE_SIZE"), threads, files, left)
