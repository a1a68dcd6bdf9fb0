"""A document summed up part by part; each is kept, so one who is stopped goes on behind it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, runtime_checkable

from ...errors import UsageError
from ...media.store import Store
from ...prompts import render
from ...retrieval.outline import Section
from ...retrieval.pages import Page
from ...schema import Picture
from ...tools.context import Context
from ...tools.documents.search import DocumentSearch, Searchable
from ..backends.base import ChatModel
from ..budget import UNLIMITED, Meter, metered
from ..text.language import likely_language
from .centrality import central, chosen
from .parts import DocumentPart, parts_of, said_in
from .units import STOPS, Unit, telling, units_of
from .values import DocumentSummary, PartSummary, SummarySentence, TextSpan
from .writing import SourceLine, quoted, written

__all__ = ["KeepsSummaries", "Summariser", "SummaryTask"]

VERSION = 5
"""Of how documents are summed up; what an older one made is made again."""
_READ = 2_400
"""Characters that a model that only reads is shown of a part; one that sees has more room."""
_ROOM = 8_000
_LITTLE, _SHOWN = 500, 4
"""Characters a page below which a model that sees is shown it, and how many pages of a part."""
_LEAD = 2
"""Sentences that a part begins with, which are always read: they say what it is about."""
_LEAD_OF_ALL = 5
_PER_PART, _OF_ALL = 120, 320
"""Tokens of what is written about a part, and about the whole."""
_HEAD = 300
"""Characters that a document begins with: its title, who wrote it, to whom."""
_MOST_SENTENCES = 2
"""About a part."""
_QUOTED = 2
"""Lines that stand as they are where nothing written about a document is borne out."""
_REQUESTS = 20
"""Whose answers are kept of one document, the last ones."""

Tell = Callable[[str], None]


@runtime_checkable
class KeepsSummaries(Searchable, Protocol):
    """An index that keeps what was read of its documents; `retrieval.index.Index` is one."""

    def records(self, schema: str) -> Mapping[str, str]:
        """What is kept under a key, as JSON, by the documents' names."""
        ...

    def keep_record(self, document: str, schema: str, record: str) -> None:
        """Keep something of a document."""
        ...


@dataclass(frozen=True)
class SummaryTask:
    """What is to be summed up.

    Attributes:
        document: its name.
        request: in the user's words.
        section: the one that is summed up; the whole document by default.
        brief: as a whole only, not part by part.
    """

    document: str
    request: str
    section: Section | None = None
    brief: bool = False


