"""An index: a folder that remembers documents and finds passages and pictures in them.

    index/catalog.db    what there is: documents, pages, passages, words (SQLite; the truth)
    index/vectors/      where passages and pictures lie in meaning (Chroma; follows the catalog)

Open it for reading (any number) or for writing (one at a time).
"""

from __future__ import annotations

import logging
import os
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..closing import Closing
from ..control import Control
from ..errors import BadInput, Cancelled, DeadlinePassed, UsageError
from ..schema import Box, Depicted, Passage, Picture, Table, TextLine
from ..settings import Settings
from .catalog.catalog import Catalog
from .catalog.records import KeptRecords
from .catalog.rows import Counts, Document, FailedFile, Filters
from .composed import composed
from .depicted.find import PICTURES, DepictionSearch
from .duplicates import Duplicates, duplicates_in
from .embeddings.chosen import open_index_embedders
from .embeddings.pages import PageRetriever, open_page_retriever
from .embeddings.picture import PictureEmbedder
from .embeddings.text import Embedder, TextEmbedder, TokenEmbedder, as_text_embedder
from .index_vectors import IndexVectors
from .ingest.members import Members
from .ingest.progress import IngestProgress, IngestSummary
from .ingest.reader import ScanReader
from .ingest.run import Ingest
from .loaders.drawing import PageRenderer
from .lock import WriterLock
from .maintenance import FORM, Maintenance, VerifyReport
from .outline import DocumentOutline, outline_of
from .page_images import page_image, unchanged_file
from .page_order import PageOrderer
from .page_vectors import PageVectors
from .pages import Page
from .ranking.figures import FigureIntent
from .ranking.fusion import Reranker
from .ranking.page_rerank import PageReranker, open_page_reranker
from .ranking.rerank import WordReranker, open_reranker
from .search import Search, matching_boxes, matching_spans
from .sweep import forget_vanished, sweep
from .tables.read import TableReader
from .vectors.vectors import VectorsDamaged
from .watching import VideoQuestion, VideoSearch, Watched

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Index"]

