"""Whether the parts of a short answer stand together: an amount, and words from somewhere else.

A small model that is told by a picture or a document to add something to its answer does so now and then:
the number is right, the word beside it comes out of the order. What belongs to a number stands in its
line; a word that is only a small part of another line does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...schema import Evidence
from ..evidence.contents import rows_read, words_beside
from ..text.facts import content_words, normal_number, numbers, squeezed
from .base import PASS, Case, Doubt, Finding, Replace

_NUMBER = re.compile(r"(?<![\w-])\d[\d.,]*(?!\w)")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'()]{3,2000}"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"https?://(?:www\.)?|www\.", re.IGNORECASE)
_ENDS = re.compile(r"[.!?:;。！？]\W{0,4}$")
_READ = ("text", "region")
_PROSE = 6
"""Words from which a row that does not end goes on in the next."""
_SHORTEST = 4
"""Letters of a word that is more than a unit or a currency."""
_MOSTLY = 0.5
"""Share of a line's words from which an answer gives the line, not something out of it."""


def apart(case: Case) -> Finding:
    """Words beside a number that stand elsewhere than the number.

    Where the number's own line holds words of the question, the number is the answer.
    """
    alone = _numbers_alone(case.draft) - set(numbers(case.question))
    words = [w for w in case.draft.split() if _is_word(w, case.question)]
    if not alone or not words:
        return PASS
    own, others = _lines_of(alone, case)
    stray = [w for w in words if squeezed(w) in others and squeezed(w) not in own]
    if not stray:
        return PASS
    left = " ".join(w for w in case.draft.split() if w not in stray).strip(" ,;:-")
    if alone == _numbers_alone(left) and content_words(case.question) & _beside(alone, case):
        return Replace(left, f"{' '.join(stray)} stands elsewhere")
    return Doubt(f"{' '.join(stray)} does not belong to {', '.join(sorted(alone))}")


def invented_addresses(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Web and mail addresses that nobody wrote, as sentences: these are copied or they are wrong."""
    texts = [question, *(item.text for item in evidence), *map(words_beside, evidence)]
    known = [squeezed(text) for text in texts]
    found = (match.group().rstrip(".,;:!?") for match in _ADDRESS.finditer(draft))
    made = [a for a in found if not any(squeezed(_SCHEME.sub("", a)) in text for text in known)]
    return [f"the address {address[:80]} stands nowhere in the evidence" for address in made]


def _numbers_alone(text: str) -> set[str]:
    """Its numbers that are no part of a word or a code."""
    return {normal_number(number.rstrip(".,")) for number in _NUMBER.findall(text)}


def _is_word(word: str, question: str) -> bool:
    """Whether a word says something the question does not: more than a unit, with letters."""
    new = content_words(word) - content_words(question)
    return len(squeezed(word)) >= _SHORTEST and any(c.isalpha() for part in new for c in part)


def _lines_of(alone: set[str], case: Case) -> tuple[str, str]:
    """What stands with one of the numbers, and what stands elsewhere, without spaces.

    In a picture the number's lines, and those that are given whole; of documents all that hold it.
    """
    own: list[str] = []
    others: list[str] = []
    known = content_words(case.draft) | content_words(case.question)
    for item in case.evidence:
        for line in _lines(item) if item.kind in _READ else ():
            words = content_words(line)
            whole = len(words & known) >= _MOSTLY * len(words)
            (own if whole or alone & set(numbers(line)) else others).append(squeezed(line))
    pages = [item for item in case.evidence if item.kind == "passage"]
    named = {item.source.document for item in pages if alone & set(numbers(item.text))}
    for item in pages if named else ():
        text = squeezed(f"{item.text} {words_beside(item)}")
        (own if item.source.document in named else others).append(text)
    return " ".join(own), " ".join(others)


def _beside(alone: set[str], case: Case) -> set[str]:
    """The words of the lines in which the numbers stand."""
    texts = (
        line
        for item in case.evidence
        for line in (_lines(item) if item.kind in _READ else item.text.split("\n"))
    )
    return set().union(*(content_words(text) for text in texts if alone & set(numbers(text))))


def _lines(item: Evidence) -> list[str]:
    """What was read of a picture, long rows with those they go on in."""
    joined: list[str] = []
    goes_on = False
    for row in rows_read(item.lines).values():
        if goes_on:
            joined[-1] += f" {row}"
        else:
            joined.append(row)
        goes_on = len(joined[-1].split()) >= _PROSE and not _ENDS.search(joined[-1])
    return joined
