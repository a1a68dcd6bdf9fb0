"""One run that adds files: what is new is read, what moved or is there already costs next to nothing."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from stat import S_ISREG

from ...control import Control
from ...errors import BadInput, Cancelled, DeadlinePassed
from ...settings import DocumentLimits
from ..catalog.catalog import Catalog
from ..embeddings.picture import PictureEmbedder
from ..embeddings.text import TextEmbedder
from ..loaders.isolate import IsolatedReader
from ..loaders.walk import NOT_REGULAR, FoundFile, Walk
from ..sweep import sweep
from ..text.wording import words_of_document
from ..vectors.vectors import Vectors
from .document import DocumentWriter
from .members import Members
from .progress import IngestProgress, IngestSummary, Tally, missing_pages
from .reader import ScanReader

__all__ = ["Ingest"]

_CHUNK = 2**20


class Ingest:
    """One run that adds files; threads of it work on different files.

    Args:
        catalog, vectors: open for writing, the lock held.
        text, picture: embedders; without one for pictures, pictures are found by words only.
        scan_reader: reads scans; a page that is not read is kept without words, and reported.
        limits: what a document may measure.
        members: keeps the documents that others hold.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: Vectors,
        text: TextEmbedder,
        picture: PictureEmbedder | None,
        scan_reader: ScanReader | None,
        limits: DocumentLimits,
        members: Members,
    ) -> None:
        self._members = members
        self._catalog, self._vectors = catalog, vectors
        self._limits = limits
        self._writer = DocumentWriter(
            catalog, vectors, text, picture, scan_reader, members, self._count_stored
        )
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._tally = Tally()
        self._on_progress: Callable[[IngestProgress], None] = lambda progress: None
        self._control = Control()

    def run(
        self,
        paths: Sequence[Path],
        workers: int = 1,
        control: Control | None = None,
        on_progress: Callable[[IngestProgress], None] | None = None,
    ) -> IngestSummary:
        """Add what is new, replace what has changed; one bad file costs only itself."""
        self._control, self._tally = control or Control(), Tally()
        self._on_progress = on_progress or self._on_progress
        walk = Walk(paths, self._limits.follow_links, self._limits.archives)
        files = list(walk.files())
        self._tally.total = len(files)
        interrupted = False
        try:
            self._add_all(files, workers)
        except (Cancelled, DeadlinePassed):
            interrupted = True
        sweep(self._catalog, self._vectors, abandoned=not interrupted)
        return self._tally.summary(walk, interrupted)

    def _add_all(self, files: Sequence[FoundFile], workers: int) -> None:
        """Every file, by threads that have a reading process each."""
        own = threading.local()
        readers: list[IsolatedReader] = []

        def add(found: FoundFile) -> None:
            if not hasattr(own, "reader"):
                own.reader = IsolatedReader(self._limits)
                readers.append(own.reader)
            self._file(found, own.reader)

        try:
            with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
                jobs = [pool.submit(add, found) for found in files]
                try:
                    for job in jobs:
                        job.result()
                except BaseException:
                    self._control.cancel()
                    for job in jobs:
                        job.cancel()
                    raise
        finally:
            for reader in readers:
                reader.close()

    def _file(self, found: FoundFile, reader: IsolatedReader) -> None:
        self._control.check()
        try:
            self._consider(found, reader)
        except BadInput as error:
            self._fail(found.path, error.reason)
        except OSError as error:
            self._fail(found.path, error.strerror or str(error))
        with self._lock:
            self._tally.done += 1
        self._report(found)

    def _fail(self, path: Path, reason: str) -> None:
        try:
            stat = path.stat()
            self._catalog.record_failure(path, reason, stat.st_size, stat.st_mtime_ns)
        except OSError:  # it vanished; what is gone is no failure to remember
            pass
        with self._lock:
            self._tally.failed.append((str(path), reason))

    def _consider(self, found: FoundFile, reader: IsolatedReader) -> None:
        """An unchanged file costs a look at its size and time; a changed one is hashed first."""
        stat = found.path.stat()
        known = self._catalog.file(found.path)
        if known and (known.bytes, known.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            with self._lock:
                self._tally.unchanged += 1
            self._add_members(found, known.document, reader)
            return
        if not S_ISREG(stat.st_mode):
            raise BadInput(str(found.path), NOT_REGULAR)
        if stat.st_size > self._limits.bytes:
            raise BadInput(str(found.path), f"has {stat.st_size:,} bytes, more than the limit")
        sha256 = _hash(found.path, self._limits.bytes, self._control)
        with self._lock:
            twin = sha256 in self._busy
            self._busy.add(sha256)
        if twin:  # another thread is at the same content: look again when it is done
            self._later(found, sha256, stat)
            return
        try:
            self._content(found, sha256, stat, known is not None, reader)
        finally:
            with self._lock:
                self._busy.discard(sha256)

    def _later(self, found: FoundFile, sha256: str, stat: os.stat_result) -> None:
        while sha256 in self._busy:
            self._control.check()
            time.sleep(0.05)
        ready = self._catalog.ready(sha256)
        if ready is None:
            raise BadInput(str(found.path), "its content could not be added (see its copy)")
        self._known_content(found, ready, stat)

    def _content(
        self,
        found: FoundFile,
        sha256: str,
        stat: os.stat_result,
        was_known: bool,
        reader: IsolatedReader,
    ) -> None:
        ready = self._catalog.ready(sha256)
        if ready is not None:
            self._known_content(found, ready, stat)
            return
        if missing := self._writer.add(found, sha256, stat, reader, self._control):
            self._fail(found.path, missing_pages(missing))
        self._add_members(found, self._catalog.ready(sha256), reader)
        name = self._name(found)
        with self._lock:
            (self._tally.changed if was_known else self._tally.added).append(name)

    def _add_members(self, found: FoundFile, document: int | None, reader: IsolatedReader) -> None:
        """What a document holds, as documents of their own; a stop may have left some out."""
        holder = self._catalog.document_of(document) if document and self._members.any() else None
        if holder is None:
            return
        for member in self._members.of(holder.sha256, found.hint):
            if self._catalog.file(member.path) is not None:
                continue
            with self._lock:
                self._tally.total += 1
            self._file(member, reader)

    def _known_content(self, found: FoundFile, document: int, stat: os.stat_result) -> None:
        """A file whose content is there already: touched, moved, or one more copy."""
        known = self._catalog.file(found.path)
        with self._lock:
            if known and known.document == document:
                self._catalog.touch(found.path, stat.st_size, stat.st_mtime_ns)
                self._tally.unchanged += 1
                return
            files = self._catalog.files(document)
            gone = next((path for path in files if not Path(path).exists()), None)
            if gone is None:
                name = self._catalog.add_file(
                    found.path, found.hint, stat.st_size, stat.st_mtime_ns, document
                )
                self._tally.added.append(name)
                return
            was = self._catalog.document_of(document)
            if was is None:  # another process removed it just now
                raise BadInput(str(found.path), "its content was removed meanwhile; add it again")
            words = words_of_document(found.hint, was.title)
            new = self._catalog.rename_file(gone, found.path, found.hint, words)
            self._catalog.touch(found.path, stat.st_size, stat.st_mtime_ns)
            self._tally.renamed.append((was.name, new))

    def _name(self, found: FoundFile) -> str:
        known = self._catalog.file(found.path)
        document = self._catalog.document_of(known.document) if known else None
        return document.name if document else found.hint

    def _count_stored(self, found: FoundFile, pages: int) -> None:
        with self._lock:
            self._tally.pages += pages
        self._report(found)

    def _report(self, found: FoundFile) -> None:
        self._on_progress(self._tally.progress(found.hint))


def _hash(path: Path, most: int, control: Control) -> str:
    """Of a regular file's content.

    Raises:
        BadInput: it is none, or has grown past the limit: a pipe would block, a device never ends.
    """
    digest, size = hashlib.sha256(), 0
    with open(path, "rb", opener=_opened_at_once) as file:
        if not S_ISREG(os.fstat(file.fileno()).st_mode):
            raise BadInput(str(path), NOT_REGULAR)
        while block := file.read(_CHUNK):
            control.check()
            size += len(block)
            if size > most:
                raise BadInput(str(path), f"has more than {most:,} bytes, the limit")
            digest.update(block)
    return digest.hexdigest()


def _opened_at_once(path: str, flags: int) -> int:
    """Opened without waiting for somebody at the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
