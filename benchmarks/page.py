"""The chat page with 30 people on it at once: what it adds to a model that takes 50 ms a call.

The people are plain HTTP clients in a process of their own that do what Gradio's page does: send a
picture, join the queue, follow the stream. So the processor time of this process is the server's alone.
"""

from __future__ import annotations

import multiprocessing
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from PIL import Image

from ..agent.assistant import Assistant
from ..agent.backends.base import JsonSchema, Message
from ..agent.backends.scripted import ScriptedModel
from ..settings import PageLimits, Settings
from . import controller
from .measure import Measurement, scratch_settings
from .page_people import SeenPicture, everybody

PEOPLE = 30
QUESTIONS = 4
CALL = 0.05
"""Seconds the model takes for a call."""
COST = 0.040
"""The page may cost a message so many seconds of processor time, arriving and uploading left out."""
FIRST = 0.150
"""The first words may come so much later than the model wrote them, 50 ms after it was asked."""

_TOKEN = re.compile(r"p\d+q\d+")


def measure() -> Iterator[Measurement]:
    """What the page costs a message, and how late the first words are."""
    limits = PageLimits(running=PEOPLE, questions_per_minute=10_000, waiting=PEOPLE)
    with scratch_settings(page=limits) as settings:
        model = Slow()
        with assistant_of(settings, model.model) as assistant:
            bare = processor_time_alone(assistant)
            with serving(assistant) as address:
                run(address, 2, 1)  # imports and caches
                for people in (1, PEOPLE):
                    model.began.clear()
                    began = time.process_time()
                    run(address, people, 0)
                    arrived = time.process_time()
                    seen = run(address, people, QUESTIONS)
                    asked = time.process_time() - arrived - (arrived - began)
                    spent = asked / len(seen) - bare
                    check(seen, people * QUESTIONS)
                    what = f"{people} {'person' if people == 1 else 'people'}"
                    yield Measurement(
                        f"processor time of the page a message, {what}", (spent,), COST
                    )
                    late = tuple(s.first - model.began[s.token] for s in seen)
                    yield Measurement(f"first words after the model's, {what}", late, FIRST)


class Slow:
    """A model that needs `CALL` seconds; notes when it wrote the first words of each draft."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}
        self.model = ScriptedModel(self._say, choices=self._choose, delay=CALL)

    def _say(self, messages: Sequence[Message], schema: JsonSchema | None) -> str:
        said = messages[-1].text
        tokens = _TOKEN.findall(said)
        if said.rstrip().endswith("Rewritten question:"):
            return f"{controller.QUESTION} {tokens[-1]}"
        self.began.setdefault(tokens[-1], time.perf_counter() + CALL)
        return controller.TOTAL

    def _choose(self, messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        time.sleep(CALL)
        return {"yes": 0.95, "no": 0.05}


def assistant_of(settings: Settings, model: ScriptedModel) -> Assistant:
    """An assistant whose tools answer at once."""
    assistant = Assistant(settings, model=model, embedder=controller.HashedWords())
    assistant.tools[controller.instant_read.name] = controller.instant_read
    assistant.warm()
    return assistant


def processor_time_alone(assistant: Assistant) -> float:
    """What a question costs without a page."""
    picture = assistant.store.add(Image.new("RGB", (300, 500), "white"))
    questions = [f"{controller.QUESTION} p0q{n}" for n in range(10)]
    assistant.ask(questions[0], [picture])
    began = time.process_time()
    for question in questions:
        assistant.ask(question, [picture])
    return (time.process_time() - began) / len(questions)


@contextmanager
def serving(assistant: Assistant) -> Iterator[str]:
    """The page at a free port; gives its address."""
    import uvicorn
    from fastapi import FastAPI

    from ..ui.web.app import mount

    app = FastAPI()
    mount(app, assistant)
    config = uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def run(address: str, people: int, questions: int) -> list[SeenPicture]:
    """Let people ask, from a process of their own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(everybody, (address, people, questions, controller.QUESTION))


def check(seen: Sequence[SeenPicture], expected: int) -> None:
    """A benchmark of something that failed, or of mixed-up people, would be worth nothing."""
    wrong = [s for s in seen if s.error or s.strangers or controller.TOTAL not in s.last]
    if wrong or len(seen) != expected:
        raise RuntimeError(f"{len(wrong)} of {len(seen)} went wrong, such as {wrong[:1]}")
