"""What the page keeps of a conversation, and how a conversation leaves it as a file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import TypeAdapter

from ...schema import Answer, Box, Citation, Picture, Value

_MEANT = re.compile(r"([\\`*_{}\[\]<>#|])")


class Line(Value):
    """One thing that was done on the way to an answer.

    Attributes:
        title: what, in a few words.
        told: what came of it; "" while it is under way.
        seconds: how long it took; None while it is under way.
        failed: it came to nothing.
    """

    title: str
    told: str = ""
    seconds: float | None = None
    failed: bool = False


class Exchange(Value):
    """A question and its answer.

    Attributes:
        pictures: what the question came with, whole.
        region: the part of the first picture it was about, if the user drew one.
        asked: the pictures that were handed to the assistant: `pictures`, or a crop of the region.
        lines: what was done, as it was shown.
    """

    question: str
    answer: Answer
    pictures: tuple[Picture, ...] = ()
    region: Box | None = None
    asked: tuple[Picture, ...] = ()
    lines: tuple[Line, ...] = ()


def as_json(title: str, exchanges: Sequence[Exchange]) -> str:
    """A conversation for programs: everything, evidence and boxes included."""
    body = TypeAdapter(list[Exchange]).dump_json(list(exchanges), indent=2).decode()
    return f'{{"title": {TypeAdapter(str).dump_json(title).decode()},\n"exchanges": {body}}}\n'


def as_markdown(title: str, exchanges: Sequence[Exchange]) -> str:
    """A conversation for people: questions, answers, and where each fact stands."""
    parts = [f"# {_literal(title)}"]
    for exchange in exchanges:
        answer = exchange.answer
        parts.append(f"## {_literal(exchange.question)}")
        if exchange.pictures:
            parts.append("Pictures: " + ", ".join(_literal(p.name) for p in exchange.pictures))
        parts.append(_literal(answer.text))
        sure = f", {answer.confidence:.0%} sure" if answer.confidence else ""
        parts.append(f"*{answer.status}{sure}*")
        sources = [_source(n, c, answer) for n, c in enumerate(answer.citations, 1)]
        if sources:
            parts.append("\n".join(sources))
    return "\n\n".join(parts) + "\n"


def source_name(citation: Citation, answer: Answer) -> str:
    """Where a citation points, for people: a picture's name, or a document and its page."""
    if citation.source.document:
        return f"{citation.source.document}, page {citation.source.page}"
    found = (p.name for p in answer.pictures if p.original == citation.source.picture)
    return next(found, "") or citation.source.name


def _source(number: int, citation: Citation, answer: Answer) -> str:
    boxes = "; ".join(", ".join(f"{v:.0f}" for v in box.xyxy) for box in citation.boxes[:6])
    where = f" at ({boxes})" if boxes else ""
    name = _literal(source_name(citation, answer))
    return f'{number}. "{_literal(" ".join(citation.quote.split()))}" in {name}{where}'


def _literal(text: str) -> str:
    """Text from outside that cannot become Markdown of its own."""
    return _MEANT.sub(r"\\\1", text)
