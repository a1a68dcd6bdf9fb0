"""Money that was handed over, told from what had to be paid by the change that came back.

A small model asked for the total of a receipt may give the largest sum on it, which is the cash. Where
a line says what came back, subtraction tells which sum was meant: the program's work, as counting is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from ...schema import Evidence
from ..evidence.contents import lines_of
from ..text.facts import content_words, normal_number, squeezed

_BACK = tuple(
    """
    change baki wechselgeld ruckgeld zuruck rendu cambio vuelto vuelta resto troco wisselgeld 找零 お釣
    """.split()
)
"""As `facts.squeezed` gives them, without accents; a line of the change begins with one."""
_ABOVE = 3  # lines in which the change follows what was handed over
_SUM = re.compile(r"(?<![\d.,])\d+(?:[ ,.]\d{3}){0,6}[.,]\d\d(?!\d)")


class Sum(NamedTuple):
    """Money as it is written, and the line it stands on."""

    value: Decimal
    written: str
    line: str


def right_total(draft: str, question: str, evidence: Sequence[Evidence]) -> str:
    """The draft with what had to be paid in the place of what was handed over, where that is asked.

    The line of what had to be paid must have a word of the question, and no fewer of them than the
    line of the cash: asked for the cash, the cash is right.
    """
    said = sums(draft)
    for item in evidence if len(said) == 1 else ():
        for cash, due in handed_over([line.words for line in lines_of(item)]):
            meant = shared(due.line, question) >= max(1, shared(cash.line, question))
            if cash.value == said[0].value and meant:
                return draft.replace(said[0].written, due.written)
    return draft


def handed_over(lines: Sequence[str]) -> Iterator[tuple[Sum, Sum]]:
    """Sums just above a line of the change, each with the earlier one that the change leaves of it."""
    for place in (at for at, line in enumerate(lines) if squeezed(line).startswith(_BACK)):
        back = int("0" + re.sub(r"\D", "", lines[place]))  # recognisers lose points: "Change 0 05"
        for above in range(max(0, place - _ABOVE), place):
            earlier = [due for line in reversed(lines[:above]) for due in sums(line)]
            for cash in sums(lines[above]):
                left = (d for d in earlier if d.value > 0 < back == (cash.value - d.value) * 100)
                yield from ((cash, due) for due in left)


def sums(line: str) -> list[Sum]:
    """Every number with two decimals."""
    found = (match.group() for match in _SUM.finditer(line))
    return [Sum(Decimal(normal_number(written)), written, line) for written in found]


def shared(line: str, question: str) -> int:
    """How many words of the question a line has, also where they run into a number."""
    text = squeezed(line)
    return sum(squeezed(word) in text for word in content_words(question))
