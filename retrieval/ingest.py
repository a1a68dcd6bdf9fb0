"""Adding: files become pages, passages and vectors, and a document is seen when all of it is stored.

For each batch of pages the order is catalog, vectors, catalog: a kill at any moment leaves pages that
are known to be unfinished, and the next run goes on behind the last finished one.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..control import Control
from ..errors import BadInput, Cancelled, DeadlinePassed, ToolError
from ..schema import Origin, Picture, TextLine
from ..settings import DocumentLimits
from .catalog.catalog import Catalog, NewFile
from .embeddings.picture import PictureEmbedder
from .embeddings.text import TextEmbedder
from .loaders.base import DocumentInfo, Scan
from .loaders.isolate import IsolatedReader, Reading
from .loaders.picture import page_of_scan
from .loaders.walk import FoundFile, Walk
from .pages import UNREADABLE, Page
from .text.chunking import Chunker, Cut
from .text.wording import embedded_texts, words_of_document
from .vectors.vectors import Vectors

if TYPE_CHECKING:
    from PIL import Image

    Batch = list[tuple[Page, list[Cut], Image.Image | None]]

__all__ = ["Eyes", "Ingest", "Progress", "Summary", "sweep"]

_PAGES, _PASSAGES = 64, 128
"""A batch is stored when it has so many of either; memory grows with it and with nothing else."""
_CHUNK = 2**20
_NO_WORDS = "a picture"
"""What a picture is that nobody has words for: a passage still, so that its look can find it."""
_NAMED, _REASONS = 8, 2
"""Of pages without words, how many are named and how many reasons are given."""


@dataclass(frozen=True)
class Eyes:
    """Who looks at pages that are pictures: handed in, since retrieval knows no tools.

    Attributes:
        read: OCR; boxes in the picture's original frame.
        objects: what is in a picture in a few words ("4 people, 1 bus"), "" for nothing.
        caption: what a model that sees says of a picture.
        at_once: how many pages may be looked at side by side.
    """

    read: Callable[[Image.Image, Picture], list[TextLine]]
    objects: Callable[[Image.Image, Picture], str] | None = None
    caption: Callable[[Image.Image, Picture], str] | None = None
    at_once: int = 1


@dataclass(frozen=True)
class Progress:
    """How far a run is; `pages` counts those stored by this run."""

    file: str
    files_done: int
    files: int
    pages: int
    seconds: float


@dataclass(frozen=True)
class Summary:
    """What a run did; names of documents, paths where something failed."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    unchanged: int = 0
    removed: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    skipped: int = 0
    pages: int = 0
    seconds: float = 0.0
    interrupted: bool = False


@dataclass
class _Tally:
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    unchanged: int = 0
    pages: int = 0
    done: int = 0
    total: int = 0
    began: float = field(default_factory=time.monotonic)


