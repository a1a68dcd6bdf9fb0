"""Names as they are printed: no heading of the paper in the place of who wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from ...schema import Evidence
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


def right_name(draft: str, question: str, evidence: Sequence[Evidence]) -> str:
    """The draft, or the row below where the draft is the heading that a paper begins with."""
    if not _WHO & set(words(question)) or not _heading(draft):
        return draft
    papers = (lines_of(item)[:2] for item in evidence if item.kind == "text")
    tops = (rows for rows in papers if len(rows) > 1 and words(rows[0].words) == words(draft))
    names = (name for _, below in tops if words(name := below.words.strip()) and not _heading(name))
    return next(names, draft)


def _heading(text: str) -> bool:
    """Whether a text has words, and all of them say what paper this is."""
    said = set(words(text))
    return bool(said) and said <= _PAPERS
