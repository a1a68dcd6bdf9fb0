"""Rows of tables rendered with the periods of their columns.

From "Net sales 32,765 31,657" a small model takes either number; "Net sales: 2018 = 32,765; 2017 = 31,657"
leaves nothing to guess, and lets a program see which column a number was taken from. Only periods (years,
dates, quarters) are read from headers: they are what columns of reports are mostly named by and look alike
in every language, and a row is rendered this way only where it has just as many cells as there are periods.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["as_written", "cells_of", "periods_in", "with_periods"]

_YEAR = r"(?:19|20)\d\d(?:[/-]\d\d)?"
_PERIOD = re.compile(
    rf"(?<![\w.,])(?:\d{{1,2}}[./]\d{{1,2}}[./]{_YEAR}"
    rf"|[^\W\d]{{3,}}\.?\s+\d{{1,2}},?\s+{_YEAR}"  # December 31, 2022
    rf"|\d{{1,2}}\.?\s+[^\W\d]{{3,}}\.?\s+{_YEAR}"  # 31 December 2022
    rf"|(?:FY|Q[1-4]|[1-4]Q|H[12])\s?'?(?:{_YEAR}|\d\d)(?!\d)"
    rf"|{_YEAR})(?![\w.,]\d)",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\b(?:three|six|nine|twelve|\d{1,2})\s+months\s+ended|\b(?:fiscal\s+)?(?:quarters?|years?)\s+ended",
    re.IGNORECASE,
)
"""What stands over several dates each: "Three Months Ended   Six Months Ended"."""
_VALUE = re.compile(r"[(\[$€£¥+−–—-]*\d[\d.,'’]*[%)\]]*|[–—−-]+|n/?[am]", re.IGNORECASE)
_GLUE = re.compile(r"[$€£¥(]+|[)%]+|pts|bps|pp", re.IGNORECASE)
_MOST_WORDS = 10
"""Words a header has besides its periods; a longer line is a sentence."""
_NO_HEADER = 6
"""Words from which a line without a period ends what a header of several lines collects."""


def with_periods(lines: Sequence[str]) -> list[str]:
    """The lines of a page in order, rows of numbers rendered with the periods of the header above them.

    Returns:
        As many lines; those that are no rows, or whose columns are not known, as they were.
    """
    rendered: list[str] = []
    columns: list[str] = []
    pending: list[str] = []
    spans: list[str] = []
    for line in lines:
        label, cells = cells_of(line)
        if header := _header(line):
            pending = header if len(header) > 1 else [*pending, *header]
            spans = _spans(line) or spans
        elif len(cells) > 1 or (cells and len(cells) == len(columns)):
            if pending:
                columns, pending, spans = _named(pending, spans), [], []
            if label and len(cells) == len(columns) > 1:
                line = f"{label}: " + "; ".join(map(_pair, columns, cells))
        elif found := _spans(line):
            pending, spans = [], found
        elif len(line.split()) >= _NO_HEADER:
            pending, spans = [], []
        rendered.append(line)
    return rendered


def as_written(line: str) -> str:
    """A line that `with_periods` told, as it stands on its page but for spaces; others as they are."""
    label = line.partition(" = ")[0].rpartition(": ")[0]
    pairs = [part.split(" = ") for part in line[len(label) + 2 :].split("; ")]
    if not label or len(pairs) < 2 or any(len(pair) != 2 for pair in pairs):
        return line
    return " ".join([label, *(cell for _, cell in pairs)])


def periods_in(text: str) -> list[str]:
    """Years, dates and quarters of a text as they are written, in order."""
    return [" ".join(match.group().split()) for match in _PERIOD.finditer(text)]


def cells_of(line: str) -> tuple[str, list[str]]:
    """The label of a row and the numbers that end it: "Sales $ 5 (4)%" -> ("Sales", ["$ 5", "(4)%"])."""
    tokens = line.split()
    at = len(tokens)
    while at and (_VALUE.fullmatch(tokens[at - 1]) or _GLUE.fullmatch(tokens[at - 1])):
        at -= 1
    cells: list[str] = []
    before = ""
    for token in tokens[at:]:
        if _VALUE.fullmatch(token):
            cells.append(f"{before} {token}".strip())
            before = ""
        elif cells and token[0] not in "$€£¥(":
            cells[-1] += token if token[0] in ")%" else f" {token}"
        else:
            before = token
    return " ".join(tokens[:at]), cells


def _header(line: str) -> list[str]:
    """The periods of a line that holds little else; [] where it is none."""
    rest = _PERIOD.sub(" ", line)
    if any(c.isdigit() for c in _SPAN.sub(" ", rest)) or len(rest.split()) > _MOST_WORDS:
        return []
    return periods_in(line)


def _spans(line: str) -> list[str]:
    return [" ".join(match.group().split()) for match in _SPAN.finditer(line)]


def _named(periods: list[str], spans: list[str]) -> list[str]:
    """The periods with what stands over them, where it parts them evenly; years need not be told."""
    if not spans or len(periods) % len(spans) or all("year" in span.lower() for span in spans):
        return periods
    each = len(periods) // len(spans)
    return [f"{spans[n // each]} {period}" for n, period in enumerate(periods)]


def _pair(column: str, cell: str) -> str:
    return f"{column} = {cell}"
