"""The documents of the page's users: adding with progress, listing, removing, searching.

Each user has an index of their own, unless the page was started with one for all. A question opens it for
reading; whoever adds holds its writer's lock only while adding.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ...control import Control
from ...errors import BadInput, UsageError
from ...extensions.extras import require
from ...media.names import safe_name
from ...media.private import make_private
from ...schema import Passage
from ...settings import Settings
from .scope import ChosenDocuments, names_in
from .uploads import NamedFile

if TYPE_CHECKING:
    from PIL import Image

    from ...retrieval.catalog.rows import Document
    from ...retrieval.embeddings.chosen import IndexEmbedders
    from ...retrieval.index import Index
    from ...retrieval.ingest.progress import IngestProgress, IngestSummary
    from ...retrieval.pages import Page

OnProgress = Callable[["IngestProgress"], None]
_WAIT_SECONDS = 30.0


class OpenIndex(Protocol):
    """Opens the index of a folder, for reading or for writing."""

    def __call__(self, folder: Path, *, write: bool) -> Index:
        """As `Index.open` does."""
        ...


class UserDocuments:
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
        self._open_index = open_index or pack_opener(settings)
        self._open_indexes: dict[Path, Index] = {}
        self._most = settings.page.documents_bytes
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
            if folder not in self._open_indexes:
                self._open_indexes[folder] = self._open_index(folder, write=False)
            return self._open_indexes[folder]

    def chosen(self, owner: str, choices: Collection[str]) -> Index | ChosenDocuments | None:
        """The user's documents, or those that were chosen; None where there are none."""
        index = self.index(owner)
        if index is None:
            return None
        names = names_in(choices, [d.name for d in index.documents()])
        if names is None:
            return index
        return ChosenDocuments(index, names) if names else None

    def names_of(self, owner: str, files: Sequence[NamedFile]) -> list[str]:
        """The names of the documents that these uploads have become."""
        index = self.index(owner) if files else None
        kept = {kept_path(file, self.folder(owner) / "files") for file in files} if index else set()
        return [d.name for d in index.documents() if Path(d.path) in kept] if index else []

    def failures(self, owner: str) -> list[tuple[str, str]]:
        """Names of the user's files that could not be added, with the reasons."""
        index = self.index(owner)
        return [(Path(f.path).name, f.reason) for f in index.failures()] if index else []

    def dismiss(self, owner: str, name: str) -> None:
        """Forget a file that could not be added; nothing happens where there is none."""
        folder = self.folder(owner)
        index = self.index(owner)
        paths = [Path(f.path) for f in index.failures()] if index else []
        paths = [p for p in paths if p.name == name and p.is_relative_to(folder / "files")]
        if not paths:
            return
        with self._writing:
            for path in paths:
                path.unlink(missing_ok=True)
            writer = self._open_index(folder, write=True)
            try:
                writer.update()
            finally:
                writer.close()

    def list_documents(self, owner: str) -> Sequence[Document]:
        """Every document, by name."""
        index = self.index(owner)
        return [] if index is None else index.documents()

    def search(self, owner: str, words: str, limit: int = 8) -> list[Passage]:
        """The passages that fit, best first."""
        index = self.index(owner)
        if index is None or not words.strip():
            return []
        return index.search(words, limit=limit)

    def why_no_picture(self, owner: str, words: str) -> str:
        """Why pictures that were looked for are not there; "" where none were."""
        index = self.index(owner)
        found = index.pictures(words) if index is not None and words.strip() else None
        return "" if found is None else found.why

    def page(self, owner: str, document: str, number: int) -> Page:
        """A page; BadInput where there is none."""
        return self._index_of(owner, document).page(document, number)

    def view(self, owner: str, document: str, number: int) -> tuple[Image.Image, float]:
        """A page as a picture, and the units of its frame in a pixel; BadInput where it has none."""
        return self._index_of(owner, document).view(document, number)

    def add(
        self,
        owner: str,
        files: Sequence[NamedFile],
        on_progress: OnProgress = lambda progress: None,
        control: Control | None = None,
    ) -> IngestSummary:
        """Take files in: they are copied beside the index, so that their pages can be shown later.

        Args:
            owner: whose they are.
            files: the uploads.
            on_progress: called with how far it is.
            control: stops it; what is not finished is finished by the next call.
        """
        folder = self.folder(owner)
        self._check_room(folder / "files", files)
        kept = [keep_upload(file, folder / "files") for file in files]
        with self._writing:  # one process, one writer: users wait for each other here
            index = self._open_index(folder, write=True)
            try:
                return index.add(kept, control=control, on_progress=on_progress)
            finally:
                index.close()

    def _check_room(self, folder: Path, files: Sequence[NamedFile]) -> None:
        """UsageError where a user's files would be more than they may be."""
        there = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        added = sum(file.path.stat().st_size for file in files if file.path.is_file())
        if there + added > self._most:
            raise UsageError(
                f"your documents have {there / 2**20:,.0f} MB and may have {self._most / 2**20:,.0f}; "
                "remove some before you add more"
            )

    def remove(self, owner: str, name: str) -> None:
        """Forget a document; a file that was uploaded goes with it.

        Raises:
            BadInput: there is no such document.
        """
        folder = self.folder(owner)
        document = self._index_of(owner, name).document(name)
        with self._writing:
            index = self._open_index(folder, write=True)
            try:
                index.remove([name])
            finally:
                index.close()
        path = Path(document.path)
        if path.is_relative_to(folder / "files"):
            with suppress(OSError):
                path.unlink()
                path.parent.rmdir()

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            for index in self._open_indexes.values():
                index.close()
            self._open_indexes.clear()

    def _index_of(self, owner: str, document: str) -> Index:
        index = self.index(owner)
        if index is None:
            raise BadInput(document, "is not among your documents")
        return index


def keep_upload(upload: NamedFile, folder: Path) -> Path:
    """Copy an upload to its place below a folder, see `kept_path`."""
    try:
        target = kept_path(upload, folder)
        make_private(target.parent)
        if not target.exists():
            shutil.copyfile(upload.path, target)
    except OSError as error:
        raise UsageError(
            f"{safe_name(upload.name)}: cannot be kept ({error.strerror}); try again"
        ) from None
    return target


def kept_path(upload: NamedFile, folder: Path) -> Path:
    """Where an upload is kept: in a folder named after its content, under a harmless name."""
    with upload.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    return folder / digest / safe_name(upload.name)


def pack_opener(settings: Settings, embedders: IndexEmbedders | None = None) -> OpenIndex:
    """Opens indexes with the embedders and experts of the settings, each loaded once and shared.

    Without the extra `index` the page works all the same; opening one raises `MissingExtra`.

    Args:
        settings: name them.
        embedders: those of an assistant, where there is one.
    """
    from ...retrieval.embeddings.chosen import open_index_embedders
    from ...retrieval.embeddings.runtime import Once
    from ...tools.registry import Experts
    from ...tools.scan_reader import scan_reader_of

    chosen = Once(lambda: embedders or open_index_embedders(settings))
    scan_reader = scan_reader_of(Experts.from_settings(settings))

    def open_index(folder: Path, *, write: bool) -> Index:
        require("index")
        from ...retrieval.index import Index

        text, picture = chosen()
        return Index.open(
            folder,
            settings,
            write=write,
            purpose="looktwice ui",
            wait=_WAIT_SECONDS if write else 0.0,
            scan_reader=scan_reader if write else None,
            text=text,
            picture=picture,
        )

    return open_index
