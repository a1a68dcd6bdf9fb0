"""`looktwice ask`: one question, about pictures or the documents of an index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import BadInput
from .options import Json, Model, Pack, SearchedIndex
from .settings import load_settings
from .terminal import console, print_error

if TYPE_CHECKING:
    from ..agent.assistant import Assistant
    from ..schema import Picture


def ask(
    question: Annotated[str, typer.Argument(help="in any language the model reads")],
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...")] = None,
    as_json: Json = False,
    trace: Annotated[bool, typer.Option(help="show every step with its time")] = False,
    save_annotated: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="save the pictures with boxes drawn")
    ] = None,
    index: SearchedIndex = None,
    session: Annotated[str | None, typer.Option(help="remember this conversation by name")] = None,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Ask a question, about pictures if you give some, or about the documents of an index."""
    from ..agent.assistant import Assistant
    from ..media.annotate import annotate
    from .show.answers import follow, show_answer, show_saved

    with Assistant(load_settings(pack=pack, model=model), index=index) as assistant:
        pictures, failed = load_pictures(assistant, files or [])
        if files and not pictures:
            raise typer.Exit(1)
        if as_json:
            answer = assistant.ask(question, pictures, session=session)
            print(answer.model_dump_json())
        else:
            events = assistant.stream(question, pictures, session=session)
            answer = follow(events, console())
            show_answer(answer, console(), trace)
        if save_annotated is not None:
            saved = annotate(assistant.store, answer, save_annotated)
            show_saved(saved, console(stderr=as_json))
    raise typer.Exit(1 if failed or answer.status == "failed" else 0)


def load_pictures(assistant: Assistant, files: list[Path]) -> tuple[list[Picture], int]:
    """The files that can be used, and how many can not; each of those is named on standard error."""
    pictures, failed = [], 0
    for file in files:
        try:
            pictures.append(assistant.store.add(file))
        except BadInput as error:
            failed += 1
            print_error(str(error))
    return pictures, failed
