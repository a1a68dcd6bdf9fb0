"""Keeping an index sound: catalog and vectors compared, repaired, and all vectors made again."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..control import Control
from ..errors import BadInput
from .catalog.catalog import Catalog
from .catalog.rows import Document, StoredPassage
from .embeddings.picture import PictureEmbedder
from .embeddings.text import TextEmbedder
from .index_vectors import IndexVectors
from .loaders.drawing import PageRenderer
from .page_images import page_image
from .sweep import sweep
from .text.chunking import Chunker
from .text.wording import embedded_texts, words_of_document
from .vectors.vectors import Kind

__all__ = ["FORM", "Maintenance", "VerifyReport"]

LOOKS: tuple[Kind, ...] = ("pictures", "pages")
"""Vectors that only some passages have."""
FORM = "2"
"""Of passages and what is embedded of them; another form needs a rebuild."""
_BATCH = 128
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class VerifyReport:
    """What `verify` found: passages in the catalog, vectors, and what did not agree."""

    passages: int
    vectors: int
    missing: int
    extra: int
    repaired: bool
    problems: tuple[str, ...] = ()

    @property
    def mended(self) -> bool:
        """The same as `repaired`, by its name of version 0.1."""
        return self.repaired

    @property
    def ok(self) -> bool:
        """Whether all agrees now."""
        return not self.problems and (self.repaired or not (self.missing or self.extra))


class Maintenance:
    """Verifies and rebuilds; for rebuilding and repairing the index has to be open for writing.

    Args:
        catalog: the truth.
        vectors: follow it.
        text, picture: the index's embedders.
        renderer: draws pages.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: IndexVectors,
        text: TextEmbedder,
        picture: PictureEmbedder | None,
        renderer: PageRenderer,
    ) -> None:
        self._catalog, self._vectors = catalog, vectors
        self._text, self._picture = text, picture
        self._renderer = renderer

    def verify(self, repair: bool) -> VerifyReport:
        """Prove that catalog and vectors agree; with `repair`, make and delete vectors until they do.

        With `repair` the keyword index is checked, too, and made again where it is damaged.
        """
        words = self._catalog.check_words(repair=True) if repair else True
        vectors = self._vectors.current()
        wanted = set(self._catalog.all_passage_ids())
        there = set(vectors.ids("passages"))
        looks = {kind: set(vectors.ids(kind)) for kind in LOOKS}
        missing = sorted(wanted - there)
        extra = sorted(there - wanted)
        odd = {kind: sorted(ids - wanted) for kind, ids in looks.items()}
        if repair:
            self._embed(missing)
            vectors.delete("passages", extra)
            for kind, ids in odd.items():
                vectors.delete(kind, ids)
            sweep(self._catalog, vectors)
            self._catalog.set_meta("incomplete", "")
        return VerifyReport(
            passages=len(wanted),
            vectors=len(there),
            missing=len(missing),
            extra=len(extra) + sum(map(len, odd.values())),
            repaired=repair and bool(missing or extra or any(odd.values()) or not words),
        )

    def rebuild(self, control: Control) -> int:
        """Make all vectors again; returns of how many passages.

        Text comes from the catalog, pictures from their files where those are still the same. An
        index of an older form is cut into passages again first; stopped, it has to be rebuilt still.
        """
        self._vectors.wipe()
        if self._catalog.meta("form") != FORM:
            self._rechunk(control)
        self._catalog.set_meta("form", FORM)
        self._catalog.set_meta("text", self._text.name)
        self._catalog.set_meta("picture", self._picture.name if self._picture else "")
        count = self._embed(list(self._catalog.all_passage_ids()), control)
        if self._picture is not None:
            self._embed_pictures(self._picture, control)
        self._catalog.set_meta("incomplete", "")
        return count

    def _rechunk(self, control: Control) -> None:
        for document in self._catalog.documents():
            control.check()
            chunker = Chunker()
            numbers = range(1, document.pages + 1)
            pages = (self._catalog.page(document.id, number) for number in numbers)
            chunks = [(page, chunker.chunks(page)) for page in pages if page is not None]
            words = words_of_document(document.name, document.title)
            self._catalog.rechunk(document.id, chunks, words)

    def _embed(self, ids: Sequence[int], control: Control | None = None) -> int:
        """Make the vectors of passages from the catalog's own text."""
        count = 0
        for part in _parts(ids):
            if control is not None:
                control.check()
            passages = self._catalog.passages(part)
            if passages:
                self._vectors.live().add(
                    "passages",
                    [p.id for p in passages],
                    self._text.embed(self._embedded(passages)),
                    [p.document_id for p in passages],
                )
            count += len(passages)
        return count

    def _embedded(self, passages: Sequence[StoredPassage]) -> list[str]:
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

    def _embed_pictures(self, embedder: PictureEmbedder, control: Control) -> None:
        for document in self._catalog.documents():
            if document.scanned:
                try:
                    self._embed_scans(document, embedder, control)
                except BadInput as error:
                    _log.warning("%s", error)

    def _embed_scans(self, document: Document, embedder: PictureEmbedder, control: Control) -> None:
        for number in range(1, document.pages + 1):
            control.check()
            page = self._catalog.page(document.id, number)
            first = self._catalog.passages_on(document.id, number)[:1]
            if page is None or not page.scanned or not first:
                continue
            image, _ = page_image(self._catalog, document, number, self._renderer)
            vector = embedder.embed([image])
            self._vectors.live().add("pictures", [first[0].id], vector, [document.id])


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + _BATCH] for at in range(0, len(ids), _BATCH))
