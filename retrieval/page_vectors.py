"""The look of an index's pages: made from their files, kept beside the other vectors, and searched.

A page is known by its first passage, as a scan is. Its mean row is in the vectors; where a model gives
many rows, they lie in `pages/` of the index, and decide among the nearest (late interaction).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from ..control import Control
from ..errors import BadInput
from .catalog.catalog import Catalog
from .catalog.rows import Document
from .embeddings.late_interaction import Patches, max_similarity, pooled
from .embeddings.pages import PageRetriever
from .index_vectors import IndexVectors
from .loaders.drawing import PageRenderer
from .page_images import page_image

__all__ = ["PageVectors"]

_log = logging.getLogger(__name__)


class PageVectors:
    """Makes and searches the vectors of pages; for making, the index has to be open for writing.

    Args:
        folder: of the index.
        catalog: knows the pages.
        vectors: hold their mean rows.
        retriever: makes the rows.
        renderer: draws the pages.
    """

    def __init__(
        self,
        folder: Path,
        catalog: Catalog,
        vectors: IndexVectors,
        retriever: PageRetriever,
        renderer: PageRenderer,
    ) -> None:
        self._folder = folder / "pages"
        self._catalog, self._vectors = catalog, vectors
        self._retriever, self._renderer = retriever, renderer

    @property
    def name(self) -> str:
        """Of the weights."""
        return self._retriever.name

    def make(self, control: Control) -> int:
        """Look at every page that was not looked at yet; returns how many.

        What is stopped goes on at the next call. A document whose file is gone or has no look is
        left out.

        Raises:
            WeightsError: the model cannot be had.
            Stopped: `control` said so.
        """
        self.tidy()
        known = set(self._vectors.live().ids("pages"))
        count = 0
        for document in self._catalog.documents():
            try:
                for number, key in self._pages(document, known):
                    control.check()
                    self._look(document, number, key)
                    count += 1
            except BadInput as error:
                _log.info("no look at its pages: %s", error)
        return count

    def _pages(self, document: Document, known: Collection[int]) -> Iterator[tuple[int, int]]:
        for number in range(1, document.pages + 1):
            first = self._catalog.passages_on(document.id, number)[:1]
            if first and first[0].id not in known:
                yield number, first[0].id

    def _look(self, document: Document, number: int, key: int) -> None:
        image, _ = page_image(self._catalog, document, number, self._renderer)
        (rows,) = self._retriever.embed_pages([image])
        if len(rows) > 1:
            self._keep(key, rows)
        self._vectors.live().add("pages", [key], pooled(rows)[None], [document.id])

    def _keep(self, key: int, rows: Patches) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        fresh = self._file(key).with_suffix(".new")
        with fresh.open("wb") as file:
            np.save(file, rows)
        os.replace(fresh, self._file(key))

    def _file(self, key: int) -> Path:
        return self._folder / f"{key}.npy"

    def nearest(
        self, query: str, limit: int, within: Collection[int] | None
    ) -> list[tuple[int, float]]:
        """First passages of the pages that look like an answer, best first, with their likeness.

        Args:
            within: numbers of documents to look into; None for all.
        """
        rows = self._retriever.embed_query(query)
        found = self._vectors.current().query("pages", pooled(rows), limit, within)
        scores = {key: self._likeness(rows, key, cosine) for key, cosine in found}
        return sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))

    def _likeness(self, query: Patches, key: int, cosine: float) -> float:
        """Mean best match of the question's rows; the cosine where a page has one row."""
        try:
            rows: Patches = np.load(self._file(key), allow_pickle=False)
        except (OSError, ValueError):
            return cosine
        return max_similarity(query, rows) / len(query)

    def tidy(self) -> None:
        """Delete what is kept of pages that are gone."""
        if not self._folder.is_dir():
            return
        known = set(self._vectors.live().ids("pages"))
        for file in self._folder.iterdir():
            if not (file.suffix == ".npy" and file.stem.isdecimal() and int(file.stem) in known):
                file.unlink(missing_ok=True)
