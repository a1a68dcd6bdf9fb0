"""What a question asks for, learned from examples of how people put it; one JSON line an example.

    {"query": "find pictures of dogs", "things": ["dogs"], "asks": "pictures"}

The words around the things are those of the examples (all words, of an example that asks for no thing);
what else a question says are its things. What it asks for is what the nearest example asks for, once the
things are left out of both: then only how it is put is compared, and not what about.
"""

from __future__ import annotations

import json
import re
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import NamedTuple

from .embeddings.runtime import Once, Vectors
from .embeddings.text import TextEmbedder

__all__ = ["Phrase", "Phrasings"]

_TOKEN = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
_THING = "something"
"""Stands in a question for its things."""


class Phrase(NamedTuple):
    """A question as it was understood.

    Attributes:
        things: what it is about, as phrases: ("dogs", "red car").
        asks: what the nearest example asks for; "" for something else.
        at: when, as the nearest example says; "" for any time.
    """

    things: tuple[str, ...]
    asks: str
    at: str = ""


class Phrasings:
    """Understands questions by the examples of a file; safe for threads.

    Args:
        embedder: compares how questions are put; asked only where no example is put alike.
        file: among the prompts.
    """

    def __init__(self, embedder: TextEmbedder, file: str) -> None:
        self._embedder, self._file = embedder, file
        self._rows = Once[Vectors](lambda: embedder.embed_queries(list(self._examples.frames)))

    def understood(self, question: str) -> Phrase:
        """What a question asks for, and of what."""
        examples = self._examples
        parts = _parts(question, examples.around)
        frame = _joined(parts)
        if frame not in examples.frames:
            near = self._rows() @ self._embedder.embed_queries([frame])[0]
            frame = [*examples.frames][int(near.argmax())]
        things = tuple(part for part, is_thing in parts if is_thing)
        return Phrase(things, *examples.frames[frame])

    @cached_property
    def _examples(self) -> _Examples:
        return _examples_in(self._file)


class _Examples(NamedTuple):
    """The words around things, and what each way to put a question asks for and when."""

    around: frozenset[str]
    frames: dict[str, tuple[str, str]]


@lru_cache
def _examples_in(file: str) -> _Examples:
    text = (files("looktwice.prompts") / file).read_text(encoding="utf-8")
    examples = [json.loads(line) for line in text.splitlines() if line.strip()]
    rests = (_without(e["query"], e["things"]) for e in examples if e["things"] or e.get("asks"))
    around = frozenset(token for rest in rests for token in _TOKEN.findall(rest))
    return _Examples(
        around,
        {
            _joined(_parts(e["query"], around)): (e.get("asks", ""), e.get("at", ""))
            for e in examples
        },
    )


def _parts(query: str, around: frozenset[str]) -> list[tuple[str, bool]]:
    """The query's pieces in order, and whether each is a thing: words that stand together."""
    parts: list[tuple[str, bool]] = []
    open_thing = False
    for token in _TOKEN.findall(query.casefold()):
        word = token[0].isalnum()
        is_thing = word and token not in around
        if is_thing and open_thing:
            parts[-1] = (f"{parts[-1][0]} {token}", True)
        elif word:
            parts.append((token, is_thing))
        open_thing = is_thing
    return parts


def _joined(parts: list[tuple[str, bool]]) -> str:
    return " ".join(_THING if is_thing else part for part, is_thing in parts)


def _without(query: str, things: list[str]) -> str:
    rest = query.casefold()
    for thing in sorted(things, key=len, reverse=True):
        rest = re.sub(rf"\b{re.escape(thing.casefold())}\b", " ", rest)
    return rest
