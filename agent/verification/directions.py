"""Whether what an answer says went up or down did, by the two numbers that it gives itself.

"It increased from 570 to 392" is wrong whatever stands in the evidence: a small model takes the direction
from the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ..text.amounts import Amount, amounts
from ..text.facts import words, years_of

_UP = frozenset(
    """
increase increased increases increasing rose rise risen rises rising grew grow grown grows growing
climbed gained stieg gestiegen wuchs gewachsen zugenommen erhoht augmente augmentee progresse
aumento aumentado subio crecio aumentato salito cresciuto aumentou cresceu gestegen
""".split()
)
"""As `facts.words` gives them, without accents; `_DOWN` and `_NOT` the same."""
_DOWN = frozenset(
    """
decrease decreased decreases decreasing fell fall fallen falls falling dropped drop drops declined
decline declines declining shrank shrunk sank gesunken fiel gefallen abgenommen verringert baisse
baissee diminue diminuee recule bajo disminuyo cayo diminuito sceso calato diminuiu caiu gedaald
""".split()
)
_NOT = frozenset("not no never didn doesn hasn nicht kein keine pas non nao niet".split())
_SENTENCE = re.compile(r"(?<=[.;!?])\s|\n")
_FROM = re.compile(r"\b(?:from|von|vom|de|du|desde|da|dal|van)\b", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|auf|à|a|al|para|naar)\b", re.IGNORECASE)
_NO_UNIT = frozenset({0})


def wrong_directions(draft: str) -> list[str]:
    """Changes whose two numbers go the other way than the words, as sentences."""
    return [said for sentence in _SENTENCE.split(draft) for said in _wrong(sentence)]


def _wrong(sentence: str) -> Iterator[str]:
    said = set(words(sentence))
    up, down = bool(said & _UP), bool(said & _DOWN)
    if up == down or (said & _NOT and not _answers_no(sentence)):
        return
    for before, after in _changes(sentence):
        here, there = _value(before, after), _value(after, before)
        if here != there and (there > here) != up:
            yield f"from {before.number} to {after.number} it went {'down' if up else 'up'}"


def _answers_no(sentence: str) -> bool:
    """Whether the only "no" of a sentence answers the question: "No, it fell from 5 to 3"."""
    first, *others = words(sentence)
    return first in _NOT and not _NOT & set(others)


def _changes(sentence: str) -> Iterator[tuple[Amount, Amount]]:
    """The two amounts of "from A to B"; what is below nothing is left out: a loss grows downwards."""
    for to in _TO.finditer(sentence):
        begins = [found.end() for found in _FROM.finditer(sentence, 0, to.start())]
        before = _amounts(sentence[begins[-1] : to.start()]) if begins else []
        after = _amounts(sentence[to.end() :])
        if len(before) == 1 and after and "-" not in before[0].number + after[0].number:
            yield before[0], after[0]


def _amounts(text: str) -> list[Amount]:
    """The amounts of a text; years are none."""
    years = years_of(text)
    return [amount for amount in amounts(text, _NO_UNIT) if amount.number not in years]


def _value(amount: Amount, other: Amount) -> Decimal:
    """What an amount comes to; "from 12 to 9 million" says its unit once."""
    powers = amount.powers if amount.powers != _NO_UNIT else other.powers
    return Decimal(amount.number).scaleb(max(powers))
