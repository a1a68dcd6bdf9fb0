"""A conversation as text: Markdown for people, JSON for programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pydantic import TypeAdapter

from ....agent.assurance import assess
from ....agent.illustrating import in_pieces
from ....errors import BadInput
from ....schema import Answer, Citation, Illustration, Picture
from ..conversation import Exchange, source_name
from ..html.illustrated import caption_of

Embed = Callable[[Picture], str]
"""The `data:` address of a picture; BadInput where it is gone."""

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|])")


def as_json(title: str, exchanges: Sequence[Exchange]) -> str:
    """A conversation for programs: everything, evidence and boxes included."""
    body = TypeAdapter(list[Exchange]).dump_json(list(exchanges), indent=2).decode()
    return f'{{"title": {TypeAdapter(str).dump_json(title).decode()},\n"exchanges": {body}}}\n'


def as_markdown(title: str, exchanges: Sequence[Exchange], embed: Embed) -> str:
    """A conversation for people: questions, answers with their figures, and where each fact stands.

    Args:
        title: of the conversation.
        exchanges: what is exported.
        embed: gives the `data:` addresses of pictures; those that are gone are left out.
    """
    parts = [f"# {_escaped(title)}"]
    for exchange in exchanges:
        answer = exchange.answer
        parts.append(f"## {_escaped(exchange.question)}")
        if exchange.pictures:
            parts.append("Pictures: " + ", ".join(_escaped(p.name) for p in exchange.pictures))
        for _, text, shown in in_pieces(answer):
            parts.append(_escaped(text.strip()))
            parts += [figure for one in shown if (figure := _figure(one, embed))]
        assurance = assess(answer)
        detail = f": {assurance.detail}" if assurance.detail else ""
        parts.append(f"*{assurance.label}{detail}*")
        sources = [_source(n, c, answer) for n, c in enumerate(answer.citations, 1)]
        if sources:
            parts.append("\n".join(sources))
    return "\n\n".join(parts) + "\n"


def _figure(one: Illustration, embed: Embed) -> str:
    """A picture within the text, its caption below it."""
    caption = _escaped(" ".join(caption_of(one).split()))
    try:
        return f"![{caption}]({embed(one.picture)})\n\n*{caption}*"
    except BadInput:
        return ""


def _source(number: int, citation: Citation, answer: Answer) -> str:
    boxes = "; ".join(", ".join(f"{v:.0f}" for v in box.xyxy) for box in citation.boxes[:6])
    where = f" at ({boxes})" if boxes else ""
    name = _escaped(source_name(citation, answer))
    return f'{number}. "{_escaped(" ".join(citation.quote.split()))}" in {name}{where}'


def _escaped(text: str) -> str:
    """Text from outside that cannot become Markdown of its own."""
    return _MARKUP.sub(r"\\\1", text)
