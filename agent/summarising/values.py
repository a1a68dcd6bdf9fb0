"""What is kept of a summary: sentences, each with the places it rests on."""

from __future__ import annotations

from ...schema import Value


class TextSpan(Value):
    """Characters `start` to `end` of a page's text; none of them for how the page looks."""

    page: int
    start: int = 0
    end: int = 0

    @property
    def of_look(self) -> bool:
        """Whether it is the look of the page."""
        return self.start == self.end


class SummarySentence(Value):
    """A sentence of a summary and what it rests on."""

    text: str
    places: tuple[TextSpan, ...]


class PartSummary(Value):
    """What a part of a document says; `first` and `last` are its pages."""

    title: str = ""
    first: int
    last: int
    sentences: tuple[SummarySentence, ...] = ()


class DocumentSummary(Value):
    """A document summed up: as a whole, and part by part.

    Attributes:
        parts: those that were read so far, in order.
        overviews: of the whole, by the request they were written for.
    """

    parts: tuple[PartSummary, ...] = ()
    overviews: dict[str, tuple[SummarySentence, ...]] = {}
