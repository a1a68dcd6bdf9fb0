"""The vectors of an index: opened when they are first wanted, and as new as its catalog."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from ..closing import Closing
from .catalog.catalog import Catalog
from .vectors.vectors import KINDS, Vectors

__all__ = ["IndexVectors"]


class IndexVectors(Closing):
    """Gives an index's vectors, wherever it keeps them. Safe for threads.

    Args:
        folder: of the index.
        catalog: remembers where the vectors are; its generation tells when they have changed.
        write: whether they will be changed.
    """

    def __init__(self, folder: Path, catalog: Catalog, write: bool) -> None:
        self._folder, self._catalog, self._write = folder, catalog, write
        self._opening = threading.RLock()
        self._vectors: Vectors | None = None
        self._generation = -1

    def live(self) -> Vectors:
        """The vectors, to be changed."""
        with self._opening:
            if self._vectors is None:
                name = f"looktwice-{self._catalog.meta('id')}"
                self._generation = self._catalog.generation
                self._vectors = Vectors(self._place(), write=self._write, name=name)
            return self._vectors

    def current(self) -> Vectors:
        """The vectors, to be read: a reader opens them again when a writer has finished."""
        with self._opening:
            vectors = self.live()
            if not self._write and self._generation != self._catalog.generation:
                self._generation = self._catalog.generation
                vectors.reopen()
            return vectors

    def wipe(self) -> None:
        """Delete all of them; remembered until they are all made again."""
        self._catalog.set_meta("incomplete", "yes")
        with self._opening:
            self.close()
            place = self._place()
            if isinstance(place, Path):
                shutil.rmtree(place, ignore_errors=True)
            else:
                vectors = self.live()
                for kind in KINDS:
                    vectors.delete(kind, list(vectors.ids(kind)))

    def close(self) -> None:
        """Give back what was opened; it is opened again when it is wanted again."""
        with self._opening:
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None

    def _place(self) -> Path | str:
        return self._catalog.meta("store") or self._folder / "vectors"
