"""Whether the numbers of a draft stand under the periods that were asked about.

The commonest slip of a small model over a report is the right row and the wrong year: the number stands in
the evidence, so comparing numbers alone lets it pass. The heads of columns show it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...retrieval.text.row_figures import cells_of
from ...schema import Evidence
from ..evidence.contents import heads_of, lines_of_pages, number_of, years_in
from ..text.amounts import forms_of
from ..text.facts import content_words, numbers, replace_value, written_as, years_of
from ..text.parallel import YearlyAmounts, by_year

_PART = re.compile(
    r"\b(?:three|six|nine|[369])\s+months|\bquarters?\b|\bQ[1-4]|\b[1-4]Q|\bH[12]\b|half"
    r"|(?<!twelve\s)(?<!12\s)month",
    re.IGNORECASE,
)
"""A part of a year."""
_PART_OF_SENTENCE = re.compile(r"[.,;!?()](?=\s)|\n")
_NUMBER = re.compile(r"\d[\d.,]{0,20}")
_TWO = 2
_ROW_CELLS = 2


def of_other_periods(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """All that is wrong with the periods of a draft's numbers."""
    return [*wrong_periods(draft, question, evidence), *one_sided(draft, question, evidence)]


def wrong_periods(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Numbers of a draft taken from another year's column than was asked, as sentences.

    Only where the number stands nowhere else: under another year while the same row has one for a year
    that was asked, or under a part of the year where the question names a year and no part.
    """
    asked = years_of(question) | years_of(draft)
    if not asked:
        return []
    lines = lines_of_pages(evidence)
    # A row whose columns nobody could name says of no number which year it is of.
    prose = (x.words for x in lines if not x.cells and len(cells_of(x.words)[1]) < _ROW_CELLS)
    loose = {number for words in prose for number in numbers(words)} | set(numbers(question))
    texts = [item.text for item in evidence if item.kind == "passage"]
    found = []
    for said, forms in forms_of(draft, question, texts).items():
        there = [(cell, x.cells) for x in lines for cell in x.cells if number_of(cell) & forms]
        if not there or said in asked or forms & loose:
            continue
        if all(_PART.search(heads_of(cell)) for cell, _ in there) and not _PART.search(question):
            found.append(f"{said} is of {heads_of(there[0][0])}, a part of the year")
        elif not any(years_in(cell) & asked for cell, _ in there) and any(
            years_in(cell) & asked for _, row in there for cell in row
        ):
            wanted = " or ".join(sorted(years_of(question) or asked))
            found.append(f"{said} stands under {heads_of(there[0][0])}, not under {wanted}")
    return found


def swapped_periods(draft: str, evidence: Sequence[Evidence]) -> list[str]:
    """Numbers that a part of a sentence gives for another year than their column's, as sentences.

    "It was 14.8% in 2022, compared to 0.6% in 2021" where the columns have it the other way round: both
    years are asked about, so only the part of the sentence tells which number is meant for which.
    """
    parts = [part for part in _PART_OF_SENTENCE.split(draft) if len(years_of(part)) == 1]
    return [wrong for part in parts for wrong in wrong_periods(part, "", evidence)]


def right_year(draft: str, question: str, evidence: Sequence[Evidence]) -> str:
    """The draft with the amount of the year that was asked for, where a sentence lists several years'.

    Only one number of a draft for one year is put right, and only where no other line has it for that year.
    """
    asked = years_of(question)
    said = set(numbers(draft)) - set(numbers(question))
    if len(asked) != 1 or len(said) != 1:
        return draft
    (year,), (number,) = asked, said
    passages = [item.text for item in evidence if item.kind == "passage"]
    lists = _most_alike(question, [y for text in passages for y in by_year(text) if y.has(number)])
    cells = (cell for line in lines_of_pages(evidence) for cell in line.cells)
    if any(number in number_of(cell) and year in years_in(cell) for cell in cells):
        return draft
    right = {amounts.get(year, "") for amounts in lists}
    if len(right) != 1 or not (amount := right.pop()) or number in (new := numbers(amount)):
        return draft
    written = {a for amounts in lists for a in amounts.values() if number in numbers(a)}
    if len(new) != 1 or {_NUMBER.sub("", a) for a in written} != {_NUMBER.sub("", amount)}:
        return draft  # of another unit
    return replace_value(draft, number, written_as(amount, new[0]))


def _most_alike(question: str, lists: Sequence[YearlyAmounts]) -> list[dict[str, str]]:
    """Those of the sentences that share most words with a question; others list the same by chance."""
    asked = content_words(question)
    shared = [len(asked & content_words(listed.sentence)) for listed in lists]
    most = max(shared, default=0)
    return [y.amounts for y, count in zip(lists, shared, strict=True) if count == most]


def one_sided(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """One number where two years are asked about and its row has one for each, as a sentence."""
    asked = years_of(question)
    said = {number for number in numbers(draft) if not years_of(number)}
    if len(asked) != _TWO or len(said) != 1:
        return []
    rows = [line.cells for line in lines_of_pages(evidence)]
    there = [row for row in rows if any(number_of(cell) & said for cell in row)]
    years = (set().union(*map(years_in, row)) for row in there)
    if not there or not all(asked <= known for known in years):
        return []
    return [f"it tells of one year only; give the numbers of {' and '.join(sorted(asked))}"]
