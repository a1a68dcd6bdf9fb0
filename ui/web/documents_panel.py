"""The documents' panel: adding, removing and searching a user's documents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ...control import Control
from ...errors import LooktwiceError
from ...media.names import safe_name
from .documents import UserDocuments
from .html.components import document_list, search_results
from .scope import choices_of
from .session import Caller, Updates, error_sentence
from .uploads import NamedFile, remove_uploads

_UPDATE_SECONDS = 0.3
_MOST_CHOICES = 2_000
_MAX_SEARCH_CHARACTERS = 500
_NAMED = 3
"""Files that are named while they are added; of more it is said how many they are."""


@dataclass(eq=False)
class _Adding:
    """Files that are being taken in.

    Attributes:
        words: how far they are, for people.
        work: ends when they are in, or cannot be.
    """

    words: str
    work: asyncio.Future[Any] = field(init=False)


class DocumentsPanel:
    """Everybody's documents, as the page shows them.

    Args:
        documents: where they are.
        max_files: at once; more are left out, and that is said.
    """

    def __init__(self, documents: UserDocuments, max_files: int) -> None:
        self._documents, self._max_files = documents, max_files
        self._ending = Control()
        self._adding: dict[str, list[_Adding]] = {}

    def shown(self, caller: Caller) -> Updates:
        """The list of this user's documents, and which of them can be chosen for a question."""
        documents = self._documents.list_documents(caller.owner)
        listed = document_list(
            documents,
            self._documents.failures(caller.owner),
            shared=self._documents.shared is not None,
        )
        choices = choices_of([document.name for document in documents[:_MOST_CHOICES]])
        return {"documents": listed, "scope": choices}

    async def add(self, caller: Caller, files: Sequence[Path]) -> AsyncGenerator[Updates]:
        """Add files of the panel, showing how far it is."""
        named = [NamedFile(path, safe_name(path.name)) for path in files[: self._max_files]]
        over = len(files) - len(named)
        left = f" {over:,} more were left out: add them once more." if over else ""
        try:
            async for words, summary in self.adding(caller, named, partial(remove_uploads, files)):
                yield {"progress": words if summary is None else _summary_sentence(summary) + left}
        except LooktwiceError as error:
            yield {"progress": error_sentence(error)}
        yield await asyncio.to_thread(self.shown, caller)

    async def watch(self, caller: Caller) -> AsyncGenerator[Updates]:
        """How far the files are that a page began to add which was loaded again; nothing without any."""
        last = None
        while at_work := self._adding.get(caller.owner):
            last = at_work[-1]
            yield {"progress": " ".join(one.words for one in at_work)}
            await asyncio.wait([one.work for one in at_work], timeout=_UPDATE_SECONDS)
        if last is not None:
            shown = await asyncio.to_thread(self.shown, caller)
            yield {"progress": _outcome(last.work), **shown}

    def remove(self, caller: Caller, name: str) -> Updates:
        """Forget a document."""
        message = f"{name} is removed."
        try:
            self._documents.remove(caller.owner, name)
        except LooktwiceError as error:
            message = error_sentence(error)
        return {"progress": message, **self.shown(caller)}

    def dismiss(self, caller: Caller, name: str) -> Updates:
        """Forget a file that could not be added."""
        try:
            self._documents.dismiss(caller.owner, name)
        except LooktwiceError as error:
            return {"progress": error_sentence(error)}
        return {"progress": "", **self.shown(caller)}

    def search(self, caller: Caller, words: str) -> Updates:
        """Pages in which it stands."""
        words = words[:_MAX_SEARCH_CHARACTERS]
        try:
            found = self._documents.search(caller.owner, words)
            why = "" if found else self._documents.why_no_picture(caller.owner, words)
            return {"found": search_results(found, words), **({"progress": why} if why else {})}
        except LooktwiceError as error:
            return {"progress": error_sentence(error)}

    async def adding(
        self, caller: Caller, files: list[NamedFile], then: Callable[[], None] = lambda: None
    ) -> AsyncGenerator[tuple[str, Any]]:
        """Add files; words while it goes on, at the end the summary with them.

        It goes on when the page is left: who comes back finds the documents.

        Args:
            caller: whose they become.
            files: the uploads.
            then: called when they are in, or cannot be.
        """
        names = ", ".join(file.name for file in files[:_NAMED])
        if len(files) > _NAMED:
            names = f"{len(files):,} files"

        def on_progress(progress: Any) -> None:
            one.words = (
                f"Adding {names}: {progress.files_done} of {progress.files} files, "
                f"{progress.pages} pages"
            )

        def add() -> Any:
            try:
                return self._documents.add(caller.owner, files, on_progress, self._ending)
            finally:
                then()

        one = _Adding(f"Adding {names}")
        one.work = asyncio.get_running_loop().run_in_executor(None, add)
        self._note(caller.owner, one)
        while not one.work.done():
            yield one.words, None
            await asyncio.wait([one.work], timeout=_UPDATE_SECONDS)
        yield one.words, one.work.result()

    def _note(self, owner: str, one: _Adding) -> None:
        """Remember what is being added until it ends."""
        at_work = self._adding.setdefault(owner, [])
        at_work.append(one)

        def ended(work: asyncio.Future[Any]) -> None:
            _looked_at(work)
            at_work.remove(one)
            if not at_work:
                self._adding.pop(owner, None)

        one.work.add_done_callback(ended)

    def close(self) -> None:
        """End what is being added."""
        self._ending.cancel()


def _looked_at(work: asyncio.Future[Any]) -> None:
    """An error of files whose page was left stands in the list of failures; asyncio need not tell it."""
    if not work.cancelled():
        work.exception()


def _outcome(work: asyncio.Future[Any]) -> str:
    """What became of files, for people."""
    try:
        return _summary_sentence(work.result())
    except LooktwiceError as error:
        return error_sentence(error)


def _summary_sentence(summary: Any) -> str:
    parts = []
    done = len(summary.added) + len(summary.changed)
    if done:
        parts.append(f"{done} added, {summary.pages} page{'' if summary.pages == 1 else 's'}")
    if summary.unchanged:
        parts.append(f"{summary.unchanged} known already")
    if summary.skipped:
        parts.append(f"{summary.skipped} of a kind that cannot be read")
    parts += [f"{Path(path).name}: {why}" for path, why in summary.failed]
    return "; ".join(parts) + "." if parts else "Nothing was added."
