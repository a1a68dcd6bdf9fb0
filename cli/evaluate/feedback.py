"""`looktwice eval from-feedback`: what readers of the chat page found right or wrong, as a suite."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import BadInput, UsageError
from ..options import Json
from ..settings import load_settings
from ..terminal import console, print_json

if TYPE_CHECKING:
    from ...evals.task import Task
    from ...media.store import Store
    from ...ui.web.documents import UserDocuments
    from ...ui.web.feedback import Feedback


def from_feedback(
    folder: Annotated[Path, typer.Argument(help="of the new suite; must not exist")],
    as_json: Json = False,
) -> None:
    """Make a suite of the answers that were marked on the chat page.

    An answer marked right is the truth of its task; of one marked wrong it is what was said would have
    been right. Wrong ones without a word have no truth and are left out.
    """
    from ...evals.task import write_tasks
    from ...media.store import Store
    from ...ui.web.documents import UserDocuments
    from ...ui.web.feedback import FeedbackStore
    from ...ui.web.history import ChatHistory

    settings = load_settings()
    if folder.exists():
        raise UsageError(f"{folder}: is there already; name a new folder")
    chats = settings.home / "chats.db"
    if not chats.is_file():
        raise UsageError(f"{chats}: nobody has used the chat page yet (`looktwice ui`)")
    history = ChatHistory(chats)
    try:
        given = FeedbackStore(history).every()
    finally:
        history.close()
    told = [f for f in given if f.good or f.words]
    if not told:
        raise UsageError("no answer was marked yet: below each stands whether it was right")
    folder.mkdir(parents=True)
    store, documents = Store(settings.store_dir), UserDocuments(settings)
    tasks = [task for f in told for task in _tasks(f, folder, store, documents)]
    write_tasks(tasks, folder)
    left_out = len(given) - len(tasks)
    if as_json:
        print_json({"folder": str(folder), "tasks": len(tasks), "left_out": left_out})
        return
    console().print(
        f"{folder}: {len(tasks)} tasks, {left_out} left out (no truth, or their files are gone). "
        f"Run them with `looktwice eval run {folder}`."
    )


def _tasks(
    feedback: Feedback, folder: Path, store: Store, documents: UserDocuments
) -> Iterator[Task]:
    """The task of one mark; none where what it was asked about is gone."""
    from ...evals.task import Task, Truth

    exchange = feedback.exchange
    answer = exchange.answer
    declined = feedback.good and answer.status == "declined"
    right = answer.text if feedback.good else feedback.words
    truth = Truth(
        answers=() if declined else (right,),
        match="contains" if len(right) < _SHORT and "\n" not in right else "prose",
        answerable=not declined,
    )
    try:
        pictures = [store.path(picture) for picture in exchange.sent_pictures]
        files = list(_documents(feedback, documents))
    except BadInput:
        return
    yield Task(
        id=f"{feedback.chat}-{feedback.number}",
        kind="right" if feedback.good else "wrong",
        question=exchange.question,
        images=tuple(_copied(path, folder, "pictures") for path in pictures),
        documents=tuple(_copied(path, folder, "documents") for path in files),
        about=feedback.words,
        truth=truth,
    )


_SHORT = 80
"""Characters of an answer that is looked for as it is; longer ones are compared as prose."""


def _documents(feedback: Feedback, documents: UserDocuments) -> Iterator[Path]:
    """The files of the documents that were looked at; BadInput where one is gone."""
    names = {e.source.document for e in feedback.exchange.answer.evidence if e.source.document}
    kept = documents.folder(feedback.owner) / "files"
    for name in sorted(names):
        paths = sorted(p for p in kept.glob("*/*") if p.name == name)
        if not paths:
            raise BadInput(name, "is gone")
        yield paths[0]


def _copied(path: Path, folder: Path, kind: str) -> str:
    """Copy a file into the suite; gives its name there."""
    name = f"{kind}/{path.parent.name}-{path.name}"
    target = folder / name
    target.parent.mkdir(exist_ok=True)
    if not target.exists():
        shutil.copyfile(path, target)
    return name
