"""A conversation as a web page that holds everything it shows: nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Sequence

from ....agent.assurance import assess
from ....errors import BadInput
from ....schema import Picture
from ..conversation import Exchange, source_name
from ..html.escaping import plain
from ..html.illustrated import words_html
from ..html.mathematics import as_code
from .text import Embed

_STYLE = """
body { font: 16px/1.6 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
  color: #23221f; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin-top: 2.5rem }
img { max-width: 100%; max-height: 26rem }
table { border-collapse: collapse }
th, td { border-bottom: 1px solid #ddd; padding: .3rem 1rem .3rem 0; text-align: left }
pre { background: #f3f1ed; padding: .6rem; overflow-x: auto }
.worth, li small { color: #6b675f; font-size: .9rem }
"""


def as_html(title: str, exchanges: Sequence[Exchange], embed: Embed) -> str:
    """Questions with their pictures, answers, and where each fact stands.

    Args:
        title: of the conversation.
        exchanges: what is exported.
        embed: gives the addresses of pictures; those that are gone are left out.
    """
    body = "".join(_exchange(exchange, embed) for exchange in exchanges)
    name = plain(title)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{name}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>{name}</h1>{body}</body></html>\n"
    )


def _exchange(exchange: Exchange, embed: Embed) -> str:
    answer = exchange.answer
    assurance = assess(answer)
    links = {n: f"<sup>{n}</sup>" for n in range(1, len(answer.citations) + 1)}
    sources = "".join(
        f"<li>{plain(c.quote)} ({plain(source_name(c, answer))})</li>" for c in answer.citations
    )
    worth = ": ".join(filter(None, (assurance.label, assurance.detail)))
    return (
        f"<h2>{plain(exchange.question)}</h2>{''.join(_pictures(exchange, embed))}"
        f"{words_html(answer, links, lambda one: _image(one.picture, embed), as_code)}"
        f'<p class="worth">{plain(worth)}</p>{f"<ol>{sources}</ol>" if sources else ""}'
    )


def _pictures(exchange: Exchange, embed: Embed) -> list[str]:
    images = [_image(picture, embed) for picture in exchange.pictures]
    return [f"<p>{image}</p>" for image in images if image]


def _image(picture: Picture, embed: Embed) -> str:
    """A picture within the page; nothing where it is gone."""
    try:
        return f'<img alt="{plain(picture.name)}" src="{embed(picture)}">'
    except BadInput:
        return ""
