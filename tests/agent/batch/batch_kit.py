"""Batches without weights: a scripted assistant, in this process or made by workers elsewhere.

Run as a program it is `looktwice batch run` on that assistant: TASKS RESULTS WORKERS SECONDS_A_CALL.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import Message
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.batch.local import LocalEngine
from looktwice.agent.batch.runner import Batch, BatchOptions, BatchSummary
from looktwice.agent.batch.worker import Worker, WorkerSpec
from looktwice.settings import Settings

from .. import kit

MODULE = "looktwice.tests.agent.batch.batch_kit"
"""What a process of its own calls this file."""


def question(number: int) -> str:
    """Small talk that the script answers with its number."""
    return f"Hello! My number is {number}."


def answer_to(words: str) -> str:
    return f"Hello, number {words.rstrip('.').split()[-1]}."


def write_tasks(path: Path, count: int, **more: Any) -> list[str]:
    """A file of tasks; the ids of it."""
    ids = [f"t{number}" for number in range(count)]
    lines = [json.dumps({"id": i, "question": question(n), **more}) for n, i in enumerate(ids)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return ids


def results_in(path: Path) -> list[dict[str, Any]]:
    """Every line of a results' file, each of which must be whole."""
    text = path.read_text("utf-8")
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def scripted(seconds: float = 0.0) -> ScriptedModel:
    """Answers small talk with the number in it, each call after some seconds."""

    def talk(messages: Sequence[Message]) -> str:
        time.sleep(seconds)
        return answer_to(messages[-1].text.strip().splitlines()[-1])

    script = kit.Script({"talk": talk})
    return script.model()


def assistant_on(settings: Settings, model: Any = None) -> Assistant:
    """An assistant without weights."""
    return kit.scripted_assistant(settings, model or scripted())


def settings_in(home: Path, **more: Any) -> Settings:
    return Settings(home=home, offline=True, pack="starter", **more)


def run_batch(
    tasks: Path, results: Path, settings: Settings, model: Any = None, **options: Any
) -> BatchSummary:
    """A whole run in threads of this process."""
    with Batch(tasks, results, settings, BatchOptions(**options)) as batch:
        engine = LocalEngine(Worker(assistant_on(settings, model)))
        try:
            return batch.run(engine)
        finally:
            engine.close()


def misbehaving(settings: Settings) -> Assistant:
    """An `AssistantFactory`; told to hang, number 1 does, 2 ends its process, 3 does once."""
    once = settings.home / "died"

    def talk(messages: Sequence[Message]) -> str:
        words = messages[-1].text.strip().splitlines()[-1]
        number = words.rstrip(".").split()[-1]
        if "hang" in words and number == "1":
            time.sleep(60)
        if "hang" in words and (number == "2" or (number == "3" and not once.exists())):
            once.parent.mkdir(parents=True, exist_ok=True)
            once.touch()
            os._exit(9)
        time.sleep(0.01)
        return answer_to(words)

    return assistant_on(settings, kit.Script({"talk": talk}).model())


def spec(home: Path) -> WorkerSpec:
    """For workers elsewhere."""
    return WorkerSpec(settings_in(home), f"{MODULE}:{misbehaving.__name__}")


if __name__ == "__main__":
    given, kept = Path(sys.argv[1]), Path(sys.argv[2])
    run_batch(
        given,
        kept,
        settings_in(kept.parent / "home"),
        scripted(float(sys.argv[4])),
        workers=int(sys.argv[3]),
    )