class Ingest:
    """One run that adds files; threads of it work on different files.

    Args:
        catalog, vectors: open for writing, the lock held.
        text, picture: embedders; without one for pictures, pictures are found by words only.
        eyes: who reads scans; a page that is not read is kept without words, and reported.
        limits: what a document may measure.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: Vectors,
        text: TextEmbedder,
        picture: PictureEmbedder | None,
        eyes: Eyes | None,
        limits: DocumentLimits,
    ) -> None:
        self._catalog, self._vectors = catalog, vectors
        self._text, self._picture, self._eyes = text, picture, eyes
        self._limits = limits
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._tally = _Tally()
        self._tell: Callable[[Progress], None] = lambda progress: None
        self._control = Control()

    def run(
        self,
        paths: Sequence[Path],
        workers: int = 1,
        control: Control | None = None,
        tell: Callable[[Progress], None] | None = None,
    ) -> Summary:
        """Add what is new, replace what has changed; one bad file costs only itself."""
        self._control, self._tally = control or Control(), _Tally()
        self._tell = tell or self._tell
        walk = Walk(paths)
        files = list(walk.files())
        tally = self._tally
        tally.total = len(files)
        interrupted = False
        loaders = threading.local()
        opened: list[IsolatedReader] = []

        def one(found: FoundFile) -> None:
            if not hasattr(loaders, "mine"):
                loaders.mine = IsolatedReader(self._limits)
                opened.append(loaders.mine)
            self._file(found, loaders.mine)

        try:
            with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
                jobs = [pool.submit(one, found) for found in files]
                try:
                    for job in jobs:
                        job.result()
                except BaseException:
                    self._control.cancel()
                    for job in jobs:
                        job.cancel()
                    raise
        except (Cancelled, DeadlinePassed):
            interrupted = True
        finally:
            for loader in opened:
                loader.close()
        sweep(self._catalog, self._vectors, abandoned=not interrupted)
        return Summary(
            added=tuple(tally.added),
            changed=tuple(tally.changed),
            renamed=tuple(tally.renamed),
            unchanged=tally.unchanged,
            failed=(*walk.failed, *tally.failed),
            skipped=walk.skipped,
            pages=tally.pages,
            seconds=time.monotonic() - tally.began,
            interrupted=interrupted,
        )

    def _file(self, found: FoundFile, loader: IsolatedReader) -> None:
        self._control.check()
        try:
            self._consider(found, loader)
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

    def _consider(self, found: FoundFile, loader: IsolatedReader) -> None:
        """An unchanged file costs a look at its size and time; a changed one is hashed first."""
        stat = found.path.stat()
        known = self._catalog.file(found.path)
        if known and (known.bytes, known.mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            with self._lock:
                self._tally.unchanged += 1
            return
        if stat.st_size > self._limits.bytes:
            raise BadInput(str(found.path), f"has {stat.st_size:,} bytes, more than the limit")
        sha256 = _hash(found.path, self._control)
        with self._lock:
            twin = sha256 in self._busy
            self._busy.add(sha256)
        if twin:  # another thread is at the same content: look again when it is done
            self._later(found, sha256, stat)
            return
        try:
            self._content(found, sha256, stat, known is not None, loader)
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
        self._place(found, ready, stat)

    def _content(
        self,
        found: FoundFile,
        sha256: str,
        stat: os.stat_result,
        was_known: bool,
        loader: IsolatedReader,
    ) -> None:
        ready = self._catalog.ready(sha256)
        if ready is not None:
            self._place(found, ready, stat)
            return
        self._document(found, sha256, stat, loader)
        name = self._name(found)
        with self._lock:
            (self._tally.changed if was_known else self._tally.added).append(name)

    def _place(self, found: FoundFile, document: int, stat: os.stat_result) -> None:
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

    def _document(
        self, found: FoundFile, sha256: str, stat: os.stat_result, loader: IsolatedReader
    ) -> None:
        reading = loader.read(found.path, 1, self._control)
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
            _drop_orphans(self._catalog, self._vectors)
            if done:
                reading = loader.read(found.path, done + 1, self._control)
            chunker = Chunker()
            if done and (last := self._catalog.passages_on(document, done)):
                chunker = Chunker(section=last[-1].heading)
            with closing(_ahead(self._batches(reading, chunker, found))) as batches:
                for batch in batches:
                    self._store(document, batch, found, about)
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
        if missing := self._catalog.unreadable(document):
            self._fail(found.path, _without(missing))

    def _batches(
        self,
        reading: Reading,
        chunker: Chunker,
        found: FoundFile,
    ) -> Iterator[Batch]:
        batch: Batch = []
        passages = 0
        for page, image in self._pages(reading, found):
            cuts = chunker.cut(page)
            batch.append((page, cuts, image))
            passages += len(cuts)
            if len(batch) >= _PAGES or passages >= _PASSAGES or image is not None:
                yield batch
                batch, passages = [], 0
        if batch:
            yield batch

    def _pages(
        self, reading: Reading, found: FoundFile
    ) -> Iterator[tuple[Page, Image.Image | None]]:
        """The pages in order; the next scans are looked at meanwhile, as many as the eyes allow."""

        def look(item: Page | Scan) -> tuple[Page, Image.Image | None]:
            self._control.check()
            return self._seen(item, found) if isinstance(item, Scan) else (item, None)

        most = self._eyes.at_once if self._eyes else 1
        ahead: deque[Future[tuple[Page, Image.Image | None]]] = deque()
        with ThreadPoolExecutor(most) as pool:
            for item in reading:
                ahead.append(pool.submit(look, item))
                if len(ahead) > most:  # one waits, so that nobody does while a long page is read
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def _seen(self, scan: Scan, found: FoundFile) -> tuple[Page, Image.Image]:
        """A scan, read and looked at; one that cannot be read is kept, and its label says why."""
        from PIL import Image

        image = Image.frombytes("RGB", scan.size, scan.rgb)
        picture = Picture(
            sha256=hashlib.sha256(scan.rgb).hexdigest(),
            width=scan.size[0],
            height=scan.size[1],
            format="RGB",
            name=found.hint,
            origin=Origin(
                document=found.hint, page=scan.number, scale=scan.scale, frame=scan.frame
            ),
        )
        if self._eyes is None:
            return _unread(scan, "it is a scan, and nobody was given to read it"), image
        try:
            return self._looked_at(scan, image, picture, self._eyes), image
        except ToolError as error:
            return _unread(scan, str(error)), image

    def _looked_at(self, scan: Scan, image: Image.Image, picture: Picture, eyes: Eyes) -> Page:
        lines = eyes.read(image, picture)
        objects = caption = ""
        if scan.frame == "picture":
            objects = (eyes.objects(image, picture) if eyes.objects else "") or _NO_WORDS
            caption = eyes.caption(image, picture) if eyes.caption else ""
        return page_of_scan(scan, lines, objects, caption)

    def _store(
        self,
        document: int,
        batch: Batch,
        found: FoundFile,
        about: DocumentInfo,
    ) -> None:
        texts = [
            text
            for page, cuts, _ in batch
            for text in embedded_texts(found.hint, page.text, [(c.start, c.end) for c in cuts])
        ]
        rows = self._text.embed(texts)
        words = words_of_document(found.hint, about.title)
        ids = self._catalog.add_pages(document, [(p, c) for p, c, _ in batch], words)
        flat = [one for page in ids for one in page]
        if flat:
            self._vectors.add("passages", flat, rows, [document] * len(flat))
        if self._picture is not None:
            looks = [(page[0], image) for page, (_, _, image) in zip(ids, batch, strict=True)
                     if page and image is not None]  # fmt: skip
            if looks:
                seen = self._picture.embed([image for _, image in looks])
                self._vectors.add(
                    "pictures", [one for one, _ in looks], seen, [document] * len(looks)
                )
        self._catalog.done(document, batch[-1][0].number)
        with self._lock:
            self._tally.pages += len(batch)
        self._report(found)

    def _report(self, found: FoundFile) -> None:
        t = self._tally
        seconds = time.monotonic() - t.began
        self._tell(Progress(found.hint, t.done, t.total, t.pages, seconds))


def _ahead(batches: Iterator[Batch]) -> Generator[Batch]:
    """The same; each next one is read while its owner is busy with the one before."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def sweep(
    catalog: Catalog, vectors: Vectors, *, abandoned: bool = False, wipe: bool = False
) -> None:
    """Finish what is being removed, vectors first.

    Args:
        abandoned: also remove what is half added and nobody goes on with.
        wipe: leave no trace in the vectors' files either; costs a rewriting of them all.
    """
    _drop_orphans(catalog, vectors)
    swept = False
    for left in catalog.unfinished():
        if left.state == "adding" and not abandoned:
            continue
        catalog.remove(left.id)
        vectors.delete_documents([left.id])
        catalog.purge(left.id)
        swept = True
    if swept and wipe:
        vectors.compact("passages")
        vectors.compact("pictures")
    catalog.compact()


def _unread(scan: Scan, reason: str) -> Page:
    page = page_of_scan(scan, [], _NO_WORDS)
    return replace(page, label=f"{UNREADABLE}{reason}")


def _without(missing: Sequence[tuple[int, str]]) -> str:
    """What a document was added without: "added without page 3: it is a scan, ..."."""
    numbers = [str(number) for number, _ in missing]
    named = ", ".join(numbers[:_NAMED]) + (", ..." if len(numbers) > _NAMED else "")
    pages = "page" if len(numbers) == 1 else f"{len(numbers)} pages:"
    reasons = "; ".join(list(dict.fromkeys(reason for _, reason in missing))[:_REASONS])
    return f"added without {pages} {named} ({reasons})"


def _drop_orphans(catalog: Catalog, vectors: Vectors) -> None:
    if orphans := catalog.orphans():
        vectors.delete("passages", orphans)
        vectors.delete("pictures", orphans)
        catalog.orphans_gone(orphans)


def _hash(path: Path, control: Control) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            control.check()
            digest.update(block)
    return digest.hexdigest()
