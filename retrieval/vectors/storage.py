"""Where vectors are stored: a folder, a copy of one, or a server. The only file that imports chromadb."""

from __future__ import annotations

import contextlib
import sqlite3
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from ...errors import LooktwiceError, UsageError
from ...media.private import make_private
from .folder import Folder
from .snapshot import snapshot

Result = TypeVar("Result")
Graph = dict[str, int | str]

_NOT_WRITTEN = ("(code: 778)", "(code: 1034)", "(code: 1546)")
"""SQLite's SQLITE_IOERR_WRITE, _FSYNC and _TRUNCATE: the disk would not take it."""
_PASSING = ("is locked", "is full", "readonly", "unable to open", *_NOT_WRITTEN)
"""What SQLite says when the disk or somebody else is in the way, and the file itself is sound."""

_PANIC = "PanicException"
"""What Chroma's Rust raises where it gives up; no Exception, and of a module that cannot be imported."""
_HALF = "bindings"
"""The attribute that a client of Chroma lacks that could not be made, and that its own clean-up needs."""


class VectorsDamaged(LooktwiceError):
    """The vectors cannot be read nor repaired; they must be made again from the documents."""


class VectorsUnreachable(LooktwiceError):
    """The server that holds the vectors does not answer."""


class VectorStorage(ABC):
    """A Chroma and its collections; without one (nothing there yet) every question is None."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._client: Any = None
        self._known: dict[str, Any] = {}

    @abstractmethod
    def open(self) -> None:
        """Connect; what can be repaired is repaired first."""

    def reopen(self) -> None:
        """See what others wrote since."""
        self._known.clear()

    def ask(self, name: str, question: Callable[[Any], Result]) -> Result | None:
        """The answer of a collection, None if there is none of this name."""
        from chromadb.errors import NotFoundError

        if self._client is None:
            return None
        with plainly(self.label):
            with contextlib.suppress(NotFoundError):
                return question(self._collection(name))
            self._known.pop(name, None)  # somebody compacted it: the name stands for another one
            with contextlib.suppress(NotFoundError):
                return question(self._collection(name))
        return None

    def make(self, name: str, graph: Graph) -> Any:
        """The collection of this name, new if need be."""
        if name not in self._known:
            self._known[name] = self._client.get_or_create_collection(
                name, configuration={"hnsw": graph}, embedding_function=None
            )
        return self._known[name]

    def change(self, work: Callable[[], None]) -> None:
        """Do something that writes; all of it is on the disk afterwards."""
        with plainly(self.label):
            work()

    @abstractmethod
    def compact(self, name: str, graph: Graph) -> None:
        """Build a collection again without what was deleted or replaced."""

    def finish(self, name: str) -> None:  # noqa: B027 (folders finish when they are opened)
        """Bring to an end what a killed `compact` left half done."""

    def close(self) -> None:
        """Let go of everything."""
        self._known.clear()
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _find(self, name: str) -> Any:
        from chromadb.errors import NotFoundError

        with contextlib.suppress(NotFoundError):
            return self._collection(name)
        return None

    def _collection(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._client.get_collection(name, embedding_function=None)
        return self._known[name]


class FolderStorage(VectorStorage):
    """A folder that this process alone changes."""

    _taken: ClassVar[set[Path]] = set()
    """Two Chromas of one process on one folder would share what one of them throws away."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._folder = Folder(path)
        self._held: Path | None = None
        self._doubtful = False

    def open(self) -> None:
        make_private(self._folder.path)
        path = self._folder.path.resolve()
        if path in self._taken:
            raise UsageError(f"{path}: these vectors are open for writing in this process already")
        self._taken.add(path)
        self._held = path
        self._doubtful = True
        try:
            self.reopen()
        except OSError as error:
            self.close()
            raise _unusable(self.label, error) from error
        except BaseException:
            self.close()
            raise

    def reopen(self) -> None:
        """Nobody else changes it, so there is nothing new but after a failure."""
        if self._doubtful and self._held:
            super().close()
            with plainly(self.label), self._folder.changing():
                self._connect()
                self._doubtful = False

    def ask(self, name: str, question: Callable[[Any], Result]) -> Result | None:
        if self._client is None:
            self.reopen()
        return super().ask(name, question)

    def change(self, work: Callable[[], None]) -> None:
        self.reopen()
        with plainly(self.label), self._folder.changing():
            self._doubtful = True
            work()
            self._folder.seal()
            self._doubtful = False

    def compact(self, name: str, graph: Graph) -> None:
        self.reopen()
        with plainly(self.label), self._folder.changing():
            self._doubtful = True
            super().close()
            self._folder.scrub()
            self._connect()
            self._doubtful = False

    def lend(self, use: Callable[[], Result]) -> Result:
        """Let another Chroma have the folder, repaired and scrubbed, until `use` returns."""
        make_private(self._folder.path)
        with plainly(self.label), self._folder.changing():
            self._connect()
            super().close()
            if self._folder.scrub():
                self._connect()
                super().close()
            result = use()
            self._folder.seal(orderly=True)
        return result

    def close(self) -> None:
        super().close()
        if self._held is None:
            return
        self._taken.discard(self._held)
        self._held = None
        if not self._doubtful:
            with plainly(self.label), self._folder.changing():
                self._folder.seal(orderly=True)

    def _connect(self) -> None:
        if not self._folder.keeps_log():
            _folder_client(self._folder.path).close()  # Chroma makes its tables
            self._folder.keep_log()
        self._folder.repair()
        self._client = _folder_client(self._folder.path)
        # What the log holds goes into the graph now, under the lock, not in the middle of a search.
        for collection in self._client.list_collections():
            collection.count()
        self._folder.seal()


