"""`looktwice demo`: three real questions about three pictures, answered by whatever pack is chosen."""

from __future__ import annotations

import time
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import Model, Pack
from .settings import load_settings
from .terminal import console

if TYPE_CHECKING:
    from rich.console import Console

    from ..agent.assistant import Assistant
    from ..samples import Question
    from ..schema import Status
    from ..settings import Settings


def demo(
    save: Annotated[Path, typer.Option(help="folder for the annotated pictures")] = Path(
        "runs/demo"
    ),
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Three real questions about three pictures, with evidence and annotated pictures."""
    raise typer.Exit(run_demo(load_settings(pack=pack, model=model), save, console()))


def run_demo(settings: Settings, save: Path, out: Console) -> int:
    """Ask, print and save; gives the exit code: 0 when every question was answered."""
    from ..agent.assistant import Assistant
    from ..samples import questions

    out.print("[bold]Looktwice[/bold] looks twice before it answers. Loading the models ...")
    began = time.monotonic()
    with (
        as_file(files("looktwice") / "samples") as samples,
        Assistant(settings) as assistant,
    ):
        assistant.warm()
        out.print(f"Ready after {time.monotonic() - began:.1f} s.", highlight=False)
        ends = [demonstrate(assistant, q, save, out) for q in questions(samples)]
    return 0 if all(status == "answered" for status in ends) else 1


def demonstrate(assistant: Assistant, question: Question, save: Path, out: Console) -> Status:
    """One question with its answer, evidence and annotated picture."""
    from ..media.annotate import annotate
    from .show.answers import follow, show_answer, show_saved

    out.rule()
    out.print(f"[bold cyan]{question.words}[/bold cyan]  ({question.picture.name})")
    answer = follow(assistant.stream(question.words, [question.picture]), out)
    show_answer(answer, out)
    show_saved(annotate(assistant.store, answer, save), out)
    return answer.status