_NAMED = 8
_WIDE = 50
"""Pictures that are looked at where words are to choose among those that look alike."""
_log = logging.getLogger(__name__)


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
        scan_reader: ScanReader | None,
        page_retriever: PageRetriever | None = None,
        page_reranker: PageReranker | None = None,
    ) -> None:
        self.folder = folder
        self._limits = settings.documents
        self._catalog, self._lock = catalog, lock
        self._text, self._picture, self._reranker = text, picture, reranker
        self._scan_reader = scan_reader
        self._members = Members(folder / "members")
        self._outlines: dict[tuple[int, str], DocumentOutline] = {}
        self._records: KeptRecords | None = None
        self._vectors = IndexVectors(folder, catalog, write=lock is not None)
        looked_at = {"render_dpi": settings.documents.look_dpi}
        self._renderer = PageRenderer(settings.documents.model_copy(update=looked_at))
        self._looks: PageVectors | None = None
        if page_retriever is not None:
            self._looks = PageVectors(
                folder, catalog, self._vectors, page_retriever, self._renderer
            )
        self._search = Search(
            catalog, self._vectors.current, text, picture, FigureIntent(text), lambda: self._looks
        )
        least = settings.thresholds.depicted
        self._depictions = DepictionSearch(catalog, text, least)
        self._videos = VideoSearch(catalog, text, self._depictions, least)
        self._page_orderer = (
            PageOrderer(page_reranker, self.render) if page_reranker is not None else None
        )
        self._maintenance = Maintenance(catalog, self._vectors, text, picture, self._renderer)

    @classmethod
    def open(
        cls,
        folder: Path | str,
        settings: Settings,
        *,
        write: bool = False,
        purpose: str = "",
        wait: float = 0.0,
        on_wait: Callable[[str], None] | None = None,
        store: str | None = None,
        scan_reader: ScanReader | None = None,
        text: Embedder | None = None,
        picture: PictureEmbedder | None = None,
        reranker: Reranker | None = None,
        page_retriever: PageRetriever | None = None,
        page_reranker: PageReranker | None = None,
        rebuild: bool = False,
    ) -> Self:
        """Open the index of a folder.

        Args:
            folder: of the index; made when writing.
            settings: say which embedders and what a document may measure.
            write: take the writer's lock, and finish what a stop left half done.
            purpose: what the lock says its holder is doing: a command.
            wait: seconds to wait for another writer.
            on_wait: called with a sentence that says who is waited for.
            store: http(s)://host:port of a Chroma server to put the vectors on; remembered.
            scan_reader: reads scans and pictures while adding.
            text, picture, reranker, page_retriever, page_reranker: instead of what the settings name.
            rebuild: the embedders may differ from those it was made with; `rebuild` follows.

        Raises:
            UsageError: there is none to read, another writer has it, or it was made with other
                embedders.
            BadInput: it is damaged.
        """
        folder = Path(folder).expanduser()
        lock = WriterLock(folder, purpose or "looktwice") if write else None
        if lock is not None:
            lock.acquire(wait, on_wait)
        try:
            catalog = Catalog(folder / "catalog.db", write)
            embedder, sees = open_index_embedders(settings, text, picture)
            index = cls(
                folder,
                settings,
                catalog=catalog,
                lock=lock,
                text=as_text_embedder(embedder),
                picture=sees,
                reranker=reranker or open_reranker(settings) or _by_words(embedder),
                scan_reader=scan_reader,
                page_retriever=page_retriever or open_page_retriever(settings),
                page_reranker=page_reranker or open_page_reranker(settings),
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
            self._compare_looks()
            return
        if self._catalog.meta("text") is None:
            looks = self._looks.name if self._looks is not None else ""
            places = {"store": store or "", "id": uuid.uuid4().hex[:12], "pages": looks}
            for key, value in {**names, **places}.items():
                self._catalog.set_meta(key, value)
        elif store is not None and store != self._catalog.meta("store"):
            raise UsageError(
                f"{self.folder}: its vectors are in {self._catalog.meta('store') or 'its folder'};"
                " make a new index to put them elsewhere"
            )
        if rebuild:
            return
        self._compare(names)
        self._compare_looks()
        try:
            sweep(self._catalog, self._vectors.live())
        except VectorsDamaged:
            _log.warning("the vectors of %s are damaged and made again", self.folder)
            self._vectors.wipe()
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

    def _compare_looks(self) -> None:
        """Leave the look of pages alone where the index was made without it, or by another model.

        It only adds to what words find, so the index stays usable.
        """
        then = self._catalog.meta("pages") or ""
        now = self._looks.name if self._looks is not None else ""
        if then and now and then != now:
            _log.warning(
                "%s: its pages were looked at by %s, and %s is in use now: they are found by words "
                "only, until `looktwice index rebuild`",
                *(self.folder, then, now),
            )
        if then != now:
            self._looks = None

    # finding

    def search(
        self,
        query: str = "",
        *,
        picture: Image.Image | None = None,
        limit: int = 10,
        filters: Filters | None = None,
        documents: Sequence[str] = (),
        rerank: bool | None = None,
        control: Control | None = None,
    ) -> list[Passage]:
        """The pages that fit words, a picture or both, best first, each by its best passage.

        A query for pictures ("find pictures of dogs") finds those that show it; where there is none,
        nothing, or among documents of other kinds what fits its words. `pictures` says why.

        Args:
            query: in words; the question itself is a good one.
            picture: find what looks like it; with words, too, that of which they are true first: "at
                night", "with a dog". An embedder that knows words looks for both at once (composed
                retrieval); with another one it counts what was seen and read in pictures.
            limit: at most so many.
            filters: look into some documents only.
            documents: names of those to look into, beside what `filters` say.
            rerank: read the best ones again together with the query. By default where the pack has
                a reranker that was made for it; else it compares word by word, which takes a second
                or two.
            control: stops the search.

        Raises:
            UsageError: neither words nor a picture; or a reranker is wanted and there is none.
        """
        if not query.strip() and picture is None:
            raise UsageError("search: give some words, a picture, or both")
        if rerank and self._reranker is None and self._page_orderer is None:
            raise UsageError("search: this pack has no reranker; leave --rerank out")
        orderer = None if rerank is False else self._page_orderer
        if rerank is None:
            rerank = not isinstance(self._reranker, WordReranker)
        reranker = self._reranker if rerank else None
        if documents:
            filters = replace(filters or Filters(), documents=tuple(documents))
        control = control or Control()
        if picture is not None and self._picture is not None and query.strip():
            return self._alike_but(picture, query, limit, filters, control)
        if picture is None:
            depicted = self.pictures(query, limit=limit, filters=filters)
            if depicted is not None and (depicted.passages or self._only_pictures(filters)):
                return list(depicted.passages)
        return self._search.run(query, picture, limit, filters, reranker, control, orderer)

    def _alike_but(
        self,
        image: Image.Image,
        words: str,
        limit: int,
        filters: Filters | None,
        control: Control,
    ) -> list[Passage]:
        """Pictures that look alike, those of which words are true first."""
        wide = max(_WIDE, 5 * limit)
        knows_words = self._picture is not None and self._picture.words
        near = self._search.run(words if knows_words else "", image, wide, filters, None, control)
        alike = [hit for hit in near if "picture" in hit.found_by]
        said = self._depictions.saying(words, wide, self._catalog.documents(filters))
        return composed(alike, said)[:limit]

    def pictures(
        self,
        query: str,
        *,
        limit: int = 10,
        filters: Filters | None = None,
        documents: Sequence[str] = (),
        always: bool = False,
    ) -> Depicted | None:
        """The pictures and moments of videos that show what a query looks for, the surest first.

        Where none is found it says why: what a detector knows and saw, and what is written in the
        pictures, is what was looked among.

        Args:
            query: "find pictures of dogs".
            limit: at most so many.
            filters, documents: as for `search`.
            always: it is known to look for pictures: "dogs".

        Returns:
            None where the query looks for no pictures, or there are none to look into.
        """
        if documents:
            filters = replace(filters or Filters(), documents=tuple(documents))
        return self._depictions.find(query, limit, self._catalog.documents(filters), always)

    def video_question(self, question: str) -> VideoQuestion:
        """What a question asks of a video: when, how many, which words; or none of these."""
        return self._videos.understood(question)

    def watch(self, document: str, question: VideoQuestion) -> Watched:
        """What a video says to a question; BadInput with the nearest names where there is none."""
        return self._videos.watch(self.document(document), question)

    def _only_pictures(self, filters: Filters | None) -> bool:
        return all(d.type in PICTURES for d in self._catalog.documents(filters))

    def similar_pictures(
        self, image: Image.Image, limit: int = 10, words: str = ""
    ) -> list[Passage]:
        """Pictures and scanned pages that look alike, best first.

        Args:
            image: like this one,
            limit: at most so many,
            words: but as they say, as for `search`.
        """
        return self.search(words, picture=image, limit=limit)

    def duplicates(self, control: Control | None = None) -> tuple[list[Duplicates], list[str]]:
        """Documents of the same bytes and pictures that look the same, and what could not be looked at.

        Args:
            control: stops between two pictures.
        """
        return duplicates_in(self, control)

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

    def outline(self, document: str) -> DocumentOutline:
        """Headings, figures, tables and printed page numbers of a document; BadInput as in `page`."""
        found = self.document(document)
        key = (found.id, found.sha256)
        if key not in self._outlines:
            numbers = range(1, found.pages + 1)
            pages = (self._catalog.page(found.id, number) for number in numbers)
            self._outlines[key] = outline_of(page for page in pages if page is not None)
        return self._outlines[key]

    def view(self, document: str, number: int) -> tuple[Image.Image, float]:
        """A page as a picture, and the units of the page's frame in one pixel.

        Raises:
            BadInput: no such page, no look, or the file is gone or has changed since.
        """
        found = self.document(document)
        self.page(found.name, number)
        return page_image(self._catalog, found, number, self._renderer)

    def tables(
        self,
        document: str,
        read_text: Callable[[Image.Image, Picture], list[TextLine]] | None = None,
        first: int = 1,
        last: int = 0,
    ) -> list[Table]:
        """The tables of a document, read from its file.

        Args:
            document: its name.
            read_text: OCR, for pages that are pictures.
            first, last: pages to look at; 0 is the document's last.

        Raises:
            BadInput: no such document, or its file is gone, has changed or cannot be read.
        """
        found = self.document(document)
        path = unchanged_file(self._catalog, found)
        with TableReader(self._limits, read_text) as reader:
            return list(reader.read(path, first=first, last=last))

    def records(self, schema: str) -> dict[str, str]:
        """The records that are kept of its documents, as JSON, by the documents' names.

        Args:
            schema: what identifies the schema that they follow.

        Raises:
            UsageError: the catalog cannot be written, so none are kept.
        """
        names = {document.id: document.name for document in self._catalog.documents()}
        return {
            names[document]: record
            for document, record in self._kept().of(schema).items()
            if document in names
        }

    def keep_record(self, document: str, schema: str, record: str) -> None:
        """Keep a record of a document, also in an index that is open for reading: nothing else changes.

        Raises:
            BadInput: no such document.
            UsageError: the catalog cannot be written.
        """
        self._kept().keep(self.document(document).id, schema, record)

    def _kept(self) -> KeptRecords:
        if self._records is None:
            self._records = KeptRecords(self.folder / "catalog.db")
        return self._records

    def render(self, document: str, number: int) -> Image.Image:
        """A page as a picture; BadInput as in `view`."""
        return self.view(document, number)[0]

    def matches(self, document: str, number: int, query: str) -> tuple[Box, ...]:
        """Where the words of a query stand on a page."""
        return matching_boxes(self.page(document, number), query)

    def matching_words(self, document: str, number: int, query: str) -> list[tuple[int, int]]:
        """Start and end of the words of a query in the text of a page."""
        return matching_spans(self.page(document, number).text, query)

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

    def failures(self) -> list[FailedFile]:
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
        on_progress: Callable[[IngestProgress], None] | None = None,
    ) -> IngestSummary:
        """Add files and folders: what is new or has changed; the rest costs nothing.

        Stopped or killed, it goes on behind the last finished page when it is called again.
        """
        self._must_write()
        places = [Path(os.path.abspath(Path(path).expanduser())) for path in paths]
        for place in places:
            if place.exists():
                self._catalog.add_root(place)
        summary = self._ingest().run(places, workers, control, on_progress)
        return self._with_looks(summary, control)

    def _with_looks(self, summary: IngestSummary, control: Control | None) -> IngestSummary:
        """Look at the pages that came; stopped, that goes on at the next call, too."""
        if self._looks is None or summary.interrupted:
            return summary
        try:
            self._looks.make(control or Control())
        except (Cancelled, DeadlinePassed):
            return replace(summary, interrupted=True)
        return summary

    def update(
        self,
        *,
        workers: int = 1,
        control: Control | None = None,
        on_progress: Callable[[IngestProgress], None] | None = None,
    ) -> IngestSummary:
        """Look at everything that was added again: new, changed and vanished files."""
        self._must_write()
        roots = [Path(root) for root in self._catalog.roots()]
        there = [root for root in roots if root.exists()]
        summary = self._ingest().run(there, workers, control, on_progress)
        if summary.interrupted:
            return summary
        removed = [*forget_vanished(self._catalog), *self._members.tidy(self._catalog)]
        sweep(self._catalog, self._vectors.live(), wipe=bool(removed))
        return self._with_looks(replace(summary, removed=tuple(removed)), control)

    def remove(self, names: Sequence[str]) -> list[str]:
        """Remove documents; nothing of them is left, in the vectors' files neither.

        Raises:
            BadInput: one of the names is unknown; nothing was removed.
        """
        self._must_write()
        documents = [self.document(name) for name in names]
        for document in documents:
            self._catalog.remove(document.id)
        self._members.tidy(self._catalog)
        sweep(self._catalog, self._vectors.live(), wipe=True)
        if self._looks is not None:
            self._looks.tidy()
        return [document.name for document in documents]

    def verify(self, repair: bool = True, *, mend: bool | None = None) -> VerifyReport:
        """Prove that catalog and vectors agree; with `repair`, make and delete vectors until they do.

        With `repair` the keyword index is checked, too, and made again where it is damaged.

        Args:
            repair: put right what can be.
            mend: the same by its name of version 0.1.
        """
        repair = repair if mend is None else mend
        if repair:
            self._must_write()
        return self._maintenance.verify(repair)

    def rebuild(self, control: Control | None = None) -> int:
        """Make all vectors again, with the embedders of these settings; returns how many passages.

        Text comes from the catalog, pictures from their files where those are still the same. An
        index of an older form is cut into passages again first; stopped, it has to be rebuilt still.
        """
        self._must_write()
        count = self._maintenance.rebuild(control or Control())
        self._catalog.set_meta("pages", self._looks.name if self._looks is not None else "")
        if self._looks is not None:
            self._looks.make(control or Control())
        return count

    def close(self) -> None:
        """Give back what was opened; calling twice is fine."""
        self._renderer.close()
        self._vectors.close()
        if self._records is not None:
            self._records.close()
        self._catalog.close()
        if self._lock is not None:
            self._lock.release()

    def _ingest(self) -> Ingest:
        return Ingest(
            self._catalog,
            self._vectors.live(),
            self._text,
            self._picture,
            self._scan_reader,
            self._limits,
            self._members,
        )

    def _must_write(self) -> None:
        if self._lock is None:
            raise UsageError(f"{self.folder}: this index is open for reading only")


def _by_words(embedder: Embedder) -> WordReranker | None:
    return WordReranker(embedder) if isinstance(embedder, TokenEmbedder) else None
