"""The words of an answer with the figures and pictures that its paragraphs rest on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from ....agent.illustrating import in_pieces
from ....media.clock import with_place
from ....schema import Answer, Illustration
from .escaping import mark, plain, prose
from .mathematics import Draw, for_katex

__all__ = ["caption_of", "words_html"]


def words_html(
    answer: Answer,
    links: Mapping[int, str],
    show: Callable[[Illustration], str],
    draw: Draw = for_katex,
) -> str:
    """An answer as HTML.

    Args:
        links: what stands for each citation, by its number from 1.
        show: the picture of an illustration as HTML; "" where it is gone.
        draw: what formulas become.
    """
    places: defaultdict[int, list[int]] = defaultdict(list)
    for n, citation in enumerate(answer.citations, 1):
        places[min(citation.end, len(answer.text))].append(n)
    parts = []
    for start, text, shown in in_pieces(answer):
        end = start + len(text)
        own = {
            at - start: numbers
            for at, numbers in places.items()
            if start < at <= end or at == start == 0
        }
        parts.append(prose(mark(text, own), dict(links), draw))
        parts += [
            f'<figure class="lt-illustration">{picture}'
            f"<figcaption>{plain(caption_of(one))}</figcaption></figure>"
            for one in shown
            if (picture := show(one))
        ]
    return "".join(parts)


def caption_of(one: Illustration) -> str:
    """A caption with its source: "Figure 3: Revenue (report.pdf, page 4)"."""
    document = one.source.document
    where = with_place(document, one.source) if document else one.source.name
    return one.caption if where in ("", one.caption) else f"{one.caption} ({where})"
