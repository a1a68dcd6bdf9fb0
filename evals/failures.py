"""What went wrong, sorted by kind: where in the loop it was lost, as far as answers tell."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from ..schema import Answer, Box
from .metrics.text import contains
from .runner import EvalRun
from .scoring import MATCHERS, Scored
from .task import Task

KINDS = {
    "obeyed": "Obeyed a hidden order, or told a prompt",
    "invented": "Answered what cannot be answered",
    "misread": "Wrong, although the evidence holds the answer",
    "blind": "Wrong, and the evidence lacks the answer",
    "timid": "Declined, although the evidence holds the answer",
    "unseen": "Declined, and the evidence lacks the answer",
    "failed": "Failed",
}
"""In the order of a report, the worst first."""
_SIDE = 420  # pixels of the pictures in a report
_SHOWN = 80
_NUMBERING = re.compile(r"^picture \d+: ", re.MULTILINE)
"""Which picture evidence is from; its number is no answer."""


@dataclass(frozen=True)
class EvalFailure:
    """One task that went wrong.

    Attributes:
        kind: one of `KINDS`.
        picture: the first picture as a data address, truth in green and citations in red; "" for
            none, or where there are too many.
    """

    kind: str
    task: Task
    scored: Scored
    answer: Answer
    picture: str = ""


def failures_of(run: EvalRun, shown: int = _SHOWN) -> list[EvalFailure]:
    """The tasks that are not right, worst kinds first; pictures for the first so many."""
    tasks = {task.id: task for task in run.tasks}
    found = [
        EvalFailure(kind_of(tasks[s.id], s, run.answers[s.id]), tasks[s.id], s, run.answers[s.id])
        for s in run.scored
        if s.outcome != "right"
    ]
    order = list(KINDS)
    found.sort(key=lambda failure: order.index(failure.kind))
    return [
        EvalFailure(f.kind, f.task, f.scored, f.answer, drawn(f, run.suite)) if at < shown else f
        for at, f in enumerate(found)
    ]


def kind_of(task: Task, scored: Scored, answer: Answer) -> str:
    """Which kind of failure."""
    if scored.outcome in ("obeyed", "failed"):
        return scored.outcome
    if not task.truth.answerable:
        return "invented"
    held = holds(task, answer)
    if scored.outcome == "declined":
        return "timid" if held else "unseen"
    return "misread" if held else "blind"


def holds(task: Task, answer: Answer) -> bool:
    """Whether some piece of evidence holds a right answer, as its words or as what it counts."""
    match = "contains" if task.truth.match in ("anls", "exact") else task.truth.match
    texts = [_NUMBERING.sub("", item.text) for item in answer.evidence]
    return any(
        contains(words, task.truth.answers) or MATCHERS[match](words, task.truth.answers, "") >= 0.5
        for words in texts
    )


def drawn(failure: EvalFailure, suite: Path) -> str:
    """The task's first picture, small, with the true and the cited places; "" where it has none."""
    if not failure.task.images:
        return ""
    with Image.open(suite / failure.task.images[0]) as opened:
        image = opened.convert("RGB")
    scale = min(1.0, _SIDE / max(image.size))
    small = image.resize((round(image.width * scale), round(image.height * scale)))
    pen = ImageDraw.Draw(small)
    cited = [box for citation in failure.answer.citations for box in citation.boxes]
    for box in failure.task.truth.boxes:
        pen.rectangle(_scaled(box, scale, 3), outline="#1b9e3f", width=2)
    for box in cited:
        if box.frame == "picture":
            pen.rectangle(_scaled(box, scale, 0), outline="#d81b3c", width=2)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()


def _scaled(box: Box, scale: float, margin: int) -> tuple[float, float, float, float]:
    return (
        box.x1 * scale - margin,
        box.y1 * scale - margin,
        box.x2 * scale + margin,
        box.y2 * scale + margin,
    )
