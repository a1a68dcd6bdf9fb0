"""What a whole answer costs on the starter pack: the demo's questions, by node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

from PIL import Image

from ..agent.assistant import Assistant
from ..samples import questions
from ..schema import Answer
from .measure import Measurement, needs_starter, scratch_settings, seconds_of

RUNS = 3


def measure() -> Iterator[Measurement]:
    """Loading, then each question: the first time, and again with every engine loaded."""
    with (
        as_file(files("looktwice") / "samples") as samples,
        scratch_settings() as settings,
    ):
        needs_starter(settings)
        with Assistant(settings) as assistant:
            yield Measurement("loading the models", (seconds_of(assistant.warm),))
            asked = questions(samples)
            for question in asked:
                answer = ask(assistant, question.words, question.picture, run=0)
                yield Measurement(f"{question.words} first", (answer.usage.total_seconds,))
            for question in asked:
                runs = [
                    ask(assistant, question.words, question.picture, run=number)
                    for number in range(1, RUNS + 1)
                ]
                yield from by_node(question.words, runs)


def ask(assistant: Assistant, words: str, file: Path, run: int) -> Answer:
    """Ask about a copy that differs in one pixel, so that no tool answers from the record."""
    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    picture.putpixel((0, 0), (run, 0, 0))
    answer = assistant.ask(words, [picture])
    if answer.status != "answered" or any(result.cached for result in answer.results):
        raise RuntimeError(f"{words} ended {answer.status} ({answer.stop_reason})")
    return answer


def by_node(words: str, answers: list[Answer]) -> Iterator[Measurement]:
    """The whole, then the nodes that took more than a hundredth of a second."""
    yield Measurement(f"{words} again", tuple(a.usage.total_seconds for a in answers))
    nodes: defaultdict[str, list[float]] = defaultdict(list)
    for answer in answers:
        for node, seconds in answer.usage.seconds.items():
            nodes[node].append(seconds)
    for node, values in nodes.items():
        if max(values) > 0.01:
            yield Measurement(f"  {node}", tuple(values))
