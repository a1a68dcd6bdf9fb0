"""The indexes an assistant is asked about: each folder opened once, kept, closed at the end."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import UsageError
from ..extensions.extras import needs
from ..retrieval.embeddings.chosen import IndexEmbedders
from ..settings import Settings
from ..tools.documents.search import Searchable

Indexed: TypeAlias = str | Path | Searchable
"""An index as people give it: its folder, or the open index."""


class OpenIndexes:
    """Opens indexes for reading; safe for threads.

    Args:
        settings: what a document may measure, and more.
        embedders: those that ask the indexes, loaded once; None where they are not installed.
    """

    def __init__(self, settings: Settings, embedders: IndexEmbedders | None) -> None:
        self._settings = settings
        self._embedders: Mapping[str, Any] = embedders._asdict() if embedders else {}
        self._open: dict[Path, Searchable] = {}
        self._lock = threading.Lock()

    def open(self, index: Indexed) -> Searchable:
        """The index of a folder, or the one that was given.

        Raises:
            UsageError: there is no index in that folder, or it was made with other embedders.
        """
        if not isinstance(index, str | Path):
            if not isinstance(index, Searchable):
                raise UsageError(
                    f"index: expected a folder or an Index, got a {type(index).__name__}"
                )
            return index
        folder = Path(index).expanduser().resolve()
        with self._lock:
            if folder not in self._open:
                with needs("index"):
                    from ..retrieval.index import Index

                self._open[folder] = Index.open(folder, self._settings, **self._embedders)
            return self._open[folder]

    def close(self) -> None:
        """Close what was opened here; an index that was handed in stays its owner's."""
        with self._lock:
            for index in self._open.values():
                if callable(close := getattr(index, "close", None)):
                    close()
            self._open.clear()
