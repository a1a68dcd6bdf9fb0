"""The demo: three real questions about three pictures, answered by whatever pack is chosen."""

from __future__ import annotations

import time
from importlib.resources import as_file, files
from pathlib import Path

from rich.console import Console

from ..agent.assistant import Assistant
from ..media.annotate import annotate
from ..samples import Question, questions
from ..schema import Status
from ..settings import Settings
from .console import follow, show_answer, show_saved


def run_demo(settings: Settings, save: Path, console: Console) -> int:
    """Ask, print and save; gives the exit code: 0 when every question was answered."""
    console.print("[bold]Looktwice[/bold] looks twice before it answers. Loading the models ...")
    began = time.monotonic()
    with (
        as_file(files("looktwice") / "samples") as samples,
        Assistant(settings) as assistant,
    ):
        assistant.warm()
        console.print(f"Ready after {time.monotonic() - began:.1f} s.", highlight=False)
        ends = [demonstrate(assistant, q, save, console) for q in questions(samples)]
    return 0 if all(status == "answered" for status in ends) else 1


def demonstrate(assistant: Assistant, question: Question, save: Path, console: Console) -> Status:
    """One question with its answer, evidence and annotated picture."""
    console.rule()
    console.print(f"[bold cyan]{question.words}[/bold cyan]  ({question.picture.name})")
    answer = follow(assistant.stream(question.words, [question.picture]), console)
    show_answer(answer, console)
    show_saved(annotate(assistant.store, answer, save), console)
    return answer.status