class Summariser:
    """Sums up documents; safe to share between threads.

    Args:
        index: has the documents, and keeps what was read of them.
        model: writes; one that sees is shown pages on which little is written.
        store: keeps the pictures of pages.
    """

    def __init__(self, index: KeepsSummaries, model: ChatModel, store: Store) -> None:
        self._index, self._model = index, model
        self._search = DocumentSearch(index, store)

    def summary(self, asked: SummaryTask, context: Context) -> DocumentSummary:
        """A document summed up; parts that were read before are not read again.

        Args:
            context: of the tool call; is told what is read just now, and what that took.

        Raises:
            BadInput: no such document.
            ModelError: the model failed.
            Cancelled, DeadlinePassed: the control said to stop.
        """
        kept = self._kept(asked)
        if asked.request in kept.overviews:
            return kept
        model = metered(self._model, UNLIMITED, context.control)
        try:
            return self._summed_up(asked, kept, model, context.tell)
        finally:
            context.charge(model.usage())

    def _summed_up(
        self, asked: SummaryTask, kept: DocumentSummary, model: Meter, tell: Tell
    ) -> DocumentSummary:
        sections = self._index.outline(asked.document).sections
        pages = self._pages(asked)
        if asked.section is None:
            units = units_of(pages.values())
        else:
            units = said_in(asked.section, sections, pages)
        if not asked.brief:
            kept = self._by_parts(asked, kept, parts_of(pages, sections, units), model, tell)
        overview = self._overview(asked, kept.parts, units, pages, model)
        overviews = {**kept.overviews, asked.request: tuple(overview)}
        overviews = dict(list(overviews.items())[-_REQUESTS:])
        return self._keep(asked, kept.model_copy(update={"overviews": overviews}))

    def _pages(self, asked: SummaryTask) -> dict[int, Page]:
        entry = next(one for one in self._index.documents() if one.name == asked.document)
        first, last = 1, entry.pages
        if asked.section is not None:
            first, last = asked.section.page, asked.section.last_page
        found = (self._search.page(asked.document, n) for n in range(first, last + 1))
        return {page.number: page for page in found if page is not None}

    def _by_parts(
        self,
        asked: SummaryTask,
        kept: DocumentSummary,
        parts: Sequence[DocumentPart],
        model: Meter,
        tell: Tell,
    ) -> DocumentSummary:
        done = {(part.title, part.first): part for part in kept.parts}
        found: list[PartSummary] = []
        for number, part in enumerate(parts, 1):
            known = done.get((part.title, part.first))
            if known is None:
                tell(f"{number} of {len(parts)}: {part.title or f'page {part.first}'}")
                known = self._part(asked, part, model)
                found.append(known)
                kept = self._keep(asked, kept.model_copy(update={"parts": tuple(found)}))
            else:
                found.append(known)
        return kept.model_copy(update={"parts": tuple(found)})

    def _part(self, asked: SummaryTask, part: DocumentPart, model: Meter) -> PartSummary:
        lines = self._chosen(list(map(_line, part.units)), _LEAD)
        title = part.title or (asked.section.title if asked.section is not None else "")
        about = f"{asked.document}, part “{title}”:" if title else f"{asked.document}:"
        task = render("summary_part", question=asked.request)
        pages = self._looks(asked.document, part) if self._model.sees_images else {}
        sentences = written(task, about, lines, model, most_tokens=_PER_PART, pages=pages)
        if not sentences:
            sentences = [quoted(lines[_most_telling([line.text for line in lines])])]
        return PartSummary(
            title=part.title,
            first=part.first,
            last=part.last,
            sentences=tuple(sentences[:_MOST_SENTENCES]),
        )

    def _looks(self, document: str, part: DocumentPart) -> dict[int, Picture]:
        """Pictures of the first pages of a part on which little is written; {} where much is."""
        numbers = range(part.first, part.last + 1)
        if sum(len(unit.text) for unit in part.units) > _LITTLE * len(numbers):
            return {}
        search = self._search
        found = ((n, search.picture(document, n, search.page(document, n))) for n in numbers)
        return dict(islice(((n, picture) for n, picture in found if picture is not None), _SHOWN))

    def _overview(
        self,
        asked: SummaryTask,
        parts: Sequence[PartSummary],
        units: Sequence[Unit],
        pages: Mapping[int, Page],
        model: Meter,
    ) -> Sequence[SummarySentence]:
        """Of the parts, or of what is said where there are none; lines as they stand for want of others."""
        if len(parts) > 1:
            lead, read = (
                _LEAD,
                [SourceLine(s.text, s.places) for part in parts for s in part.sentences],
            )
        else:
            lead, read = _LEAD_OF_ALL, list(map(_line, telling(units)))
        lines = self._chosen(read, lead)
        if not lines:
            return []
        task = render("summary_whole", question=asked.request)
        head = _head(pages) if asked.section is None else []
        about = f"{asked.document}:"
        found = written(task, about, [*head, *lines], model, most_tokens=_OF_ALL)
        best = sorted(central([line.text for line in lines])[:_QUOTED])
        return found or [quoted(lines[n]) for n in best]

    def _chosen(self, lines: Sequence[SourceLine], lead: int) -> list[SourceLine]:
        return [lines[n] for n in chosen([line.text for line in lines], self._room(), lead)]

    def _room(self) -> int:
        return _ROOM if self._model.sees_images else _READ

    def _kept(self, asked: SummaryTask) -> DocumentSummary:
        with suppress(UsageError):  # an index that cannot be written keeps none
            kept = self._index.records(self._key(asked)).get(asked.document)
            if kept is not None:
                return DocumentSummary.model_validate_json(kept)
        return DocumentSummary()

    def _keep(self, asked: SummaryTask, summary: DocumentSummary) -> DocumentSummary:
        with suppress(UsageError):
            self._index.keep_record(asked.document, self._key(asked), summary.model_dump_json())
        return summary

    def _key(self, asked: SummaryTask) -> str:
        """What tells one summary of a document from another: who wrote it, of what, in which language."""
        language = likely_language(asked.request)
        part = None if asked.section is None else (asked.section.title, asked.section.page)
        said = ["summary", VERSION, self._model.name, part, asked.brief, language]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _line(unit: Unit) -> SourceLine:
    return SourceLine(unit.text, (TextSpan(page=unit.page, start=unit.start, end=unit.end),))


def _head(pages: Mapping[int, Page]) -> list[SourceLine]:
    """What the first page begins with: what the document is, headings and all."""
    page = pages[min(pages)] if pages else None
    if page is None or not page.text.strip():
        return []
    end = page.text.find("\n", _HEAD)
    end = min(2 * _HEAD, len(page.text) if end < 0 else end)
    words = " ".join(page.text[:end].split())
    return [SourceLine(words, (TextSpan(page=page.number, start=0, end=end),))]


def _most_telling(texts: Sequence[str]) -> int:
    """The most central text that reads like a sentence; the most central one where none does."""
    ranked = central(texts)
    whole = (n for n in ranked if not texts[n][:1].islower() and texts[n][-1:] in STOPS)
    return next(whole, ranked[0])
