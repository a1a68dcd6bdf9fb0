"""One document into catalog and vectors, batch by batch.

For each batch of pages the order is catalog, vectors, catalog: a kill at any moment leaves pages that
are known to be unfinished, and the next run goes on behind the last finished one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

from ...control import Control
from ...errors import BadInput
from ..catalog.catalog import Catalog
from ..catalog.rows import NewFile
from ..depicted.find import KINDS
from ..embeddings.picture import PictureEmbedder
from ..embeddings.text import TextEmbedder
from ..loaders.base import Attachment, DocumentInfo, IllustratedPage, Scan
from ..loaders.isolate import IsolatedReader, Reading
from ..loaders.walk import FoundFile
from ..pages import Page
from ..sweep import drop_orphans
from ..text.chunking import Chunk, Chunker
from ..text.periods import with_tables
from ..text.wording import embedded_texts, words_of_document
from ..vectors.vectors import Vectors
from .members import Members
from .reader import ScanReader
from .scans import read_scans

if TYPE_CHECKING:
    from PIL import Image

    Batch = list[tuple[Page, list[Chunk], Image.Image | None]]

__all__ = ["DocumentWriter"]

_NOTHING_READ = (
    "nothing was read in it: no page has words; open it to see whether it is what it should be"
)
_PAGES, _PASSAGES = 64, 128
"""A batch is stored when it has so many of either; memory grows with it and with nothing else."""


class DocumentWriter:
    """Puts documents into an index, one call a document; several threads may call.

    Args:
        catalog, vectors: open for writing, the lock held.
        text, picture: embedders; without one for pictures, pictures are found by words only.
        scan_reader: reads scans; a page that is not read is kept without words.
        members: keeps the documents that others hold.
        on_stored: called with a file and how many more of its pages are stored.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: Vectors,
        text: TextEmbedder,
        picture: PictureEmbedder | None,
        scan_reader: ScanReader | None,
        members: Members,
        on_stored: Callable[[FoundFile, int], None],
    ) -> None:
        self._catalog, self._vectors = catalog, vectors
        self._text, self._picture, self._scan_reader = text, picture, scan_reader
        self._members = members
        self._on_stored = on_stored

    def add(
        self,
        found: FoundFile,
        sha256: str,
        stat: os.stat_result,
        reader: IsolatedReader,
        control: Control,
    ) -> list[tuple[int, str]]:
        """Add a document, or go on with it behind its last finished page, and publish it.

        Returns:
            The pages it was stored without the words of, with the reasons.

        Raises:
            BadInput: it cannot be read, or changed meanwhile; nothing of it is left.
        """
        reading = reader.read(found.path, 1, control)
        about = reading.about
        document, done = self._catalog.begin(
            sha256,
            type=about.type,
            title=about.title,
            date=about.date,
            bytes=stat.st_size,
            pages=about.pages,
        )
        try:
            drop_orphans(self._catalog, self._vectors)
            if done:
                reading = reader.read(found.path, done + 1, control)
            leaves = self._without_members(reading, sha256)
            self._store_pages(
                document, leaves, reading, self._chunker(document, done), found, control
            )
            if next(self._catalog.passage_ids(document), None) is None:
                raise BadInput(str(found.path), _NOTHING_READ)
            after = found.path.stat()
            if (after.st_size, after.st_mtime_ns) != (stat.st_size, stat.st_mtime_ns):
                raise BadInput(str(found.path), "changed while it was read; add it again")
        except (BadInput, OSError):
            self._catalog.remove(document)
            self._vectors.delete_documents([document])
            self._catalog.purge(document)
            raise
        file = NewFile(str(found.path), found.hint, stat.st_size, stat.st_mtime_ns)
        self._catalog.publish(document, [file])
        return self._catalog.unreadable(document)

    def _without_members(
        self, reading: Reading, sha256: str
    ) -> Iterator[Page | Scan | IllustratedPage]:
        """The pages of a document; other documents that it holds are kept aside."""
        number = 0
        for leaf in reading:
            if isinstance(leaf, Attachment):
                number += 1
                self._members.save(sha256, number, leaf.name, leaf.data)
            else:
                yield leaf

    def _chunker(self, document: int, done: int) -> Chunker:
        """One that goes on in the section where the finished pages end."""
        if done and (last := self._catalog.passages_on(document, done)):
            return Chunker(section=last[-1].heading)
        return Chunker()

    def _store_pages(
        self,
        document: int,
        leaves: Iterator[Page | Scan | IllustratedPage],
        reading: Reading,
        chunker: Chunker,
        found: FoundFile,
        control: Control,
    ) -> None:
        pages = read_scans(leaves, found.hint, self._scan_reader, control)
        with closing(_ahead(_batches(pages, chunker))) as batches:
            for batch in batches:
                self._store(document, batch, found, reading.about)
                self._on_stored(found, len(batch))

    def _store(self, document: int, batch: Batch, found: FoundFile, about: DocumentInfo) -> None:
        texts = [
            text
            for page, chunks, _ in batch
            for text in embedded_texts(found.hint, page.text, [(c.start, c.end) for c in chunks])
        ]
        rows = self._text.embed(texts)
        words = words_of_document(found.hint, about.title)
        ids = self._catalog.add_pages(document, [(p, c) for p, c, _ in batch], words)
        if any(page.frame == "picture" and page.scanned for page, _, _ in batch):
            self._remember_kinds()
        flat = [one for page in ids for one in page]
        if flat:
            self._vectors.add("passages", flat, rows, [document] * len(flat))
        if self._picture is not None:
            looks = [
                (page[0], image)
                for page, (_, _, image) in zip(ids, batch, strict=True)
                if page and image is not None
            ]
            if looks:
                seen = self._picture.embed([image for _, image in looks])
                self._vectors.add(
                    "pictures", [one for one, _ in looks], seen, [document] * len(looks)
                )
        self._catalog.done(document, batch[-1][0].number)

    def _remember_kinds(self) -> None:
        """Keep which things the detector can find, so that what it did not see can be told."""
        kinds = self._scan_reader.kinds if self._scan_reader is not None else None
        if kinds is None:
            return
        names = json.dumps(list(kinds()))
        if self._catalog.meta(KINDS) != names:
            self._catalog.set_meta(KINDS, names)


def _batches(pages: Iterator[tuple[Page, Image.Image | None]], chunker: Chunker) -> Iterator[Batch]:
    batch: Batch = []
    passages = 0
    for page, image in pages:
        page = with_tables(page)
        chunks = chunker.chunks(page)
        batch.append((page, chunks, image))
        passages += len(chunks)
        if len(batch) >= _PAGES or passages >= _PASSAGES or image is not None:
            yield batch
            batch, passages = [], 0
    if batch:
        yield batch


def _ahead(batches: Iterator[Batch]) -> Generator[Batch]:
    """The same; each next one is read while its owner is busy with the one before."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch
