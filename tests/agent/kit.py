"""What the controller's tests are made with: no weights, no network, instant tools."""

from __future__ import annotations

import atexit
import io
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from looktwice.agent.assistant import Assistant
from looktwice.agent.backends.base import JsonSchema, Message, Reply
from looktwice.agent.backends.scripted import ScriptedModel
from looktwice.agent.extraction.records.pages.reading import DocumentPages
from looktwice.agent.form_classifier import FormClassifier
from looktwice.agent.forms import FORMS
from looktwice.retrieval.embeddings.text import Vectors
from looktwice.retrieval.text.periods import period_tables
from looktwice.schema import (
    AnswerReady,
    AnswerRevised,
    Box,
    Detection,
    Event,
    Evidence,
    Picture,
    Source,
    TextLine,
    Token,
)
from looktwice.settings import DocumentLimits, Settings
from looktwice.tools.base import Tool, tool
from PIL import Image

COUNT = "How many people are in the picture?"
"""Needs no model to find what is to be counted."""
COUNT_ADULTS = "How many adult people are in the picture?"
"""Does."""
TOTAL = "What is the total on this receipt?"
HELLO = "Hello!"
RECEIPT = ("Corner Shop", "Bread 3.10", "Milk 5.10", "Total 8.20", "Cash 10.00")


class WordEmbedder:
    """Texts as bags of hashed words: alike when they share words. Needs no weights."""

    def __init__(self, dimensions: int = 512) -> None:
        self.dimensions = dimensions
        self.embedded = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().replace("?", " ").replace("!", " ").replace(".", " ").split():
                row[zlib.crc32(word.encode("utf-8", "replace")) % self.dimensions] += 1
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(lengths == 0, 1, lengths), dtype=np.float32)


def what_is_asked(messages: Sequence[Message]) -> str:
    """Which of the controller's prompts this is, told by its last line (and by the prompts/ files)."""
    prompt = next(m.text for m in reversed(messages) if m.role == "user")
    if prompt.startswith("That was not the JSON asked for"):
        return "repair"
    last = prompt.rstrip().splitlines()[-1]
    known = {
        "Answer from the evidence above.": "draft",
        "Answer again from the evidence above.": "revise",
        "Rewritten question:": "standalone",
        "Queries:": "search_again",
        "Can this question be answered from the evidence above? Answer yes or no.": "answerable",
        "Is the proposed answer correct according to the evidence above? Answer yes or no.": (
            "supported"
        ),
        "Can this question be answered from what you see and from the notes above? "
        "Answer yes or no.": "answerable",
        "Is the proposed answer right, as far as you can see? Answer yes or no.": "right",
        "Which reading is right? Answer A or B.": "reading",
        "Which of the two answers is right, as far as you can see? Answer A or B.": "better",
    }
    if last.startswith("The answer has to be computed."):
        return "compute"
    if last.startswith("Say in one sentence what you see that speaks for the first"):
        return "argue"
    if last.startswith("Say in one or two sentences what they say"):
        return "summary_part"
    if last.startswith("Do what it asks for the document as a whole"):
        return "summary_whole"
    if last == "</data>" and "As JSON: each line of it and its translation." in prompt:
        return "translate"
    if last == "JSON:":
        return "arguments" if prompt.startswith("Tool: ") else "plan"
    return known.get(last) or ("draft" if last in _FORM_LINES else "talk")


_FORM_LINES = {form.instruction.splitlines()[-1] for form in FORMS.values() if form.name != "talk"}


Says = str | dict[str, Any] | Exception | Callable[[Sequence[Message]], Any]


