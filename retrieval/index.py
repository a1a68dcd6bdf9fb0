"""An index: a folder that remembers documents and finds passages and pictures in them.

    index/catalog.db    what there is: documents, pages, passages, words (SQLite; the truth)
    index/vectors/      where passages and pictures lie in meaning (Chroma; follows the catalog)

Open it for reading (any number) or for writing (one at a time).
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..closing import Closing
from ..control import Control
from ..errors import BadInput, UsageError
from ..schema import Box, Passage
from ..settings import Settings
from .catalog.catalog import Catalog, Document, Failure, Filters, Stored
from .catalog.rows import Counts
from .embeddings.picture import PictureEmbedder, open_picture_embedder
from .embeddings.text import (
    Embedder,
    TextEmbedder,
    WordEmbedder,
    as_text_embedder,
    open_text_embedder,
)
from .ingest import Eyes, Ingest, Progress, Summary, sweep
from .loaders.load import render
from .lock import WriterLock
from .pages import Page
from .ranking.figures import Asked
from .ranking.fusion import Reranker
from .ranking.rerank import WordReranker, open_reranker
from .search import Search, matching_boxes
from .text.chunking import Chunker
from .text.wording import embedded_texts, words_of_document
from .vectors.vectors import Vectors, VectorsDamaged

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Checked", "Index"]

FORM = "2"
"""Of passages and what is embedded of them; another form needs a rebuild."""
_BATCH = 128
_NAMED = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checked:
    """What `verify` found: passages in the catalog, vectors, and what did not agree."""

    passages: int
    vectors: int
    missing: int
    extra: int
    mended: bool
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether all agrees now."""
        return not self.problems and (self.mended or not (self.missing or self.extra))


