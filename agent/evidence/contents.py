"""What evidence holds as values: lines as they were written, rows of tables, words that may bear a number.

Programs compare these. Where a page stands, what a file is called and how large a part is are words of
our own (`rendering.in_words`): they bear no number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from ...retrieval.table_rows import renumbered, values_of
from ...retrieval.text.wording import spoken
from ...schema import Cell, Evidence, Table, TextLine
from ..text.facts import numbers, years_of

Values: TypeAlias = dict[str, Decimal]
"""Numbers by the name of their row, or of a chart's label."""


@dataclass(frozen=True)
class ContentLine:
    """A line as it was written, and the values in it where it is a row of a table."""

    words: str
    cells: tuple[Cell, ...] = ()

    @property
    def label(self) -> str:
        """What names the row."""
        return " ".join(self.cells[0].label) if self.cells else ""

    @property
    def told(self) -> str:
        """The words, and those that stand over the cells."""
        return " ".join([self.words, *(word for cell in self.cells for word in cell.header)])


def lines_of(item: Evidence) -> list[ContentLine]:
    """The lines of evidence, in order."""
    rows = {
        at: tuple(values_of(row))
        for table in item.tables
        for at, row in zip(table.lines, table.rows, strict=False)
    }
    texts = rows_read(item.lines) if _was_read(item) else dict(enumerate(item.text.split("\n")))
    return [ContentLine(text, rows.get(at, ())) for at, text in texts.items() if text.strip()]


def lines_of_pages(evidence: Iterable[Evidence]) -> list[ContentLine]:
    """The lines of retrieved passages."""
    return [line for item in evidence if item.kind == "passage" for line in lines_of(item)]


def rows_read(lines: Sequence[TextLine]) -> dict[int, str]:
    """What was read from a picture, row by row, cells two spaces apart."""
    rows: dict[int, list[str]] = {}
    for line in lines:
        rows.setdefault(line.row, []).append(line.text)
    return {at: "  ".join(rows[at]) for at in sorted(rows)}


def words_read(item: Evidence) -> str:
    """The words that may bear a number: those that were read, or an expert's where it reads nothing."""
    if item.calculation is not None:
        return f"{item.calculation.expression}\n{item.calculation.result}"
    if item.kind == "objects":
        return ""  # boxes are counted
    if item.kind == "region" or _was_read(item):
        return "\n".join(rows_read(item.lines).values())
    return item.text


def words_beside(item: Evidence) -> str:
    """What a passage's document is called, and what the passage stands under."""
    return " ".join([spoken(item.source.document or ""), *item.heading])


def with_lines(item: Evidence, kept: Sequence[int]) -> Evidence:
    """A passage with only these lines of its text, and what of its tables stands in them."""
    texts = item.text.split("\n")
    places = {at: n for n, at in enumerate(kept)}
    update = {
        "text": "\n".join(texts[at] for at in kept),
        "tables": renumbered(item.tables, places),
    }
    return item.model_copy(update=update)


def _was_read(item: Evidence) -> bool:
    return item.kind == "text" and bool(item.lines)


def number_of(cell: Cell) -> set[str]:
    """The number of a cell, with its sign and without."""
    return {form for number in numbers(cell.text)[:1] for form in (number, number.lstrip("-"))}


def heads_of(cell: Cell) -> str:
    """What stands over a cell."""
    return " ".join(cell.header)


def years_in(cell: Cell) -> set[str]:
    """The years that stand over a cell."""
    return years_of(heads_of(cell))


def columns(table: Table) -> dict[str, Values]:
    """The numbers of a table by their columns' heads; "" for the values of a chart."""
    found: dict[str, Values] = {}
    for cell in (cell for row in table.rows for cell in values_of(row)):
        if cell.label and len(said := numbers(cell.text)) == 1:
            found.setdefault(heads_of(cell), {})[" ".join(cell.label)] = Decimal(said[0])
    return found
