"""Summaries as evidence: each sentence with what it rests on, for documents one or many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...errors import BadInput, ToolError
from ...media.store import Store
from ...retrieval.embeddings.text import Embedder
from ...retrieval.outline import Section
from ...schema import Evidence, Source
from ...tools.base import Tool
from ...tools.context import Context
from ...tools.documents.passages import Piece, as_evidence
from ...tools.documents.search import DocumentEntry
from ...tools.documents.summaries import summary_tool
from ..backends.base import ChatModel
from ..evidence.provenance import seen_on_page
from ..references import plainly_named
from .requests import SummaryRequests
from .summariser import KeepsSummaries, Summariser, SummaryTask
from .values import SummarySentence, TextSpan

_MOST_DOCUMENTS = 60
"""That are summed up for one question."""


def summary_tools(
    index: object, model: ChatModel, embedder: Embedder | None, store: Store, cache: Path
) -> list[Tool]:
    """The tool that sums documents up; none where an index does not keep what was read of them.

    Args:
        model: writes.
        embedder: tells how long a summary is wanted.
        store: keeps the pictures of pages that a model which sees is shown.
        cache: folder that keeps the vectors of labelled requests.
    """
    if not isinstance(index, KeepsSummaries):
        return []
    requests = SummaryRequests(embedder, cache)
    return [summary_tool(SummaryEvidence(index, Summariser(index, model, store), requests))]


@dataclass(frozen=True)
class SummaryEvidence:
    """Sums up documents for the tool `summarise`.

    Args:
        index: the documents.
        summariser: reads them.
        requests: tells how long a summary is wanted.
    """

    index: KeepsSummaries
    summariser: Summariser
    requests: SummaryRequests

    def __call__(
        self, documents: Sequence[str], section: str, request: str, context: Context
    ) -> list[Evidence]:
        """The sentences of the summaries, in order.

        Raises:
            ToolError: no such document or section.
        """
        entries = self._entries(documents)
        if len(entries) == 1:
            return list(self._of_one(self._asked(entries[0], section, request), context))
        found: list[Evidence] = []
        for number, entry in enumerate(entries[:_MOST_DOCUMENTS], 1):
            context.tell(f"{number} of {len(entries)}: {entry.name}")
            found += self._of_many(SummaryTask(entry.name, request, brief=True), context)
        if left := len(entries[_MOST_DOCUMENTS:]):
            said = f"{left} more documents are not summed up: at most {_MOST_DOCUMENTS} at once"
            found.append(Evidence(kind="text", text=said))
        return found

    def _entries(self, documents: Sequence[str]) -> list[DocumentEntry]:
        known = {entry.name: entry for entry in self.index.documents()}
        if unknown := [name for name in documents if name not in known]:
            raise ToolError(f"no document is called {unknown[0]!r}", "not_found")
        return [known[name] for name in documents] if documents else list(known.values())

    def _asked(self, entry: DocumentEntry, section: str, request: str) -> SummaryTask:
        brief = self.requests.understood(plainly_named(request, [entry.name])).brief
        if not section:
            return SummaryTask(entry.name, request, brief=brief)
        found = _headed(section, self.index.outline(entry.name).sections)
        if found is None:
            raise ToolError(f"{entry.name}: no section is headed {section!r}", "not_found")
        return SummaryTask(entry.name, request, found, brief)

    def _of_one(self, asked: SummaryTask, context: Context) -> Iterator[Evidence]:
        """The whole first, then its parts under their headings."""
        summary = self.summariser.summary(asked, context)
        for sentence in summary.overviews[asked.request]:
            yield from self._resting(asked.document, sentence, ())
        if len(summary.parts) < 2:
            return
        for part in summary.parts:
            span = str(part.first) if part.first == part.last else f"{part.first}–{part.last}"
            for sentence in part.sentences:
                yield from self._resting(asked.document, sentence, (part.title, f"p. {span}"))

    def _of_many(self, asked: SummaryTask, context: Context) -> Iterator[Evidence]:
        summary = self.summariser.summary(asked, context)
        if not summary.overviews[asked.request]:
            yield Evidence(kind="text", text=f"{asked.document}: no sentence was found in it")
        for sentence in summary.overviews[asked.request]:
            yield from self._resting(asked.document, sentence, (asked.document, ""))

    def _resting(
        self, document: str, sentence: SummarySentence, under: tuple[str, ...]
    ) -> Iterator[Evidence]:
        for place in sentence.places:
            with suppress(BadInput):  # gone meanwhile
                item = self._placed(document, place, sentence.text)
                yield item.model_copy(update={"said": sentence.text, "heading": under})

    def _placed(self, document: str, place: TextSpan, said: str) -> Evidence:
        """The words that a sentence rests on, or what was seen where there are none."""
        if place.of_look:
            return seen_on_page(said, Source(document=document, page=place.page, name=document))
        page = self.index.page(document, place.page)
        words = page.text[place.start : place.end]
        return as_evidence(Piece(document, place.page, words, (), place.start, place.end, on=page))


def _headed(title: str, sections: Sequence[Section]) -> Section | None:
    return next((one for one in sections if one.title.casefold() == title.casefold()), None)
