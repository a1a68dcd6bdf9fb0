"""Whether the numbers of a draft stand where the question's own words stand."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from ..schema import Evidence
from .amounts import in_other_units
from .facts import content_words, numbers

LEAST_SHARE = 0.4
"""Of the question's rare words in the line that has most of them: what the number's own line must hold."""

NEAR_SHARE = 0.8
"""The same, for a line that a draft may be copied from."""
MOST_WORDS = 3
"""Besides its numbers, in a draft that is a number: its unit, its period."""


def off_topic(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Numbers of a draft whose lines hold far fewer of the question's rare words than others do.

    A row of another thing ("Adjusted EBIT" where EBITDA was asked for) has the right form and the right
    year. Only lines of retrieved pages that hold numbers are compared, and only drafts that are little
    more than a number: a sentence has words of its own to be checked by.
    """
    if len(content_words(draft) - set(numbers(draft)) - content_words(question)) > MOST_WORDS:
        return []
    texts = [item.text for item in evidence if item.kind == "passage"]
    lines = [line for text in texts for line in text.split("\n")[1:] if numbers(line)]
    scores = _scores(question, lines)
    best = max(scores, default=0.0)
    asked = set(numbers(question))
    other = in_other_units(draft, question, texts)
    found = []
    for said in dict.fromkeys(numbers(draft)):
        forms = {said, said.lstrip("-"), *other.get(said, ())}
        own = [s for s, line in zip(scores, lines, strict=True) if forms & set(numbers(line))]
        if said not in asked and own and max(own) < LEAST_SHARE * best:
            found.append(f"{said} stands in a line about something else")
    return found


def well_placed(draft: str, question: str, evidence: Sequence[Evidence]) -> bool:
    """Whether one line holds all that a draft says, and about as many of the question's words as any."""
    said = content_words(draft) - content_words(question)
    lines = [ln for e in evidence if e.kind == "passage" for ln in e.text.split("\n")[1:]]
    scores = _scores(question, lines)
    own = [s for s, line in zip(scores, lines, strict=True) if said and said <= content_words(line)]
    return max(own, default=0.0) >= NEAR_SHARE * max(scores, default=1.0)


def _scores(question: str, lines: Sequence[str]) -> list[float]:
    """How many of the question's words each line holds, rare ones counting more."""
    asked = content_words(question)
    there = [content_words(line) & asked for line in lines]
    known = Counter(word for words in there for word in words)
    rarity = {word: math.log(1 + len(lines) / (1 + count)) for word, count in known.items()}
    return [sum(rarity[word] for word in words) for words in there]
