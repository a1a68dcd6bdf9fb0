"""What the controller itself costs a question: the model and the tools answer at once."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image

from ..agent.assistant import Assistant
from ..agent.backends.base import JsonSchema, Message
from ..agent.backends.scripted import ScriptedModel
from ..retrieval.embeddings.text import Vectors
from ..schema import Answer, Box, Evidence, Picture, TextLine
from ..settings import Settings
from ..tools.base import tool
from .measure import Measurement, scratch_settings, seconds_of

RUNS = 200
TURNS = 10
"""Questions in one session; what a session remembers grows with them."""
TARGET = 0.025

QUESTION = "What is the total on this receipt?"
TOTAL = "The total is 33.64."


class HashedWords:
    """Questions as bags of hashed words: costs next to nothing, and finds equal questions."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.encode()) % 256] += 1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(lengths, 1e-6), dtype=np.float32)


@tool(name="read_text")
def instant_read(picture: Picture) -> Evidence:
    """Read all text in a picture."""
    lines = [f"Item {number}  {number}.50" for number in range(20)] + ["Total 33.64"]
    boxes = [Box(x1=10, y1=20 * n, x2=200, y2=20 * n + 15) for n in range(len(lines))]
    return Evidence(
        kind="text",
        text="\n".join(lines),
        boxes=tuple(boxes),
        lines=tuple(
            TextLine(text=text, score=0.9, box=box, row=row)
            for row, (text, box) in enumerate(zip(lines, boxes, strict=True))
        ),
    )


def measure() -> Iterator[Measurement]:
    """A question about a picture through all seven nodes, with and without a session."""
    with scratch_settings() as settings, instant_assistant(settings) as assistant:
        picture = assistant.store.add(Image.new("RGB", (300, 500), "white"))

        def ask(session: str | None = None) -> None:
            check(assistant.ask(QUESTION, [picture], session=session))

        ask()
        ask("warm")
        alone = tuple(seconds_of(ask) for _ in range(RUNS))
        yield Measurement("a question", alone, TARGET)
        names = [f"session {number // TURNS}" for number in range(RUNS)]
        kept = tuple(seconds_of(lambda name=name: ask(name)) for name in names)  # type: ignore[misc]
        yield Measurement(f"a question in a session of {TURNS}", kept, TARGET)
        yield Measurement("the first question of a session", kept[::TURNS], TARGET)
        yield Measurement("the last question of a session", kept[TURNS - 1 :: TURNS], TARGET)


def instant_assistant(settings: Settings) -> Assistant:
    """An assistant whose model and tools answer at once."""
    model = ScriptedModel(reply, choices=lambda messages, options: {"yes": 0.95, "no": 0.05})
    assistant = Assistant(settings, model=model, embedder=HashedWords())
    assistant.tools[instant_read.name] = instant_read
    return assistant


def reply(messages: Sequence[Message], schema: JsonSchema | None) -> str:
    """The question again where a follow-up is to be written out, else the answer."""
    return QUESTION if messages[-1].text.rstrip().endswith("Rewritten question:") else TOTAL


def check(answer: Answer) -> None:
    """A benchmark of something that failed would be worth nothing."""
    nodes = [step.node for step in answer.steps]
    whole = ["intake", "plan", "act", "gate", "draft", "check", "finish"]
    if answer.text != TOTAL or nodes != whole or not answer.citations:
        raise RuntimeError(f"the scripted run went elsewhere: {nodes}, {answer.text!r}")
