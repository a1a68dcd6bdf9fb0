"""The chat page with 30 users on it at once: what it adds to a model that takes 50 ms a call.

The users are plain HTTP clients in a process of their own that do what Gradio's page does: send a
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
from .page_clients import QuestionTiming, simulate_users

USERS = 30
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
    limits = PageLimits(running=USERS, questions_per_minute=10_000, waiting=USERS)
    with scratch_settings(page=limits) as settings:
        model = Slow()
        with assistant_of(settings, model.model) as assistant:
            bare = processor_time_alone(assistant)
            with serving(assistant) as address:
                run(address, 2, 1)  # imports and caches
                for users in (1, USERS):
                    model.began.clear()
                    began = time.process_time()
                    run(address, users, 0)
                    arrived = time.process_time()
                    timings = run(address, users, QUESTIONS)
                    asked = time.process_time() - arrived - (arrived - began)
                    spent = asked / len(timings) - bare
                    check(timings, users * QUESTIONS)
                    what = f"{users} user{'' if users == 1 else 's'}"
                    yield Measurement(
                        f"processor time of the page a message, {what}", (spent,), COST
                    )
                    late = tuple(s.first - model.began[s.token] for s in timings)
                    yield Measurement(f"first words after the model's, {what}", late, FIRST)


class Slow:
    """A model that needs `CALL` seconds; notes when it wrote the first words of each draft."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}
        self.model = ScriptedModel(self._say, choices=self._choose, delay=CALL)

    def _say(self, messages: Sequence[Message], schema: JsonSchema | None) -> str:
        prompt = messages[-1].text
        tokens = _TOKEN.findall(prompt)
        if prompt.rstrip().endswith("Rewritten question:"):
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


def run(address: str, users: int, questions: int) -> list[QuestionTiming]:
    """Let users ask, from a process of their own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(simulate_users, (address, users, questions, controller.QUESTION))


def check(timings: Sequence[QuestionTiming], expected: int) -> None:
    """A benchmark of something that failed, or of mixed-up users, would be worth nothing."""
    wrong = [s for s in timings if s.error or s.foreign_tokens or controller.TOTAL not in s.tail]
    if wrong or len(timings) != expected:
        raise RuntimeError(f"{len(wrong)} of {len(timings)} went wrong, such as {wrong[:1]}")
