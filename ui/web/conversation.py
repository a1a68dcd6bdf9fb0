"""What the page keeps of a conversation, and how a conversation leaves it as a file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import AliasChoices, ConfigDict, Field, TypeAdapter

from ...agent.assurance import assess
from ...schema import Answer, Box, Citation, Picture, Value

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")
_STORED = ConfigDict(serialize_by_alias=True)
"""Files of chats hold names of an earlier version, which are still read and written."""


class Activity(Value):
    """One thing that was done on the way to an answer.

    Attributes:
        title: what, in a few words.
        outcome: what came of it; "" while it is under way. Stored as `told`.
        seconds: how long it took; None while it is under way.
        failed: it came to nothing.
    """

    model_config = _STORED

    title: str
    outcome: str = Field(
        default="", validation_alias=AliasChoices("told", "outcome"), serialization_alias="told"
    )
    seconds: float | None = None
    failed: bool = False


class Exchange(Value):
    """A question and its answer.

    Attributes:
        pictures: what the question came with, whole.
        region: the part of the first picture it was about, if the user drew one.
        sent_pictures: those the assistant got: `pictures`, or a crop of the region. Stored as
            `asked`.
        lines: what was done, as it was shown.
    """

    model_config = _STORED

    question: str
    answer: Answer
    pictures: tuple[Picture, ...] = ()
    region: Box | None = None
    sent_pictures: tuple[Picture, ...] = Field(
        default=(),
        validation_alias=AliasChoices("asked", "sent_pictures"),
        serialization_alias="asked",
    )
    lines: tuple[Activity, ...] = ()


def as_json(title: str, exchanges: Sequence[Exchange]) -> str:
    """A conversation for programs: everything, evidence and boxes included."""
    body = TypeAdapter(list[Exchange]).dump_json(list(exchanges), indent=2).decode()
    return f'{{"title": {TypeAdapter(str).dump_json(title).decode()},\n"exchanges": {body}}}\n'


def as_markdown(title: str, exchanges: Sequence[Exchange]) -> str:
    """A conversation for people: questions, answers, and where each fact stands."""
    parts = [f"# {_escaped(title)}"]
    for exchange in exchanges:
        answer = exchange.answer
        parts.append(f"## {_escaped(exchange.question)}")
        if exchange.pictures:
            parts.append("Pictures: " + ", ".join(_escaped(p.name) for p in exchange.pictures))
        parts.append(_escaped(answer.text))
        assurance = assess(answer)
        detail = f": {assurance.detail}" if assurance.detail else ""
        parts.append(f"*{assurance.label}{detail}*")
        sources = [_source(n, c, answer) for n, c in enumerate(answer.citations, 1)]
        if sources:
            parts.append("\n".join(sources))
    return "\n\n".join(parts) + "\n"


def source_name(citation: Citation, answer: Answer) -> str:
    """Where a citation points, for people: a picture's name, or a document and its page."""
    if citation.source.document:
        page = f", page {citation.source.page}" if citation.source.page else ""
        return citation.source.document + page
    found = (p.name for p in answer.pictures if p.original == citation.source.picture)
    return next(found, "") or citation.source.name


def _source(number: int, citation: Citation, answer: Answer) -> str:
    boxes = "; ".join(", ".join(f"{v:.0f}" for v in box.xyxy) for box in citation.boxes[:6])
    where = f" at ({boxes})" if boxes else ""
    name = _escaped(source_name(citation, answer))
    return f'{number}. "{_escaped(" ".join(citation.quote.split()))}" in {name}{where}'


def _escaped(text: str) -> str:
    """Text from outside that cannot become Markdown of its own."""
    return _MARKUP.sub(r"\\\1", text)
