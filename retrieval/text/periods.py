"""Rows of figures under periods, as tables: what reports are mostly made of, read off their lines.

Only periods (years, dates, quarters) are read from headers: they are what columns of reports are mostly
named by and look alike in every language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from ...schema import Table
from ..pages import Page, well_formed
from ..table_rows import TableRow, named_table
from .heads import Head, Place, column_heads, heads_over
from .row_figures import placed_cells

__all__ = ["period_tables", "periods_in", "with_tables"]

_Name: TypeAlias = tuple[str, ...]

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
_SENTENCE = re.compile(r"[.:;,!?。]\s*$")
_NO_HEADER = 6
"""Words from which a line without a period ends what a header of several lines collects."""


def with_tables(page: Page) -> Page:
    """The page with the tables that its lines show beside those that its format names."""
    known = {line for table in page.tables for line in table.lines if line >= 0}
    lines = well_formed(page.text).split("\n")
    more = [x for x in period_tables(lines, _word_places(page)) if known.isdisjoint(x.lines)]
    return replace(page, tables=(*page.tables, *more)) if more else page


def period_tables(
    lines: Sequence[str], places: Mapping[int, Sequence[Place]] = MappingProxyType({})
) -> tuple[Table, ...]:
    """The rows of numbers among the lines of a page that stand under periods, as tables.

    A number is of the period that it stands under on the page. Where that is not known, a row is one of
    these only where it has just as many cells as there are periods above it.

    Args:
        lines: of the page.
        places: of the words of a line, by its number, where all are known.
    """
    found: list[tuple[list[TableRow], list[_Name]]] = []
    columns = _Columns()
    pending: list[str] = []
    spans: list[str] = []
    last = -1  # the line of periods, where one line has them all
    for at, line in enumerate(lines):
        label, cells, words = placed_cells(line)
        if header := _header(line) or _long_header(line, places.get(at, ())):
            pending, last = (header, at) if len(header) > 1 else ([*pending, *header], -1)
            spans = _spans(line) or spans
        elif len(cells) > 1 or (cells and len(cells) == len(columns.names)):
            if pending:
                columns = _Columns(_named(pending, spans))
                if last in places:
                    columns = columns.placed(lines[last], places[last])
                pending, spans = [], []
            outside = columns.outside(words, places.get(at, ()))  # marks of notes, of the label
            label = " ".join(line.split()[: words[outside].start]) if outside else label
            over = columns.over(words[outside:], places.get(at, ()))
            if over and label and len(over) > 1 and not _SENTENCE.search(line):
                if not found or found[-1][1] != [(), *over]:
                    head = TableRow(-1, ("", *map(" ".join, over)), True)
                    found.append(([head], [(), *over]))
                found[-1][0].append(TableRow(at, (label, *cells[outside:]), False))
        elif more := _spans(line):
            pending, spans = [], more
        elif len(line.split()) >= _NO_HEADER and (at - 1 != last or last not in places):
            pending, spans = [], []  # right below periods stand names of columns
    return tuple(named_table(rows, heads) for rows, heads in found)


class _Columns(NamedTuple):
    """What rows stand under: the periods, and where the words of their line stand, if it is known."""

    names: Sequence[_Name] = ()
    heads: Sequence[Head] = ()
    all_names: Sequence[_Name] = ()

    def placed(self, line: str, places: Sequence[Place]) -> _Columns:
        """The same with the heads of the line of periods."""
        words = line.split()
        named = [_words(line, match.span()) for match in _PERIOD.finditer(line)]
        if len(words) != len(places) or len(named) != len(self.names):
            return self
        heads = column_heads(places, named)
        periods = dict(zip((name.start for name in named), self.names, strict=True))
        names: list[_Name] = []
        for head in heads:
            own = [periods[n] for n in head.words if n in periods]
            names += own or [(" ".join(words[head.words.start : head.words.stop]),)]
        return _Columns(self.names, heads, names)

    def outside(self, cells: Sequence[range], places: Sequence[Place]) -> int:
        """How many of a row's first cells, but not all, stand before the first column."""
        if not self.heads or not places or cells[-1].stop != len(places):
            return 0
        left = self.heads[0].left
        before = [places[cell.start][0] + places[cell.stop - 1][1] < 2 * left for cell in cells]
        return 0 if all(before) else before.index(False)

    def over(self, cells: Sequence[range], places: Sequence[Place]) -> list[_Name]:
        """What stands over each cell of a row; [] where it is not known."""
        if not self.heads or not places:
            return list(self.names) if len(cells) == len(self.names) else []
        if cells[-1].stop != len(places):
            return []
        edges = [(places[cell.start][0], places[cell.stop - 1][1]) for cell in cells]
        return [self.all_names[n] for n in heads_over(self.heads, edges)]


def _words(line: str, span: tuple[int, int]) -> range:
    """The words of a line that hold the characters of a span, whole or in part."""
    begin, end = span
    return range(len(f"{line[:begin]}x".split()) - 1, len(line[:end].split()))


def _word_places(page: Page) -> dict[int, list[Place]]:
    """Left and right edges of the words of each line that has them for all."""
    found: dict[int, list[Place]] = {}
    starts = page.spans[:, 0]
    for number, line in enumerate(page.lines):
        first, last = starts.searchsorted([line.start, line.end])
        if last - first == page.text.count(" ", line.start, line.end) + 1:
            found[number] = [(float(x1), float(x2)) for x1, x2 in page.boxes[first:last, [0, 2]]]
    return found


def periods_in(text: str) -> list[str]:
    """Years, dates and quarters of a text as they are written, in order."""
    return [" ".join(match.group().split()) for match in _PERIOD.finditer(text)]


def _header(line: str) -> list[str]:
    """The periods of a line that holds little else; [] where it is none."""
    rest = _PERIOD.sub(" ", line)
    if any(c.isdigit() for c in _SPAN.sub(" ", rest)) or len(rest.split()) > _MOST_WORDS:
        return []
    return periods_in(line)


def _long_header(line: str, places: Sequence[Place]) -> list[str]:
    """The same of a line with more words, where they stand in columns."""
    words = line.split()
    named = [_words(line, match.span()) for match in _PERIOD.finditer(line)]
    if len(named) < 2 or len(words) != len(places):
        return []
    if any(c.isdigit() for c in _PERIOD.sub(" ", _SPAN.sub(" ", line))):
        return []
    heads = column_heads(places, named)
    in_columns = heads and len(words) - heads[0].words.start >= 2 * len(heads)
    return periods_in(line) if in_columns else []


def _spans(line: str) -> list[str]:
    return [" ".join(match.group().split()) for match in _SPAN.finditer(line)]


def _named(periods: list[str], spans: list[str]) -> list[tuple[str, ...]]:
    """The periods with what stands over them, where it parts them evenly; years need not be told."""
    if not spans or len(periods) % len(spans) or all("year" in span.lower() for span in spans):
        return [(period,) for period in periods]
    each = len(periods) // len(spans)
    return [(spans[n // each], period) for n, period in enumerate(periods)]
