"""The extractions that are kept: each user's own, and files of records that the page was started with."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ....agent.batch.record_file import RecordFile
from ....errors import BadInput, UsageError
from ....media.names import last_part
from ....media.private import make_private, private_file
from ....media.recent import Recent
from ....schema import Value

_ID = re.compile(r"[\w-]{16}")
_LINES, _ABOUT = "records.jsonl", "about.json"
_LONGEST_TITLE = 120
_MOST_KEPT = 500
"""Tables of one user."""
_MOST_BYTES = 512 * 2**20
"""Of a file of records that somebody opens."""
_MOST_OPEN = 32
"""Files whose lines are kept in memory; another one is read again when it is looked at."""


class SourceFile(Value):
    """A document that is read, and what it is called."""

    path: str
    name: str


class About(Value):
    """What an extraction is of.

    Attributes:
        created: a Unix time.
        documents: how many there are.
        json_schema: of the records; None for a file from elsewhere, which has its own.
        sources: the documents; none for a file from elsewhere.
    """

    title: str
    created: float
    documents: int = 0
    json_schema: dict[str, Any] | None = None
    sources: tuple[SourceFile, ...] = ()


@dataclass(frozen=True)
class KeptExtraction:
    """An extraction of the list.

    Attributes:
        opened: gives its file, which is read when it is wanted.
        folder: it lies in; None for a file that the page was started with.
    """

    id: str
    about: About
    opened: Callable[[], RecordFile]
    folder: Path | None = None

    @property
    def file(self) -> RecordFile:
        """The records; UsageError where they cannot be read any more."""
        return self.opened()

    @property
    def left(self) -> int:
        """Documents that have not been read yet."""
        return max(0, len(self.about.sources) - len(self.file.lines))

    def name_of(self, file: str) -> str:
        """What people call a document of it."""
        names = {source.path: source.name for source in self.about.sources}
        return names.get(file) or last_part(file)

    def may_draw(self, file: str) -> bool:
        """Whether a path of it is one that we, or whoever started the page, put there."""
        return self.folder is None or any(source.path == file for source in self.about.sources)


class RecordLibrary:
    """Every user's extractions; safe for threads. What is somebody else's is not found.

    Args:
        home: where users' own lie.
        shared: files of records that everybody on the page reviews.
    """

    def __init__(self, home: Path, shared: Iterable[RecordFile] = ()) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._files: Recent[Path, RecordFile] = Recent(_MOST_OPEN, lambda _: 1)
        self._shared = {one.id: one for one in map(_given, shared)}

    def every(self, owner: str) -> list[KeptExtraction]:
        """What this user may open, newest first."""
        folder = self._folder(owner)
        ids = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        own = []
        for id_ in ids:
            with suppress(BadInput):  # half made, or spoiled by hand
                own.append(self.get(owner, id_))
        return sorted([*self._shared.values(), *own], key=lambda one: -one.about.created)

    def get(self, owner: str, id_: str) -> KeptExtraction:
        """One of them; BadInput where there is none."""
        if id_ in self._shared:
            return self._shared[id_]
        folder = self._folder(owner) / id_
        if not _ID.fullmatch(id_) or not (folder / _ABOUT).is_file():
            raise BadInput("records", "there are none of this name")
        try:
            about = About.model_validate_json((folder / _ABOUT).read_bytes())
        except (OSError, ValidationError):
            raise BadInput("records", "cannot be read any more") from None
        opened = partial(self._file, folder / _LINES, about.json_schema)
        return KeptExtraction(id_, about, opened, folder)

    def begin(
        self, owner: str, title: str, schema: Mapping[str, Any], sources: Sequence[SourceFile]
    ) -> KeptExtraction:
        """A new extraction, of which nothing is read yet."""
        about = About(
            title=title[:_LONGEST_TITLE],
            created=time.time(),
            documents=len(sources),
            json_schema=dict(schema),
            sources=tuple(sources),
        )
        return self._make(owner, about, b"")

    def keep(self, owner: str, path: Path, name: str) -> KeptExtraction:
        """Take in a file of records that somebody opened.

        Raises:
            UsageError: it is none, or too large.
        """
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{name}: larger than {_MOST_BYTES / 2**20:.0f} MB")
        about = About(
            title=name.removesuffix(".jsonl")[:_LONGEST_TITLE],
            created=time.time(),
            documents=len(RecordFile(path)),
        )
        return self._make(owner, about, path.read_bytes())

    def rename(self, owner: str, id_: str, title: str) -> None:
        """Call one something else."""
        kept, title = self._own(owner, id_), title.strip()[:_LONGEST_TITLE]
        if title and kept.folder is not None:
            _write(kept.folder / _ABOUT, kept.about.model_copy(update={"title": title}))

    def remove(self, owner: str, id_: str) -> None:
        """Forget one, with all that was said of its values."""
        kept = self._own(owner, id_)
        if kept.folder is not None:
            shutil.rmtree(kept.folder, ignore_errors=True)

    def _own(self, owner: str, id_: str) -> KeptExtraction:
        kept = self.get(owner, id_)
        if kept.folder is None:
            raise BadInput(kept.about.title, "belongs to whoever started the page")
        return kept

    def _make(self, owner: str, about: About, lines: bytes) -> KeptExtraction:
        home, id_ = self._folder(owner), secrets.token_urlsafe(12)
        if home.is_dir() and len(list(home.iterdir())) >= _MOST_KEPT:
            raise UsageError(f"you keep {_MOST_KEPT} tables; remove some first")
        folder = home / id_
        make_private(folder)
        private_file(folder / _LINES)
        (folder / _LINES).write_bytes(lines)
        _write(folder / _ABOUT, about)
        return self.get(owner, id_)

    def _folder(self, owner: str) -> Path:
        return self._home / hashlib.sha256(owner.encode()).hexdigest()[:32]

    def _file(self, path: Path, schema: Mapping[str, Any] | None) -> RecordFile:
        with self._lock:  # a large one is read once for all who wait for it
            opened = self._files.get(path)
            return self._files.put(path, RecordFile(path, schema)) if opened is None else opened


def _write(path: Path, about: About) -> None:
    fresh = path.with_suffix(".new")
    private_file(fresh)
    fresh.write_text(about.model_dump_json(), "utf-8")
    fresh.replace(path)


def _given(file: RecordFile) -> KeptExtraction:
    """A file that the page was started with."""
    path = file.path.absolute()
    id_ = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    about = About(title=path.name, created=path.stat().st_mtime, documents=len(file))
    return KeptExtraction(id_, about, lambda: file)
