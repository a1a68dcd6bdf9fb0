"""Whether the numbers of a draft stand under the periods that were asked about.

The commonest slip of a small model over a report is the right row and the wrong year: the number stands in
the evidence, so comparing numbers alone lets it pass. Rows that were told with their periods show it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...retrieval.text.periods import cells_of
from ...schema import Evidence
from ..text.amounts import forms_of
from ..text.facts import numbers, words

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_SHORT_YEAR = re.compile(r"\b(?:FY|Q[1-4]|[1-4]Q)\s?'?(\d\d)\b", re.IGNORECASE)
_RISE = frozenset("increased increase rose risen grew grown improved higher up gained".split())
_FALL = frozenset(
    "decreased decrease fell fallen declined decline dropped drop lower down shrank reduced".split()
)
_CELL = re.compile(r"[:;] ([^:;=]+) = ([^;]*)")
_TWO = 2
_ROW_CELLS = 2
_FROM_TO = re.compile(r"\bfrom\b(.{1,60}?)\bto\b(.{1,40})", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class DatedNumber:
    """A number of a row and the period of its column."""

    number: str
    period: str


_PART = re.compile(
    r"\b(?:three|six|nine|[369])\s+months|\bquarters?\b|\bQ[1-4]|\b[1-4]Q|\bH[12]\b|half"
    r"|(?<!twelve\s)(?<!12\s)month",
    re.IGNORECASE,
)
"""A part of a year."""


def wrong_periods(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """Numbers of a draft taken from another year's column than was asked, as sentences.

    Only where the number stands nowhere else: under another year while the same row has one for a year
    that was asked, or under a part of the year where the question names a year and no part.
    """
    asked = years_of(question) | years_of(draft)
    if not asked:
        return []
    texts = _passages(evidence)
    rows = [row for text in texts for row in told_rows(text)]
    # A row whose columns nobody could name says of no number which year it is of.
    loose = {
        n
        for text in texts
        for line in text.split("\n")
        if not told(line) and len(cells_of(line)[1]) < _ROW_CELLS
        for n in numbers(line)
    }
    found = []
    for said, forms in forms_of(draft, question, texts).items():
        there = [(c, row) for row in rows for c in row if _same(c.number, forms)]
        if not there or said in asked or forms & (loose | set(numbers(question))):
            continue
        if all(_PART.search(cell.period) for cell, _ in there) and not _PART.search(question):
            found.append(f"{said} is of {there[0][0].period}, a part of the year")
        elif not any(years_of(cell.period) & asked for cell, _ in there) and any(
            years_of(cell.period) & asked for _, row in there for cell in row
        ):
            wanted = " or ".join(sorted(years_of(question) or asked))
            found.append(f"{said} stands under {there[0][0].period}, not under {wanted}")
    return found


def one_sided(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """One number where two years are asked about and its row has one for each, as a sentence."""
    asked, said = years_of(question), _amounts(draft)
    if len(asked) != _TWO or len(said) != 1:
        return []
    rows = [row for text in _passages(evidence) for row in told_rows(text)]
    there = [row for row in rows if any(_amounts(cell.number) == said for cell in row)]
    periods = [" ".join(cell.period for cell in row) for row in there]
    if not there or not all(asked <= years_of(told) for told in periods):
        return []
    return [f"it tells of one year only; give the numbers of {' and '.join(sorted(asked))}"]


def wrong_direction(draft: str) -> list[str]:
    """A rise told with falling numbers, or the other way round: "fell from 38 to 41"."""
    match = _FROM_TO.search(draft)
    if match is None:
        return []
    before, after = (_amounts(part) for part in match.groups())
    said = set(words(draft[: match.start()]))
    rise, fall = bool(said & _RISE), bool(said & _FALL)
    if not before or not after or rise == fall or before[0] == after[0]:
        return []
    if (after[0] > before[0]) != rise:
        told = "a rise" if rise else "a fall"
        return [f"it tells {told}, but its numbers say the opposite"]
    return []


def _amounts(text: str) -> list[float]:
    return [float(n) for n in numbers(text) if not _YEAR.fullmatch(n)]


def _passages(evidence: Sequence[Evidence]) -> list[str]:
    """Of retrieved pages; nothing else has columns with periods."""
    return [item.text for item in evidence if item.kind == "passage"]


def years_of(text: str) -> set[str]:
    """The years a text names: "FY2018" and "FY18" -> "2018"."""
    return set(_YEAR.findall(text)) | {f"20{short}" for short in _SHORT_YEAR.findall(text)}


def told(line: str) -> bool:
    """Whether a line is a row told with its periods."""
    return " = " in line and ": " in line


def told_rows(text: str) -> Iterable[list[DatedNumber]]:
    """The rows of a text that were told with their periods; see `retrieval.periods`."""
    for line in filter(told, text.split("\n")):
        pairs = _CELL.findall(line)
        yield [DatedNumber(n, period.strip()) for period, cell in pairs for n in numbers(cell)[:1]]


def _same(number: str, forms: set[str]) -> bool:
    return number in forms or number.lstrip("-") in forms


def of_other_periods(draft: str, question: str, evidence: Sequence[Evidence]) -> list[str]:
    """All that is wrong with the periods of a draft's numbers."""
    return [*wrong_periods(draft, question, evidence), *one_sided(draft, question, evidence)]
