"""Vectors in Chroma: in a folder of this machine, or on a server.

Chroma gets ids, vectors and the number of the document they belong to; words stay in the catalog.
The search is HNSW (Malkov and Yashunin 2016, arXiv:1603.09320) by cosine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from ...closing import Closing
from ...errors import UsageError
from .server import ServerStorage, serve
from .storage import (
    CopyStorage,
    FolderStorage,
    Graph,
    VectorsDamaged,
    VectorStorage,
    VectorsUnreachable,
)

__all__ = ["KINDS", "Kind", "Vectors", "VectorsDamaged", "VectorsUnreachable", "serve"]

Kind = Literal["passages", "pictures", "pages"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Rows = NDArray[np.float32]
Hits = list[tuple[int, float]]
Result = TypeVar("Result")

_GRAPH: Graph = {
    "space": "cosine",
    "max_neighbors": 24,
    "ef_construction": 160,
    "ef_search": 200,
    "sync_threshold": 1_000,
}
"""At 100,000 clustered vectors of 384: recall@50 .99 or better in milliseconds, 1 ms to add one."""
_BATCH = 1_000
"""Vectors in one request; Chroma takes some 5,000."""
_WIDER = 8
"""A search among some documents first takes this many times more hits, and drops the others'."""
_EXACT = 500
"""Where the documents have no more vectors than this, all are compared."""


class Vectors(Closing):
    """Vectors by passage id, in one collection for each kind.

    A writer changes the folder itself; one process at a time, which the index's lock sees to. A
    reader of a folder works on a copy of its own, as it was when it was opened: Chroma lets readers
    write, and a reader that did would undo what a writer does at the same time. A server may have
    any number of both. Safe to share between threads.

    Args:
        place: a folder, or the server's http(s)://host:port.
        write: whether vectors will be added or deleted; makes the folder.
        name: first part of the collections' names, for servers that hold several indexes.

    Raises:
        UsageError: the address is none, or the folder is open for writing already.
        VectorsDamaged: the folder cannot be read.
        VectorsUnreachable: no server answers.
    """

    def __init__(self, place: Path | str, *, write: bool, name: str = "looktwice") -> None:
        self._storage = _storage_of(place, write)
        self._write = write
        self._name = name
        self._lock = threading.RLock()
        self._storage.open()
        if write:
            for kind in KINDS:
                self._storage.finish(self._called(kind))

    def add(self, kind: Kind, ids: Sequence[int], vectors: Rows, documents: Sequence[int]) -> None:
        """Add or replace vectors; on the disk when this returns.

        Killed on the way, some of them are there and others not; adding them again is enough.

        Args:
            ids: of the passages, each once.
            vectors: unit rows, shape [len(ids), dimensions].
            documents: the document of each.

        Raises:
            UsageError: the index holds vectors of other dimensions.
        """
        rows = np.asarray(vectors, np.float32)
        if rows.ndim != 2 or not len(ids) == len(rows) == len(documents):
            raise ValueError(
                f"expected a row and a document for each id, got {len(ids)} ids, rows of shape "
                f"{rows.shape} and {len(documents)} documents"
            )
        if not np.isfinite(rows).all():
            raise ValueError("expected finite vectors")
        for at in range(0, len(ids), _BATCH):
            part = slice(at, at + _BATCH)
            self._change(partial(self._add, kind, ids[part], rows[part], documents[part]))

    def delete(self, kind: Kind, ids: Sequence[int]) -> None:
        """Take vectors out of every search; unknown ids are none. `compact` frees their bytes."""
        for part in _parts(ids):
            self._change(partial(self._delete, kind, part))

    def delete_documents(self, documents: Collection[int]) -> None:
        """Take all vectors of these documents out of every search."""
        for kind in KINDS:
            for part in _parts(sorted(documents)):
                names = self._ask(kind, partial(_of_documents, documents=part)) or []
                self.delete(kind, [int(name) for name in names])

    def query(
        self,
        kind: Kind,
        vector: NDArray[np.float32],
        limit: int,
        documents: Collection[int] | None = None,
    ) -> list[tuple[int, float]]:
        """The ids of the nearest vectors and their cosine similarity, best first.

        Args:
            vector: shape [dimensions], any length but zero.
            limit: at most so many.
            documents: look among these only; None for all.

        Raises:
            UsageError: the vectors have other dimensions than this one.
        """
        if limit < 1 or (documents is not None and not documents):
            return []
        found = self._ask(kind, lambda them: _nearest(them, vector, limit, documents))
        return found or []

    def get(self, kind: Kind, ids: Sequence[int]) -> dict[int, Rows]:
        """The vectors, unit length, of those ids that there are."""
        found: dict[int, Rows] = {}
        for part in _parts(ids):
            found |= self._ask(kind, partial(_rows, names=_names(part))) or {}
        return found

    def ids(self, kind: Kind) -> Iterator[int]:
        """Every id, once, while nothing is changed meanwhile."""
        at = 0
        while True:
            names = self._ask(kind, partial(_page, at=at)) or []
            yield from map(int, names)
            at += len(names)
            if not names:
                return

    def count(self, kind: Kind) -> int:
        """How many vectors can be found."""
        return self._ask(kind, lambda them: int(them.count())) or 0

    def reopen(self) -> None:
        """See what was written since; costs a copy of the folder where a reader is behind."""
        with self._lock:
            self._storage.reopen()

    def compact(self, kind: Kind) -> None:
        """Rid the disk, and the graph, of what was deleted or replaced; killed, nothing is lost.

        All vectors are put into a new graph, some 2,000 a second. A server frees its log at its next
        start.
        """
        self._must_write()
        with self._lock:
            self._storage.compact(self._called(kind), _GRAPH)

    def close(self) -> None:
        """Let go of files, threads and connections; calling it twice is fine."""
        with self._lock:
            self._storage.close()

    def _must_write(self) -> None:
        if not self._write:
            raise UsageError(f"{self._storage.label}: these vectors were opened for reading only")

    def _change(self, work: Callable[[], None]) -> None:
        self._must_write()
        with self._lock:
            self._storage.change(work)

    def _ask(self, kind: Kind, question: Callable[[Any], Result]) -> Result | None:
        with self._lock:
            return self._storage.ask(self._called(kind), question)

    def _called(self, kind: Kind) -> str:
        return f"{self._name}-{kind}"

    def _add(self, kind: Kind, ids: Sequence[int], rows: Rows, documents: Sequence[int]) -> None:
        # Chroma 1.5 keeps the old vector on the disk when one is replaced; taken out first, not.
        self._delete(kind, ids)
        self._storage.make(self._called(kind), _GRAPH).add(
            ids=_names(ids),
            embeddings=rows,
            metadatas=[{"document": int(document)} for document in documents],
        )

    def _delete(self, kind: Kind, ids: Sequence[int]) -> None:
        there = self._ask(kind, lambda them: them.get(ids=_names(ids), include=[])["ids"])
        if there:
            self._ask(kind, lambda them: them.delete(ids=there))


