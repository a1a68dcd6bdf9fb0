"""`looktwice ask`: one question, about pictures, documents, or an index."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .options import Json, Model, Pack, SearchedIndex
from .settings import load_settings
from .terminal import console, print_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..agent.given_documents import ReadDocuments
    from ..schema import Answer, Event
    from ..settings import Settings
    from .answering import Answering
    from .inputs import Inputs

Clipboard = Annotated[
    bool, typer.Option("--clipboard", help="also the picture or the files of the clipboard")
]
Fetch = Annotated[
    bool,
    typer.Option(
        "--fetch", help="get files that are named by http(s) address, never from private networks"
    ),
]


def ask(
    question: Annotated[str, typer.Argument(help="in any language the model reads")],
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="pictures, PDF and office files, folders, patterns, addresses; - reads one from"
            " standard input",
        ),
    ] = None,
    as_json: Json = False,
    trace: Annotated[bool, typer.Option(help="show every step with its time")] = False,
    save_annotated: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="save the pictures with boxes drawn")
    ] = None,
    index: SearchedIndex = None,
    session: Annotated[str | None, typer.Option(help="remember this conversation by name")] = None,
    clipboard: Clipboard = False,
    fetch: Fetch = False,
    pack: Pack = None,
    model: Model = None,
) -> None:
    """Ask a question: about pictures and documents if you name some, or about those of an index.

    Where `looktwice up` holds the models, it answers at once.
    """
    from .answering import answering
    from .show.answers import show_answer, show_saved

    began = time.monotonic()
    settings = load_settings(pack=pack, model=model)
    inputs = read_inputs(settings, files or [], clipboard, fetch)
    if (files or clipboard) and not inputs.anything:
        raise typer.Exit(1)
    if inputs.documents and index is not None:
        raise UsageError("--index and documents: give one of the two")
    with answering(settings, index) as who:
        read = read_documents(who, inputs)
        if inputs.documents and read is None and not inputs.pictures:
            raise typer.Exit(1)
        events = who.stream(question, inputs.pictures, read, session)
        answer = last_answer(events) if as_json else _followed(events)
    if as_json:
        print(answer.model_dump_json())
    else:
        show_answer(answer, console(), trace, time.monotonic() - began)
    if save_annotated is not None:
        show_saved(_annotated(settings, answer, save_annotated), console(stderr=as_json))
    raise typer.Exit(1 if inputs.failed or answer.status == "failed" else 0)


def read_inputs(
    settings: Settings, words: list[str], clipboard: bool = False, fetch: bool = False
) -> Inputs:
    """What was named on the command line."""
    from .inputs import InputReader, Inputs

    if not words and not clipboard:
        return Inputs()
    from ..media.store import Store

    store = Store(settings.store_dir, settings.media)
    return InputReader(settings, store, fetch).read(words, clipboard)


def read_documents(who: Answering, inputs: Inputs) -> ReadDocuments | None:
    """The documents that can be read; the others are named on standard error and counted."""
    if not inputs.documents:
        return None
    read = who.read(inputs.documents)
    for path, reason in read.failed:
        print_error(f"{path}: {reason}")
    inputs.failed += len(read.failed)
    whole = [path for path in inputs.documents if path.is_dir()]
    return None if not whole and len(read.failed) >= len(inputs.documents) else read


def last_answer(events: Iterable[Event]) -> Answer:
    """The answer at the end of a stream."""
    from ..schema import AnswerReady

    answers = [event.answer for event in events if isinstance(event, AnswerReady)]
    return answers[-1]


def _followed(events: Iterable[Event]) -> Answer:
    from .show.answers import follow

    return follow(events, console())


def _annotated(settings: Settings, answer: Answer, folder: Path) -> list[Path]:
    from ..media.annotate import annotate
    from ..media.store import Store

    return annotate(Store(settings.store_dir, settings.media), answer, folder)