class Index(Closing):
    """Documents that can be searched; open it with `Index.open`. Safe for threads."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        catalog: Catalog,
        lock: WriterLock | None,
        text: TextEmbedder,
        picture: PictureEmbedder | None,
        reranker: Reranker | None,
        eyes: Eyes | None,
    ) -> None:
        self.folder = folder
        self._settings = settings
        self._catalog, self._lock = catalog, lock
        self._text, self._picture, self._asked = text, picture, Asked(text)
        self._reranker, self._eyes = reranker, eyes
        self._opening = threading.RLock()
        self._vectors: Vectors | None = None
        self._seen = -1

    @classmethod
    def open(
        cls,
        folder: Path | str,
        settings: Settings,
        *,
        write: bool = False,
        purpose: str = "",
        wait: float = 0.0,
        tell: Callable[[str], None] | None = None,
        store: str | None = None,
        eyes: Eyes | None = None,
        text: Embedder | None = None,
        picture: PictureEmbedder | None = None,
        reranker: Reranker | None = None,
        rebuild: bool = False,
    ) -> Self:
        """Open the index of a folder.

        Args:
            folder: of the index; made when writing.
            settings: say which embedders and what a document may measure.
            write: take the writer's lock, and finish what a stop left half done.
            purpose: what the lock's holder is told to be doing: a command.
            wait: seconds to wait for another writer.
            tell: told who is waited for.
            store: http(s)://host:port of a Chroma server to put the vectors on; remembered.
            eyes: who reads scans and pictures while adding.
            text, picture, reranker: instead of the pack's own.
            rebuild: the embedders may differ from those it was made with; `rebuild` follows.

        Raises:
            UsageError: there is none to read, another writer has it, or it was made with other
                embedders.
            BadInput: it is damaged.
        """
        folder = Path(folder).expanduser()
        lock = WriterLock(folder, purpose or "looktwice") if write else None
        if lock is not None:
            lock.acquire(wait, tell)
        try:
            catalog = Catalog(folder / "catalog.db", write)
            embedder = text or open_text_embedder(settings)
            index = cls(
                folder,
                settings,
                catalog=catalog,
                lock=lock,
                text=as_text_embedder(embedder),
                picture=picture or open_picture_embedder(settings),
                reranker=reranker or open_reranker(settings) or _by_words(embedder),
                eyes=eyes,
            )
            index._begin(store, rebuild)
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return index

    def _begin(self, store: str | None, rebuild: bool) -> None:
        """Compare the embedders with those the index remembers; a writer tidies up first."""
        names = {
            "form": FORM,
            "text": self._text.name,
            "picture": self._picture.name if self._picture is not None else "",
        }
        if self._lock is None:
            self._compare(names)
            return
        if self._catalog.meta("text") is None:
            for key, value in {**names, "store": store or "", "id": uuid.uuid4().hex[:12]}.items():
                self._catalog.set_meta(key, value)
        elif store is not None and store != self._catalog.meta("store"):
            raise UsageError(
                f"{self.folder}: its vectors are in {self._catalog.meta('store') or 'its folder'};"
                " make a new index to put them elsewhere"
            )
        if rebuild:
            return
        self._compare(names)
        try:
            sweep(self._catalog, self._live())
        except VectorsDamaged:
            _log.warning("the vectors of %s are damaged and made again", self.folder)
            self._wipe()
        if self._catalog.meta("incomplete"):
            self.verify()

    def _compare(self, names: dict[str, str]) -> None:
        for key, now in names.items():
            then = self._catalog.meta(key)
            if then != now:
                raise UsageError(
                    f"{self.folder}: made with {then or 'nothing'} for {key}, and {now or 'nothing'}"
                    f" is in use now; run `looktwice index rebuild --index {self.folder}`,"
                    " or use the settings it was made with"
                )

    # finding

    def search(
        self,
        query: str = "",
        *,
        picture: Image.Image | None = None,
        limit: int = 10,
        filters: Filters | None = None,
        rerank: bool | None = None,
        control: Control | None = None,
    ) -> list[Passage]:
        """The pages that fit words, a picture or both, best first, each by its best passage.

        Args:
            query: in words; the question itself is a good one.
            picture: find what looks like it.
            limit: at most so many.
            filters: look into some documents only.
            rerank: read the best ones again together with the query. By default where the pack has
                a reranker that was made for it; else it compares word by word, which takes a second
                or two.
            control: stops the search.

        Raises:
            UsageError: neither words nor a picture; or a reranker is wanted and there is none.
        """
        if not query.strip() and picture is None:
            raise UsageError("search: give some words, a picture, or both")
        if rerank and self._reranker is None:
            raise UsageError("search: this pack has no reranker; leave --rerank out")
        search = Search(self._catalog, self._reading, self._text, self._picture, self._asked)
        if rerank is None:
            rerank = not isinstance(self._reranker, WordReranker)
        reranker = self._reranker if rerank else None
        return search.run(query, picture, limit, filters, reranker, control or Control())

    def similar_pictures(self, image: Image.Image, limit: int = 10) -> list[Passage]:
        """Pictures and scanned pages that look alike, best first."""
        return self.search(picture=image, limit=limit)

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """Every document, by name."""
        return self._catalog.documents(filters)

    def document(self, name: str) -> Document:
        """A document by its name; BadInput with the nearest names where there is none."""
        found = self._catalog.document(name)
        if found is None:
            names = [d.name for d in self._catalog.documents()]
            near = get_close_matches(name, names, n=3, cutoff=0.3) or names[:3]
            hint = f"; there is {', '.join(near)}" if near else "; the index is empty"
            raise BadInput(name, f"is not in the index{hint}")
        return found

    def page(self, document: str, number: int) -> Page:
        """A page of a document; BadInput where there is none."""
        found = self.document(document)
        page = self._catalog.page(found.id, number)
        if page is None:
            raise BadInput(found.name, f"has no page {number}, only 1 to {found.pages}")
        return page

    def view(self, document: str, number: int) -> tuple[Image.Image, float]:
        """A page as a picture, and the units of the page's frame in one pixel.

        Raises:
            BadInput: no such page, no look, or the file is gone or has changed since.
        """
        found = self.document(document)
        self.page(found.name, number)
        path = Path(found.path)
        known = self._catalog.file(path)
        try:
            stat = path.stat()
        except OSError:
            raise BadInput(
                found.name, f"its file is gone from {path}; run `index update`"
            ) from None
        if known is None or (known.bytes, known.mtime_ns) != (stat.st_size, stat.st_mtime_ns):
            raise BadInput(found.name, f"{path} has changed since it was added; run `index update`")
        return render(path, number, self._settings.documents)

    def render(self, document: str, number: int) -> Image.Image:
        """A page as a picture; BadInput as in `view`."""
        return self.view(document, number)[0]

    def matches(self, document: str, number: int, query: str) -> tuple[Box, ...]:
        """Where the words of a query stand on a page."""
        return matching_boxes(self.page(document, number), query)

    def describe(self) -> str:
        """What is in it, in two or three lines, for a model or a person."""
        documents = self._catalog.documents()
        kinds = Counter(d.type for d in documents)
        what = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        pages = sum(d.pages for d in documents)
        names = ", ".join(d.title or d.name for d in documents[:_NAMED])
        more = f" and {len(documents) - _NAMED} more" if len(documents) > _NAMED else ""
        return f"Documents: {what}; {pages} pages.\n{names}{more}"

    def counts(self) -> Counts:
        """How much there is of what."""
        return self._catalog.counts()

    def failures(self) -> list[Failure]:
        """Files that could not be added, with the reasons."""
        return self._catalog.failures()

    def roots(self) -> list[str]:
        """The files and folders that were added; `update` looks at them again."""
        return self._catalog.roots()

    def __len__(self) -> int:
        return self._catalog.counts()["documents"]

    # changing

    def add(
        self,
        paths: Sequence[Path | str],
        *,
        workers: int = 1,
        control: Control | None = None,
        tell: Callable[[Progress], None] | None = None,
    ) -> Summary:
        """Add files and folders: what is new or has changed; the rest costs nothing.

        Stopped or killed, it goes on behind the last finished page when it is called again.
        """
        self._writes()
        places = [Path(os.path.abspath(Path(path).expanduser())) for path in paths]
        for place in places:
            if place.exists():
                self._catalog.add_root(place)
        return self._ingest(places, workers, control, tell)

    def update(
        self,
        *,
        workers: int = 1,
        control: Control | None = None,
        tell: Callable[[Progress], None] | None = None,
    ) -> Summary:
        """Look at everything that was added again: new, changed and vanished files."""
        self._writes()
        roots = [Path(root) for root in self._catalog.roots()]
        summary = self._ingest([r for r in roots if r.exists()], workers, control, tell)
        if summary.interrupted:
            return summary
        names = {document.id: document.name for document in self._catalog.documents()}
        removed = []
        for path, file in self._catalog.files().items():
            if not Path(path).exists() and self._catalog.forget_file(path):
                removed.append(names[file.document])
        for failure in self._catalog.failures():
            if not Path(failure.path).exists():
                self._catalog.clear_failure(failure.path)
        sweep(self._catalog, self._live(), wipe=bool(removed))
        return Summary(**{**summary.__dict__, "removed": tuple(removed)})

    def remove(self, names: Sequence[str]) -> list[str]:
        """Remove documents; nothing of them is left, in the vectors' files neither.

        Raises:
            BadInput: one of the names is unknown; nothing was removed.
        """
        self._writes()
        documents = [self.document(name) for name in names]
        for document in documents:
            self._catalog.remove(document.id)
        sweep(self._catalog, self._live(), wipe=True)
        return [document.name for document in documents]

    def verify(self, mend: bool = True) -> Checked:
        """Prove that catalog and vectors agree; with `mend`, make and delete vectors until they do.

        With `mend` the keyword index is checked, too, and made again where it is damaged.
        """
        words = True
        if mend:
            self._writes()
            words = self._catalog.check_words(mend=True)
        vectors = self._reading()
        wanted = set(self._catalog.all_passage_ids())
        there = set(vectors.ids("passages"))
        pictures = set(vectors.ids("pictures"))
        missing = sorted(wanted - there)
        extra, odd = sorted(there - wanted), sorted(pictures - wanted)
        if mend:
            self._embed(missing)
            vectors.delete("passages", extra)
            vectors.delete("pictures", odd)
            sweep(self._catalog, vectors)
            self._catalog.set_meta("incomplete", "")
        return Checked(
            passages=len(wanted),
            vectors=len(there),
            missing=len(missing),
            extra=len(extra) + len(odd),
            mended=mend and bool(missing or extra or odd or not words),
        )

    def rebuild(
        self, tell: Callable[[Progress], None] | None = None, control: Control | None = None
    ) -> int:
        """Make all vectors again, with the embedders of these settings; returns how many passages.

        Text comes from the catalog, pictures from their files where those are still the same. An
        index of an older form is cut into passages again first; stopped, it has to be rebuilt still.
        """
        self._writes()
        self._wipe()
        if self._catalog.meta("form") != FORM:
            self._cut_again(control or Control())
        self._catalog.set_meta("form", FORM)
        self._catalog.set_meta("text", self._text.name)
        self._catalog.set_meta("picture", self._picture.name if self._picture else "")
        count = self._embed(list(self._catalog.all_passage_ids()), control)
        self._embed_pictures(control)
        self._catalog.set_meta("incomplete", "")
        return count

    def close(self) -> None:
        """Give back what was opened; calling twice is fine."""
        with self._opening:
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None
        self._catalog.close()
        if self._lock is not None:
            self._lock.release()

    # inside

    def _ingest(
        self,
        places: Sequence[Path],
        workers: int,
        control: Control | None,
        tell: Callable[[Progress], None] | None,
    ) -> Summary:
        run = Ingest(
            self._catalog,
            self._live(),
            self._text,
            self._picture,
            self._eyes,
            self._settings.documents,
        )
        return run.run(places, workers, control, tell)

    def _writes(self) -> None:
        if self._lock is None:
            raise UsageError(f"{self.folder}: this index is open for reading only")

    def _place(self) -> Path | str:
        return self._catalog.meta("store") or self.folder / "vectors"

    def _live(self) -> Vectors:
        """The vectors, opened when they are first wanted."""
        with self._opening:
            if self._vectors is None:
                name = f"looktwice-{self._catalog.meta('id')}"
                self._seen = self._catalog.generation
                self._vectors = Vectors(self._place(), write=self._lock is not None, name=name)
            return self._vectors

    def _reading(self) -> Vectors:
        """The vectors as new as the catalog: a reader opens them again when a writer has finished."""
        with self._opening:
            vectors = self._live()
            if self._lock is None and self._seen != self._catalog.generation:
                self._seen = self._catalog.generation
                vectors.reopen()
            return vectors

    def _wipe(self) -> None:
        """No vectors; remembered until they are all made again."""
        self._catalog.set_meta("incomplete", "yes")
        with self._opening:
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None
            place = self._place()
            if isinstance(place, Path):
                shutil.rmtree(place, ignore_errors=True)
            else:
                vectors = self._live()
                vectors.delete("passages", list(vectors.ids("passages")))
                vectors.delete("pictures", list(vectors.ids("pictures")))

    def _cut_again(self, control: Control) -> None:
        for document in self._catalog.documents():
            control.check()
            chunker = Chunker()
            numbers = range(1, document.pages + 1)
            pages = (self._catalog.page(document.id, number) for number in numbers)
            cuts = [(page, chunker.cut(page)) for page in pages if page is not None]
            words = words_of_document(document.name, document.title)
            self._catalog.cut_again(document.id, cuts, words)

    def _embed(self, ids: Sequence[int], control: Control | None = None) -> int:
        """Make the vectors of passages from the catalog's own text."""
        count = 0
        for part in _parts(ids):
            if control is not None:
                control.check()
            passages = self._catalog.passages(part)
            texts = self._embedded(passages)
            if passages:
                self._live().add(
                    "passages",
                    [p.id for p in passages],
                    self._text.embed(texts),
                    [p.document_id for p in passages],
                )
            count += len(passages)
        return count

    def _embedded(self, passages: Sequence[Stored]) -> list[str]:
        """What the vectors of passages are made of."""
        texts: dict[int, str] = {}
        for passage in passages:
            if passage.id in texts:
                continue
            page = self._catalog.page(passage.document_id, passage.page)
            there = self._catalog.passages_on(passage.document_id, passage.page)
            spans = [(one.start, one.end) for one in there]
            words = embedded_texts(passage.document, page.text if page else "", spans)
            texts.update(zip((one.id for one in there), words, strict=True))
        return [texts[passage.id] for passage in passages]

    def _embed_pictures(self, control: Control | None) -> None:
        if self._picture is None:
            return
        for document in self._catalog.documents():
            for number in range(1, document.pages + 1) if document.scanned else ():
                if control is not None:
                    control.check()
                page = self._catalog.page(document.id, number)
                first = self._catalog.passages_on(document.id, number)[:1]
                if page is None or not page.scanned or not first:
                    continue
                try:
                    image = self.render(document.name, number)
                except BadInput as error:
                    _log.warning("%s", error)
                    break
                self._live().add(
                    "pictures", [first[0].id], self._picture.embed([image]), [document.id]
                )


def _by_words(embedder: Embedder) -> WordReranker | None:
    return WordReranker(embedder) if isinstance(embedder, WordEmbedder) else None


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + _BATCH] for at in range(0, len(ids), _BATCH))