@dataclass
class Script:
    """Says one thing for each kind of prompt; `asked` records the kinds in order."""

    says: Mapping[str, Says] = field(default_factory=dict)
    yes: Mapping[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def reply(self, messages: Sequence[Message], schema: JsonSchema | None) -> Any:
        kind = what_is_asked(messages)
        self.asked.append(kind)
        said = self.says.get(kind, _USUAL.get(kind, "nothing to say"))
        if isinstance(said, Exception):
            raise said
        return said(messages) if callable(said) else said

    def choice(self, messages: Sequence[Message], options: Sequence[str]) -> dict[str, float]:
        kind = what_is_asked(messages)
        self.asked.append(kind)
        yes = self.yes.get(kind, 0.9 if options[0] == "yes" else 0.5)
        return {options[0]: yes, options[1]: 1 - yes}

    def model(self, **how: Any) -> ScriptedModel:
        return ScriptedModel(self.reply, choices=self.choice, **how)


class EndlessModel(ScriptedModel):
    """Follows a script, but its drafts go on until the run is stopped.

    Attributes:
        stopped: set when it was told to stop.
    """

    def __init__(self, script: Script) -> None:
        super().__init__(script.reply, choices=script.choice)
        self.stopped = threading.Event()

    def generate(self, messages: Sequence[Message], **how: Any) -> Reply:
        on_token, control = how["on_token"], how["control"]
        reply = super().generate(messages, **{**how, "on_token": None})
        if on_token is None:
            return reply
        for _ in range(5_000):
            on_token("8.20 ")
            if self.stopped.wait(0.002) or control.should_stop:
                self.stopped.set()
                return reply.model_copy(update={"finish": "cancelled"})
        return reply


_ARGUMENTS = {
    "detect_objects": {"labels": ["person"]},
    "look_closer": {"target": "bus"},
    "calculate": {"expression": "50 - 8.20"},
}
_USUAL: dict[str, Says] = {
    "draft": "8.20",
    "revise": "8.20",
    "talk": "Hello, I am here to help.",
    "arguments": lambda messages: _ARGUMENTS.get(messages[-1].text.split(":")[1].strip(), {}),
    "compute": {"expression": ""},
    "plan": {"stages": []},
    "search_again": "other words",
    "standalone": lambda messages: (
        messages[-1].text.rpartition("Last question: ")[2].splitlines()[0]
    ),
}


def in_turn(*said: str) -> Callable[[Sequence[Message]], str]:
    """One reply after the other; the last one stays."""
    left = list(said)
    return lambda messages: left.pop(0) if len(left) > 1 else left[0]


def text_lines(*texts: str) -> tuple[TextLine, ...]:
    """Lines of 10 pixels one below the other."""
    return tuple(
        TextLine(text=t, score=0.9, box=Box(x1=0, y1=10 * n, x2=60, y2=10 * n + 8), row=n)
        for n, t in enumerate(texts)
    )


def people(count: int, label: str = "person") -> Evidence:
    """What the detector says of that many people."""
    found = tuple(
        Detection(label=label, score=0.9, box=Box(x1=5 * n, y1=0, x2=5 * n + 4, y2=9))
        for n in range(count)
    )
    return Evidence(
        kind="objects",
        text=f"{count} {label} (counted by the object detector)",
        boxes=tuple(d.box for d in found),
        detections=found,
        score=0.9,
    )


def reading(*texts: str) -> Evidence:
    """What reading says of these lines."""
    return Evidence(
        kind="text", text="text read:\n" + "\n".join(texts), lines=text_lines(*texts), score=0.9
    )


def page_evidence(*lines: str, page: int = 1) -> Evidence:
    """A passage of these lines, and the tables they show."""
    text = "\n".join(lines)
    return Evidence(
        id="E1",
        kind="passage",
        text=text,
        source=Source(document="a.pdf", page=page, name="a.pdf"),
        tables=period_tables(text.split("\n")),
    )


def instant_experts(
    read: Callable[[Picture], Any] = lambda picture: reading(*RECEIPT),
    detect: Callable[[Picture], Any] = lambda picture: people(4),
    look: Callable[[Picture], Any] = lambda picture: "mostly grey",
) -> list[Tool]:
    """Tools called as the real experts are, with their arguments."""

    @tool(title="Reading text", done="read the text", cache=True)
    def read_text(picture: Picture) -> Any:
        """Read all text in a picture."""
        return read(picture)

    @tool(title="Finding objects", done="looked for objects", cache=True)
    def detect_objects(picture: Picture, labels: Sequence[str] = ()) -> Any:
        """Find and count objects in a picture.

        Args:
            labels: kinds of objects.
        """
        return detect(picture)

    @tool(cache=True)
    def look_closer(picture: Picture, target: str = "", box: Sequence[float] = ()) -> Any:
        """Look closer at a part of a picture.

        Args:
            target: what to look at.
            box: where to look.
        """
        return look(picture)

    return [read_text, detect_objects, look_closer]


def picture(shade: int = 0, side: int = 60) -> bytes:
    """A small PNG, another one for every shade."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), (shade, shade // 2, 40)).save(file, "PNG")
    return file.getvalue()


def named_picture(folder: Path, name: str, shade: int) -> Path:
    """The same as a file with a name."""
    path = folder / name
    path.write_bytes(picture(shade))
    return path


def scripted_assistant(settings: Settings, model: Any, **how: Any) -> Assistant:
    """An assistant that needs no weights; `how` is as in `Assistant`."""
    embedder = how.pop("embedder", None)
    assistant = Assistant(settings, model=model, embedder=embedder or WordEmbedder(), **how)
    if embedder is None:
        assistant._forms = shared_forms()
    return assistant


def make_assistant(
    home: Path,
    script: Script | ScriptedModel | Any = None,
    experts: Sequence[Tool] | None = None,
    limits: Mapping[str, Any] | None = None,
    stages: Mapping[str, Any] | None = None,
    thresholds: Mapping[str, Any] | None = None,
    **how: Any,
) -> Assistant:
    """An assistant whose experts are replaced by instant ones; everything else is the real thing."""
    script = script if script is not None else Script()
    model = script.model() if isinstance(script, Script) else script
    settings = Settings(
        home=home,
        offline=True,
        pack="starter",
        limits=dict(limits or {}),
        stages=dict(stages or {}),
        thresholds=dict(thresholds or {}),
    )
    assistant = scripted_assistant(settings, model, **how)
    replaced = instant_experts() if experts is None else experts
    assistant.tools.update({t.name: t for t in replaced})
    assistant._documents = shared_pages()
    return assistant


@cache
def shared_forms() -> FormClassifier:
    """Fitted once for all tests of this process: that costs more than most tests do."""
    return FormClassifier(WordEmbedder())


class SharedPages(DocumentPages):
    """Stays open for the next test: to start a reading process costs more than most tests do."""

    def close(self) -> None:
        return


@cache
def shared_pages() -> SharedPages:
    """One for all tests of this process."""
    pages = SharedPages(DocumentLimits(), read_receipt)
    atexit.register(DocumentPages.close, pages)
    return pages


def read_receipt(image: Image.Image, picture: Picture) -> list[TextLine]:
    """OCR that reads the receipt in every picture, a line of 10 pixels each."""
    return [
        TextLine(text=text, score=0.9, row=row, box=picture.box(5, 10 * row, 55, 10 * row + 9))
        for row, text in enumerate(RECEIPT)
    ]


def shown_text(events: Sequence[Event]) -> str:
    """What a page shows that follows a stream: tokens are added, a revision replaces all of it."""
    text = ""
    for event in events:
        if isinstance(event, Token):
            text += event.text
        elif isinstance(event, AnswerRevised):
            text = event.text
    return text


def final(events: Sequence[Event]) -> Any:
    """The answer at the end of a stream."""
    assert isinstance(events[-1], AnswerReady)
    return events[-1].answer


def ran(answer: Any) -> list[str]:
    """Names of the tools that were run."""
    return [result.call.tool for result in answer.results]


def nodes(answer: Any) -> Iterator[str]:
    """The controller's steps."""
    return (step.node for step in answer.steps)
