"""Names of firms as they are printed: whole, without their number, and no heading instead of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, pairwise

from ...schema import Evidence
from ..evidence.contents import lines_of
from ..text.facts import words

_REGISTERED = re.compile(r"([^\W\d]\.?)\s*\(\d{5,}(?:\s?-\s?\w{1,2})?\)$")
_BY_NUMBER = frozenset(
    "number no registration registered id code nummer numero registro matricula".split()
)
_LEGAL = frozenset(
    "co company corp corporation inc incorporated llc llp lp ltd limited plc pte pty sdn bhd berhad"
    " gmbh ag kg ug sa sarl sas srl spa bv nv ab as oy m".split()
)
"""What firms are by law; `m` is Malaysia's "(M)"."""
_WHO = frozenset(
    "who whose company firm business shop store merchant seller vendor supplier restaurant".split()
)
_PAPERS = frozenset(
    "receipt receipts invoice bill tax cash credit debit sales official simplified original copy memo"
    " note voucher statement quotation order delivery duplicate customer".split()
)
"""Words that say what paper this is."""
_ISSUES = frozenset(
    "issue issued issues issuer issuing sold sells seller vendor merchant supplier sender".split()
)
_ADDRESSED = re.compile(
    r"^\W*(?:(?:bill|billed|sold|ship|shipped|deliver|delivered|invoice|invoiced|charged?)\s+to"
    r"|customer(?:\s+name)?|buyer|recipient|attn|attention)\b[\s.:]*",
    re.IGNORECASE,
)
"""What stands before the name of whom a paper is for, in its row or in the one above."""


def right_name(draft: str, question: str, evidence: Sequence[Evidence]) -> str:
    """The draft as a name, where the question asks for one: whole, and nothing but it.

    What is a legal form alone stands after the row above it, where the name begins; what follows one in
    its row, "Miller Ltd. City Mall", only says where the firm is. A heading with which the paper begins
    is followed by who wrote it. In the place of whom the paper is for comes who stands at its head. The
    number that a firm is registered under is left out unless it is asked for.
    """
    asked = set(words(question))
    if _WHO & asked:
        draft = _before(_beside(draft, evidence), evidence)
    if misaddressed(draft, question, evidence):
        draft = _head(evidence) or draft
    return draft if _BY_NUMBER & asked else _REGISTERED.sub(r"\1", draft)


def unnamed(draft: str, question: str) -> list[str]:
    """A draft that only says what paper this is, where the question asks for somebody."""
    heading = _WHO & set(words(question)) and _only(_PAPERS, draft)
    return ["it says what kind of paper this is, and no name"] if heading else []


def misaddressed(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """A draft that names whom a paper is for, where the question asks who issued it."""
    said = words(draft)
    if not said or not _ISSUES & set(words(question)):
        return []
    rows = ["", *chain.from_iterable(_papers(evidence))]
    named = [
        _ADDRESSED.fullmatch(above) is not None or len(bare) < len(words(row))
        for above, row in pairwise(rows)
        if (bare := words(_ADDRESSED.sub("", row, count=1))) == said
    ]
    return ["it is whom the paper is for, not who issued it"] if named and all(named) else []


def _beside(draft: str, evidence: Sequence[Evidence]) -> str:
    """A draft that is a whole row and no name by itself, made one with the row beside it."""
    said = words(draft)
    papers = _papers(evidence)
    if _only(_LEGAL, draft):
        pairs = (pair for rows in papers for pair in pairwise(rows))
        names = (row for row, after in pairs if words(after) == said and _may_name(row))
        begun = next(names, "")
        return f"{begun.strip()} {draft.strip()}" if begun else draft
    if _only(_PAPERS, draft):
        tops = (rows[:2] for rows in papers if len(rows) > 1)
        names = (row.strip() for heading, row in tops if words(heading) == said and _may_name(row))
        return next(names, draft)
    return draft


def _before(draft: str, evidence: Sequence[Evidence]) -> str:
    """For a draft that stands in a row behind a firm's legal form, the firm."""
    said = words(draft)
    for row in chain.from_iterable(_papers(evidence)):
        parts = row.split()
        for at in range(2, len(parts)):
            if said and words(" ".join(parts[at:])) == said and _only(_LEGAL, parts[at - 1]):
                return " ".join(parts[:at])
    return draft


def _head(evidence: Sequence[Evidence]) -> str:
    """The first row of the first paper, where it may be a name."""
    rows = chain.from_iterable(_papers(evidence))
    row = next((row.strip() for row in rows if row.strip()), "")
    letters = sum(sign.isalpha() for sign in row)
    return row if _may_name(row) and letters > len(row) / 2 else ""


def _papers(evidence: Sequence[Evidence]) -> list[list[str]]:
    """The rows of each text that was read."""
    read = (lines_of(item) for item in evidence if item.kind == "text")
    return [[line.words for line in lines] for lines in read]


def _may_name(row: str) -> bool:
    return bool(words(row)) and not _only(_PAPERS, row)


def _only(known: frozenset[str], text: str) -> bool:
    """Whether a text has words, and all of them are known."""
    said = set(words(text))
    return bool(said) and said <= known


def not_the_issuer(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """A draft that is no name, or the name of whom the paper is for."""
    return [*unnamed(draft, question), *misaddressed(draft, question, evidence)]