def _storage_of(place: Path | str, write: bool) -> VectorStorage:
    if isinstance(place, str) and "://" in place:
        return ServerStorage(place)
    return FolderStorage(Path(place)) if write else CopyStorage(Path(place))


def _names(ids: Sequence[int]) -> list[str]:
    return [str(int(one)) for one in ids]


def _parts(items: Sequence[int]) -> Iterator[Sequence[int]]:
    return (items[at : at + _BATCH] for at in range(0, len(items), _BATCH))


def _among(documents: Collection[int]) -> dict[str, Any]:
    return {"document": {"$in": [int(one) for one in documents]}}


def _rows(them: Any, names: list[str]) -> dict[int, Rows]:
    got = them.get(ids=names, include=["embeddings"])
    pairs = zip(got["ids"], got["embeddings"], strict=True)
    return {int(name): np.asarray(row, np.float32) for name, row in pairs}


def _page(them: Any, at: int) -> list[str]:
    names: list[str] = them.get(limit=_BATCH, offset=at, include=[])["ids"]
    return names


def _of_documents(them: Any, documents: Sequence[int]) -> list[str]:
    names: list[str] = them.get(where=_among(documents), include=[])["ids"]
    return names


def _nearest(them: Any, vector: Rows, limit: int, documents: Collection[int] | None) -> Hits:
    rows = np.asarray(vector, np.float32).reshape(1, -1)
    if documents is None:
        return _hits(them.query(rows, n_results=limit, include=["distances"]))
    # Chroma's own filter takes tens of milliseconds at 100,000 vectors, so it is the last way.
    wanted = set(documents)
    wide = them.query(rows, n_results=limit * _WIDER, include=["distances", "metadatas"])
    inside = [row["document"] in wanted for row in wide["metadatas"][0]]
    hits = [hit for hit, inner in zip(_hits(wide), inside, strict=True) if inner][:limit]
    if len(hits) == limit:
        return hits
    names = _of_documents(them, sorted(wanted))
    if len(names) <= _EXACT:
        return _compared(them, names, rows[0])[:limit] if names else []
    where = _among(wanted)
    return _hits(them.query(rows, n_results=limit, where=where, include=["distances"]))


def _compared(them: Any, names: list[str], vector: Rows) -> Hits:
    found = _rows(them, names)
    scores = np.stack(list(found.values())) @ (vector / np.linalg.norm(vector))
    return sorted(zip(found, scores.tolist(), strict=True), key=lambda hit: (-hit[1], hit[0]))


def _hits(found: Any) -> Hits:
    pairs = zip(found["ids"][0], found["distances"][0], strict=True)
    return [(int(name), 1.0 - float(distance)) for name, distance in pairs]
