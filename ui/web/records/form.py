"""What the form for a new extraction offers, and what was chosen in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....agent.extraction.records.schemas.sources import SHIPPED, load_schema
from ....agent.extraction.records.schemas.words import schema_of_words
from ....errors import BadInput, UsageError
from ....media.store import Store
from ....schema import Picture
from ..documents import UserDocuments
from ..history import ChatHistory
from ..scope import ALL_DOCUMENTS, NO_DOCUMENTS, choices_of, names_in
from .library import SourceFile

OWN_FIELDS = "own"
"""Chosen where the fields are written below."""
_PICTURE = "\0picture:"
_MOST = 5_000


def schema_choices() -> list[tuple[str, str]]:
    """Labels and values of what can be read: the shipped schemas, or fields of one's own."""
    return [*((name.replace("_", " "), name) for name in SHIPPED), ("own fields", OWN_FIELDS)]


def chosen_schema(choice: str | None, words: str) -> dict[str, Any]:
    """The schema that was chosen or written.

    Args:
        choice: a value of `schema_choices`.
        words: fields in words, or a JSON Schema.

    Raises:
        UsageError: it cannot be used.
    """
    if choice != OWN_FIELDS:
        if choice not in SHIPPED:
            raise UsageError("choose what to read")
        return load_schema(choice)
    words = words.strip()
    if not words:
        raise UsageError("write the fields to read, such as: number, date: date, total: money")
    if not words.startswith("{"):
        try:
            return schema_of_words(words)
        except UsageError as error:  # here is no option of that name
            raise UsageError(str(error).removeprefix("--fields: ")) from None
    try:
        return load_schema(json.loads(words))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"this JSON Schema is not JSON ({error})") from None


@dataclass(frozen=True)
class SourceChoices:
    """The documents that a user can have read."""

    documents: UserDocuments
    history: ChatHistory
    store: Store

    def offered(self, owner: str, chat: str | None) -> list[tuple[str, str]]:
        """Labels and values: documents by folder and name, and the pictures of the open chat."""
        names = [one.name for one in self.documents.list_documents(owner)][:_MOST]
        listed = [(label, v) for label, v in choices_of(names) if v != NO_DOCUMENTS]
        pictures = [(picture.name, _PICTURE + picture.sha256) for picture in self._of(owner, chat)]
        return [*listed, *pictures]

    def chosen(self, owner: str, choices: Collection[str]) -> list[SourceFile]:
        """The files of what was chosen; all documents where nothing was.

        Raises:
            UsageError: there is nothing to read.
        """
        shas = [c.removeprefix(_PICTURE) for c in choices if c.startswith(_PICTURE)]
        pictures = [p for sha in shas if (p := self.history.picture(owner, sha)) is not None]
        others = [c for c in choices if not c.startswith(_PICTURE)]
        listed = self.documents.list_documents(owner)
        wanted: Sequence[str] | None = []
        if others or not shas:
            wanted = names_in(others or [ALL_DOCUMENTS], [d.name for d in listed])
        found = [
            SourceFile(path=d.path, name=d.name)
            for d in listed
            if (wanted is None or d.name in wanted) and d.type != "video"
        ]
        found += [SourceFile(path=str(self._path(p)), name=p.name or "picture") for p in pictures]
        if not found:
            raise UsageError("there are no documents to read; add some first")
        return found

    def named(self, owner: str, files: Collection[str]) -> list[str]:
        """The documents of these file names."""
        listed = self.documents.list_documents(owner)
        return [one.name for one in listed if one.name.rpartition("/")[2] in files]

    def _path(self, picture: Picture) -> Path:
        try:
            return self.store.path(picture)
        except BadInput as error:
            raise UsageError(str(error)) from None

    def _of(self, owner: str, chat: str | None) -> list[Picture]:
        """The pictures that were asked about in a chat."""
        if chat is None:
            return []
        try:
            exchanges = self.history.exchanges(owner, chat)
        except BadInput:
            return []
        every = {p.sha256: p for exchange in exchanges for p in exchange.pictures}
        return [picture for picture in every.values() if picture.origin is None]
