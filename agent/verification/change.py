"""Money that was handed over, told from what had to be paid by the change that came back.

A small model asked for the total of a receipt may give the largest sum on it, which is the cash. Where
a line says what came back, subtraction tells which sum was meant: the program's work, as counting is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
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
    said = list(sums(draft))
    for item in evidence if len(said) == 1 else ():
        for cash, due in handed_over([line.words for line in lines_of(item)]):
            meant = shared(due.line, question) >= max(1, shared(cash.line, question))
            if cash.value == said[0].value and meant:
                return draft.replace(said[0].written, due.written)
    return draft


def handed_over(lines: Sequence[str]) -> Iterator[tuple[Sum, Sum]]:
    """Sums just above a line of the change, each with the earlier one that the change leaves of it."""
    changes = [at for at, line in enumerate(lines) if squeezed(line).startswith(_BACK)]
    told = [list(sums(line)) for line in lines] if changes else []
    for place in changes:
        back = int("0" + re.sub(r"\D", "", lines[place]))  # recognisers lose points: "Change 0 05"
        for above in range(max(0, place - _ABOVE), place):
            earlier = [one for line_sums in reversed(told[:above]) for one in line_sums]
            for cash, due in product(told[above], earlier):
                if due.value > 0 < back == (cash.value - due.value) * 100:
                    yield cash, due


def sums(line: str) -> Iterator[Sum]:
    """Every number with two decimals."""
    for found in _SUM.finditer(line):
        yield Sum(Decimal(normal_number(found.group())), found.group(), line)


def shared(line: str, question: str) -> int:
    """How many words of the question a line has, also where they run into a number."""
    text = squeezed(line)
    return sum(squeezed(word) in text for word in content_words(question))
