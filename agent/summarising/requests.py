"""What kind of summary is asked for, learned from labelled requests in several languages."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ...prompts import examples
from ...retrieval.embeddings.text import Embedder
from ..form_classifier import labelled
from ..similarity import ByMeaning, ByWords, Similarity
from ..text.facts import content_words

_FILE = "summary_requests"
_VOTERS, _SHARPNESS = 5, 8


class SummaryRequest(NamedTuple):
    """A request as it was understood.

    Attributes:
        brief: a few sentences are wanted, and no parts.
        of_all: every document is to be summed up.
    """

    brief: bool
    of_all: bool


class SummaryRequests:
    """Understands requests for summaries by those that are most alike.

    Args:
        embedder: compares them; without one their words are compared.
        cache: folder that keeps the examples' vectors; None keeps nothing.
    """

    def __init__(self, embedder: Embedder | None, cache: Path | None = None) -> None:
        texts = [example["request"] for example in examples(_FILE)]
        self._similarity: Similarity = (
            ByWords(texts) if embedder is None else ByMeaning(embedder, texts, cache)
        )

    def understood(self, request: str) -> SummaryRequest:
        """What the nearest of the labelled requests ask for."""
        alike = self._similarity.to(request)
        votes: defaultdict[str, float] = defaultdict(float)
        for n in sorted(range(len(alike)), key=lambda n: -alike[n])[:_VOTERS]:
            for label in (examples(_FILE)[n]["length"], examples(_FILE)[n]["of"]):
                votes[label] += max(0.0, alike[n]) ** _SHARPNESS
        return SummaryRequest(votes["brief"] > votes["full"], votes["all"] > votes["one"])


def topic_of(request: str) -> set[str]:
    """What a request is about, apart from the words that any request for a summary may have.

    "Summarise the report in five sentences" is about the report as a whole; "Summarise what it says about
    prices" looks for prices.
    """
    return {word for word in content_words(request) if not word.isdigit()} - _any_request()


@cache
def _any_request() -> frozenset[str]:
    asked = (question for question, form in labelled() if form == "summary")
    return frozenset(word for text in asked for word in content_words(text))
