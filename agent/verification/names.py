"""Names as they are printed: whole, and no heading of the paper in the place of who wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from ...schema import Box, Evidence, TextLine
from ..evidence.contents import lines_of
from ..text.facts import words

_WHO = frozenset(
    "who whose company firm business shop store merchant seller vendor supplier restaurant".split()
)
_PAPERS = frozenset(
    "receipt receipts invoice bill tax cash credit debit sales official simplified original copy memo"
    " note voucher statement quotation order delivery duplicate customer".split()
)
"""Words that say what paper this is; a heading is followed by who wrote it."""
_ALIKE = 1.33
"""How many times as high as the other a row of the same type is at most."""
_CLOSE = 0.5
"""Of a row's height, between two rows of one name."""
_CENTRED = 0.1
"""Of a row's width, between the middles of rows that are centred."""


def right_name(draft: str, question: str, evidence: Sequence[Evidence]) -> str:
    """The draft as a name.

    Where it is the heading that a paper begins with, the row below; where it is the second row of a name
    that is set in one type, both rows.
    """
    if not names_who(question):
        return draft
    if not _heading(draft):
        return _begun_above(draft, evidence)
    papers = (lines_of(item)[:2] for item in evidence if item.kind == "text")
    tops = (rows for rows in papers if len(rows) > 1 and words(rows[0].words) == words(draft))
    names = (name for _, below in tops if words(name := below.words.strip()) and not _heading(name))
    return next(names, draft)


def names_who(text: str) -> bool:
    """Whether a question, or what a field is called, is about who wrote a paper."""
    return bool(_WHO & set(words(text)))


def _begun_above(draft: str, evidence: Iterable[Evidence]) -> str:
    """A draft that is a whole row, after the row above it where both are one line of type, broken."""
    for item in evidence if words(draft) else ():
        lines = groupby(item.lines if item.kind == "text" else (), key=lambda line: line.row)
        rows = [_row(list(group)) for _, group in lines]
        for (above, upper), (text, lower) in pairwise(rows):
            if words(text) == words(draft) and are_one_name(above, upper, text, lower):
                return f"{above} {draft}"
    return draft


def _row(lines: Sequence[TextLine]) -> tuple[str, Box]:
    return " ".join(line.text for line in lines), Box.around(line.box for line in lines)


def are_one_name(above: str, upper: Box, text: str, lower: Box) -> bool:
    """Whether two rows are one line of type, broken: centred, close, without figures, no heading."""
    low, high = sorted((upper.y2 - upper.y1, lower.y2 - lower.y1))
    aside = abs(upper.x1 + upper.x2 - lower.x1 - lower.x2) / 2
    return (
        not any(sign.isdigit() for sign in above + text)
        and not _heading(above)
        and high <= _ALIKE * low
        and lower.y1 - upper.y2 <= _CLOSE * low
        and aside <= _CENTRED * max(upper.x2 - upper.x1, lower.x2 - lower.x1)
    )


def _heading(text: str) -> bool:
    """Whether a text has words, and all of them say what paper this is."""
    said = set(words(text))
    return bool(said) and said <= _PAPERS
