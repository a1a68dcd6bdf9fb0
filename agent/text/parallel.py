"""Years and amounts that a sentence lists side by side: "$2.4 billion and $3.0 billion in 2016 and 2017".

Reports say much of what tables say in such sentences; which amount is of which year is a matter of order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .amounts import UNIT
from .facts import numbers

_ITEM = re.compile(
    rf"(?P<year>(?<![\w.,$€£¥])(?:19|20)\d\d(?![\w%]|[.,]\d))"
    rf"|(?<![\w.,])\(?[$€£¥]?\s?\d[\d.,]{{0,20}}(?<![.,])\)?(?:\s?%|\s(?:{UNIT})(?!\w))?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\s,;]{0,4}(?:(?:and|und|et|y|e|en|og|och|及|和|&)\s{1,2})?", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[^\W\d_])")
_FEWEST = 2


class YearlyAmounts(NamedTuple):
    """A sentence, and what it lists: year to amount, as written."""

    sentence: str
    amounts: dict[str, str]

    def has(self, number: str) -> bool:
        """Whether one of the amounts is this number, in its normal form."""
        return any(number in numbers(amount) for amount in self.amounts.values())


def by_year(text: str) -> Iterator[YearlyAmounts]:
    """Each list of amounts of a sentence that lists as many years."""
    for sentence in _SENTENCE.split(" ".join(text.split())):
        runs = list(_runs(sentence))
        years = {items for is_year, items in runs if is_year and len(set(items)) >= _FEWEST}
        for is_year, items in runs:
            of = [one for one in years if len(one) == len(items)]
            if not is_year and len(of) == 1:
                yield YearlyAmounts(sentence, dict(zip(of[0], items, strict=True)))


def _runs(sentence: str) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """Years, or amounts, with nothing but commas and an "and" between them."""
    run: list[str] = []
    kind, end = False, -1
    for found in _ITEM.finditer(sentence):
        is_year = found["year"] is not None
        joined = end >= 0 and _BETWEEN.fullmatch(sentence, end, found.start())
        if run and (is_year != kind or not joined):
            yield kind, tuple(run)
            run = []
        run.append(found.group().strip())
        kind, end = is_year, found.end()
    if run:
        yield kind, tuple(run)