class CopyStorage(VectorStorage):
    """A folder that somebody else may be changing, as it was at one moment."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._folder = Folder(path)
        self._stamp = (0, 0)
        self._discard: Callable[[], Any] = lambda: None

    def open(self) -> None:
        with plainly(self.label):
            self._stamp = self._folder.stamp
            copy = snapshot(self._folder)
            if copy is None:
                return
            self._discard = weakref.finalize(self, copy.discard)
            copy.folder.repair()
            self._client = _folder_client(copy.folder.path)

    def reopen(self) -> None:
        if self._folder.stamp != self._stamp:
            self.close()
            self.open()

    def compact(self, name: str, graph: Graph) -> None:
        raise UsageError(f"{self.label}: these vectors were opened for reading only")

    def close(self) -> None:
        super().close()
        self._discard()


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(_env_file=None, anonymized_telemetry=False, allow_reset=False)


def _folder_client(path: Path) -> Any:
    import chromadb

    return chromadb.PersistentClient(str(path), settings=_settings())


def server_client(host: str, port: int, ssl: bool) -> Any:
    """A client of a Chroma server."""
    import chromadb

    return chromadb.HttpClient(host, port, ssl, settings=_settings())


@contextlib.contextmanager
def plainly(label: str) -> Iterator[None]:
    """Failures of Chroma, SQLite and the network as ours."""
    try:
        yield
    except Exception as error:
        plain = _plain(label, error)
        if plain is error:
            raise
        raise plain from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise _unusable(label, error) from None


def _unusable(label: str, error: BaseException) -> LooktwiceError:
    return LooktwiceError(
        f"{label}: the vectors cannot be used now ({error}); nothing is lost. Free some space on the "
        "disk, let more files be open (`ulimit -n`), or see that the folder may be written"
    )


def _plain(label: str, error: Exception) -> Exception:
    if isinstance(error, AttributeError) and _HALF in str(error):
        return _unusable(label, error)
    import httpx
    from chromadb.errors import ChromaError, InvalidArgumentError, NotFoundError

    if isinstance(error, InvalidArgumentError):
        return UsageError(f"{label}: these vectors do not fit the index ({error})")
    if isinstance(error, httpx.HTTPError) or str(error).startswith("Could not connect"):
        return VectorsUnreachable(
            f"{label}: no Chroma server answers; start one with `looktwice index serve` ({error})"
        )
    if isinstance(error, NotFoundError) or not isinstance(error, (ChromaError, sqlite3.Error)):
        return error
    if any(sign in str(error) for sign in _PASSING):
        return _unusable(label, error)
    return VectorsDamaged(f"{label}: the vectors cannot be read ({error}); rebuild the index")
