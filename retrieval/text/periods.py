"""Rows of figures under periods, as tables: what reports are mostly made of, read off their lines.

Only periods (years, dates, quarters) are read from headers: they are what columns of reports are mostly
named by and look alike in every language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ...schema import Table
from ..pages import Page, well_formed
from ..table_rows import TableRow, named_table
from .row_figures import cells_of

__all__ = ["period_tables", "periods_in", "with_tables"]

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
_MOST_WORDS = 10
"""Words a header has besides its periods; a longer line is a sentence."""
_NO_HEADER = 6
"""Words from which a line without a period ends what a header of several lines collects."""


def with_tables(page: Page) -> Page:
    """The page with the tables that its lines show beside those that its format names."""
    known = {line for table in page.tables for line in table.lines if line >= 0}
    lines = well_formed(page.text).split("\n")
    more = [table for table in period_tables(lines) if known.isdisjoint(table.lines)]
    return replace(page, tables=(*page.tables, *more)) if more else page


def period_tables(lines: Sequence[str]) -> tuple[Table, ...]:
    """The rows of numbers among the lines of a page that stand under periods, as tables.

    A row is one of these only where it has just as many cells as there are periods above it.
    """
    found: list[tuple[list[TableRow], list[tuple[str, ...]]]] = []
    columns: list[tuple[str, ...]] = []
    pending: list[str] = []
    spans: list[str] = []
    for at, line in enumerate(lines):
        label, cells = cells_of(line)
        if header := _header(line):
            pending = header if len(header) > 1 else [*pending, *header]
            spans = _spans(line) or spans
        elif len(cells) > 1 or (cells and len(cells) == len(columns)):
            if pending:
                columns, pending, spans = _named(pending, spans), [], []
                head = TableRow(-1, ("", *map(" ".join, columns)), True)
                found.append(([head], [(), *columns]))
            if label and len(cells) == len(columns) > 1:
                found[-1][0].append(TableRow(at, (label, *cells), False))
        elif more := _spans(line):
            pending, spans = [], more
        elif len(line.split()) >= _NO_HEADER:
            pending, spans = [], []
    return tuple(named_table(rows, heads) for rows, heads in found if len(rows) > 1)


def periods_in(text: str) -> list[str]:
    """Years, dates and quarters of a text as they are written, in order."""
    return [" ".join(match.group().split()) for match in _PERIOD.finditer(text)]


def _header(line: str) -> list[str]:
    """The periods of a line that holds little else; [] where it is none."""
    rest = _PERIOD.sub(" ", line)
    if any(c.isdigit() for c in _SPAN.sub(" ", rest)) or len(rest.split()) > _MOST_WORDS:
        return []
    return periods_in(line)


def _spans(line: str) -> list[str]:
    return [" ".join(match.group().split()) for match in _SPAN.finditer(line)]


def _named(periods: list[str], spans: list[str]) -> list[tuple[str, ...]]:
    """The periods with what stands over them, where it parts them evenly; years need not be told."""
    if not spans or len(periods) % len(spans) or all("year" in span.lower() for span in spans):
        return [(period,) for period in periods]
    each = len(periods) // len(spans)
    return [(spans[n // each], period) for n, period in enumerate(periods)]
