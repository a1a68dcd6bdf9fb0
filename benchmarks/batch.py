"""How a batch grows with its workers: a model that takes 50 ms a call, tools that answer at once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from PIL import Image

from ..agent.assistant import Assistant
from ..agent.backends.base import JsonSchema, Message
from ..agent.backends.scripted import ScriptedModel
from ..agent.batch.local import LocalEngine
from ..agent.batch.runner import Batch, BatchOptions
from ..agent.batch.worker import Worker
from ..settings import Settings
from . import controller
from .measure import Measurement, scratch_settings

CALL = 0.05
"""Seconds a model call takes."""
TASKS_EACH = 12
"""Tasks for every worker of a run."""
WORKERS = (1, 4, 16)
RUNS = 3
FACTOR = 12
"""Sixteen workers promise to be so many times as fast as one."""


def measure() -> Iterator[Measurement]:
    """Seconds a task, for one worker and for more."""
    with scratch_settings() as settings:
        Image.new("RGB", (300, 500), "white").save(settings.home / "receipt.png")
        alone = 0.0
        for workers in WORKERS:
            seconds = tuple(seconds_each(settings, workers, number) for number in range(RUNS))
            target = alone / FACTOR if workers == WORKERS[-1] else None
            measured = Measurement(f"a task, {workers} at once", seconds, target)
            alone = alone or measured.median
            yield measured


def seconds_each(settings: Settings, workers: int, number: int) -> float:
    """A whole run, results written, by the number of its tasks."""
    tasks = settings.home / f"{workers}-{number}.jsonl"
    count = TASKS_EACH * workers
    lines = [
        json.dumps({"id": str(n), "question": controller.QUESTION, "images": ["receipt.png"]})
        for n in range(count)
    ]
    tasks.write_text("\n".join(lines), encoding="utf-8")
    assistant = slow_assistant(settings)
    results = Path(f"{tasks.with_suffix('')}-results.jsonl")
    with (
        Batch(tasks, results, settings, BatchOptions(workers=workers)) as batch,
        closing(LocalEngine(Worker(assistant))) as engine,
    ):
        controller.check(assistant.ask(controller.QUESTION, [settings.home / "receipt.png"]))
        summary = batch.run(engine)
    if summary.statuses != {"answered": count}:
        raise RuntimeError(f"the scripted batch went elsewhere: {summary.statuses}")
    return summary.seconds / count


def slow_assistant(settings: Settings) -> Assistant:
    """Its model takes `CALL` seconds a call, whichever."""

    def reply(messages: Sequence[Message], schema: JsonSchema | None) -> str:
        time.sleep(CALL)
        return controller.reply(messages, schema)

    def choice(messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        time.sleep(CALL)
        return {"yes": 0.95, "no": 0.05}

    model = ScriptedModel(reply, choices=choice)
    assistant = Assistant(settings, model=model, embedder=controller.HashedWords())
    assistant.tools[controller.instant_read.name] = controller.instant_read
    return assistant
