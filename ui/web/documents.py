"""The documents of the page's users: adding with progress, listing, removing, searching.

Each user has an index of their own, unless the page was started with one for all. A question opens it for
reading; whoever adds holds its writer's lock only while adding.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ...control import Control
from ...errors import BadInput, UsageError
from ...schema import Passage
from ...settings import Settings

if TYPE_CHECKING:
    from PIL import Image

    from ...retrieval.catalog.rows import Document
    from ...retrieval.index import Index
    from ...retrieval.ingest.progress import IngestProgress, IngestSummary
    from ...retrieval.pages import Page

Tell = Callable[["IngestProgress"], None]
_WAIT_SECONDS = 30.0
_NAME = 100


class OpenIndex(Protocol):
    """Opens the index of a folder, for reading or for writing."""

    def __call__(self, folder: Path, *, write: bool) -> Index:
        """As `Index.open` does."""
        ...


class Documents:
    """Every user's index; safe to share between threads.

    Args:
        settings: say where own indexes lie.
        shared: the folder of an index all users have together.
        open_index: how an index is opened; by default with the pack's own embedders and readers.
    """

    def __init__(
        self, settings: Settings, shared: Path | None = None, open_index: OpenIndex | None = None
    ) -> None:
        self._home = settings.home / "documents"
        self.shared = shared
        self._open = open_index or pack_opener(settings)
        self._reading: dict[Path, Index] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    def folder(self, owner: str) -> Path:
        """Where the index of a user lies."""
        if self.shared is not None:
            return self.shared
        return self._home / hashlib.sha256(owner.encode()).hexdigest()[:32]

    def index(self, owner: str) -> Index | None:
        """The user's documents, open for reading; None where there are none yet."""
        folder = self.folder(owner)
        if not (folder / "catalog.db").is_file():
            return None
        with self._lock:
            if folder not in self._reading:
                self._reading[folder] = self._open(folder, write=False)
            return self._reading[folder]

    def listed(self, owner: str) -> Sequence[Document]:
        """Every document, by name."""
        index = self.index(owner)
        return [] if index is None else index.documents()

    def search(self, owner: str, words: str, limit: int = 8) -> list[Passage]:
        """The passages that fit, best first."""
        index = self.index(owner)
        if index is None or not words.strip():
            return []
        return index.search(words, limit=limit)

    def page(self, owner: str, document: str, number: int) -> Page:
        """A page; BadInput where there is none."""
        return self._known(owner, document).page(document, number)

    def view(self, owner: str, document: str, number: int) -> tuple[Image.Image, float]:
        """A page as a picture, and the units of its frame in a pixel; BadInput where it has none."""
        return self._known(owner, document).view(document, number)

    def add(
        self,
        owner: str,
        files: Sequence[tuple[Path, str]],
        tell: Tell = lambda progress: None,
        control: Control | None = None,
    ) -> IngestSummary:
        """Take files in: they are copied beside the index, so that their pages can be shown later.

        Args:
            owner: whose they are.
            files: each with the name it came under.
            tell: told how far it is.
            control: stops it; what is not finished is finished by the next call.
        """
        folder = self.folder(owner)
        kept = [keep(path, name, folder / "files") for path, name in files]
        with self._writing:  # one process, one writer: users wait for each other here
            index = self._open(folder, write=True)
            try:
                return index.add(kept, control=control, on_progress=tell)
            finally:
                index.close()

    def remove(self, owner: str, name: str) -> None:
        """Forget a document; a file that was uploaded goes with it.

        Raises:
            BadInput: there is no such document.
        """
        folder = self.folder(owner)
        known = self._known(owner, name).document(name)
        with self._writing:
            index = self._open(folder, write=True)
            try:
                index.remove([name])
            finally:
                index.close()
        path = Path(known.path)
        if path.is_relative_to(folder / "files"):
            with suppress(OSError):
                path.unlink()
                path.parent.rmdir()

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            for index in self._reading.values():
                index.close()
            self._reading.clear()

    def _known(self, owner: str, document: str) -> Index:
        index = self.index(owner)
        if index is None:
            raise BadInput(document, "is not among your documents")
        return index


def keep(path: Path, name: str, folder: Path) -> Path:
    """Copy an upload to a folder named after its content, under a harmless name."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        target = folder / digest / safe_name(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copyfile(path, target)
    except OSError as error:
        raise UsageError(
            f"{safe_name(name)}: cannot be kept ({error.strerror}); try again"
        ) from None
    return target


def safe_name(name: str) -> str:
    """A file name from outside without folders, control characters and leading points."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(c if c.isprintable() and c not in '<>:"|?*' else "_" for c in last)
    stem, dot, ending = clean.strip(" .").rpartition(".")
    if not dot:
        return clean.strip(" .")[:_NAME] or "file"
    return f"{stem[: _NAME - len(ending)] or 'file'}.{ending[:16]}"


def pack_opener(settings: Settings) -> OpenIndex:
    """Opens indexes with the pack's embedders and experts, each loaded once and shared."""
    from ...retrieval.embeddings.text import as_text_embedder, open_text_embedder
    from ...retrieval.index import Index
    from ...tools.registry import Experts
    from ...tools.scan_reader import scan_reader_of

    text = as_text_embedder(open_text_embedder(settings))
    scan_reader = scan_reader_of(Experts.from_settings(settings))

    def open_index(folder: Path, *, write: bool) -> Index:
        return Index.open(
            folder,
            settings,
            write=write,
            purpose="looktwice ui",
            wait=_WAIT_SECONDS if write else 0.0,
            scan_reader=scan_reader if write else None,
            text=text,
        )

    return open_index
