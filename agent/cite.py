"""Where each statement of an answer is written or seen.

Citing is a step of its own (after MciteBench: naming the right source is the hard part): sources are
found by aligning words with evidence, never by asking a model for numbers of pixels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..schema import Box, Citation, Evidence, TextLine
from .facts import content_words

_STATEMENT = re.compile(r"[^\n.!?]*(?:[.!?](?!\s|$)[^\n.!?]*)*[.!?]*", re.UNICODE)
_MOST_LINES = 4


def statements(text: str) -> list[tuple[int, int]]:
    """Character spans of a text's sentences, in order; points inside numbers do not end one."""
    spans = []
    for match in _STATEMENT.finditer(text):
        piece = match.group()
        start = match.start() + len(piece) - len(piece.lstrip())
        end = match.start() + len(piece.rstrip())
        if content_words(text[start:end]) or text[start:end].strip(" .!?"):
            spans.append((start, end))
    return spans


def cite(text: str, question: str, evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    """The best source of each statement, where there is one."""
    found = (cite_statement(text[a:b], a, question, evidence) for a, b in statements(text))
    return tuple(c for c in found if c is not None)


def cite_statement(
    statement: str, start: int, question: str, evidence: Sequence[Evidence]
) -> Citation | None:
    """The evidence that shares most words with a statement; the question's words break ties."""
    said, asked = content_words(statement), content_words(question)

    def fitness(item: Evidence) -> tuple[int, int]:
        there = content_words(item.text)
        return len(said & there), len(asked & there)

    best = max(evidence, key=fitness, default=None)
    if best is None or fitness(best) == (0, 0):
        return None
    lines = carrying_lines(said, asked, best.lines)
    boxes = tuple(line.box for line in lines) or own_boxes(best)
    quote = " ".join(line.text for line in lines) or first_line(best.text)
    return Citation(
        evidence=best.id,
        source=best.source,
        boxes=boxes,
        quote=quote,
        start=start,
        end=start + len(statement),
    )


def own_boxes(item: Evidence) -> tuple[Box, ...]:
    """Where evidence as a whole lies."""
    return item.boxes or tuple(d.box for d in item.detections)


def carrying_lines(said: set[str], asked: set[str], lines: Sequence[TextLine]) -> list[TextLine]:
    """The fewest lines that hold the statement's words, greedily; in reading order.

    Among equals, lines standing in a row that also holds words of the question win ("Total  8.20"
    before "Cash  8.20").
    """
    row_words: dict[int, set[str]] = {}
    for line in lines:
        row_words.setdefault(line.row, set()).update(content_words(line.text))
    left = set(said)
    chosen: list[TextLine] = []
    while left and len(chosen) < _MOST_LINES:
        best = max(
            lines,
            key=lambda line: (
                len(left & content_words(line.text)),
                len(asked & row_words[line.row]),
            ),
            default=None,
        )
        if best is None or not left & content_words(best.text):
            break
        chosen.append(best)
        left -= content_words(best.text)
    return sorted(chosen, key=lines.index)


def first_line(text: str) -> str:
    """The first line of a text."""
    return text.splitlines()[0] if text else ""
