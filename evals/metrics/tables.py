"""Tables that were found against tables that are there: adjacency of cells, and where cells stand.

Göbel, Hassan, Oro and Orsi, "A Methodology for Evaluating Algorithms for Table Understanding in PDF
Documents" (DocEng 2012), the measure of the ICDAR 2013 table competition.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...schema import Box, Cell, Table

__all__ = ["Matched", "adjacency", "boxed_right"]

_NO_CONTENT = re.compile(r"[\W_]")

_Relation = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Matched:
    """How many relations were found, are there, and are both; sums over documents by `+`."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    def __add__(self, other: Matched) -> Matched:
        return Matched(
            self.right + other.right, self.found + other.found, self.wanted + other.wanted
        )

    @property
    def precision(self) -> float:
        """Of what was found, 0..1; 1 where nothing was."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Of what is there, 0..1; 1 where nothing is."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def adjacency(found: Iterable[Table], truth: Iterable[Table]) -> Matched:
    """Relations between each cell and the next one with content to its right, and below it.

    Texts are compared by their letters and digits alone. All tables of a document are taken together,
    so that a table that was found in parts loses only the relations between them.
    """
    have = sum((_relations(table) for table in found), Counter[_Relation]())
    want = sum((_relations(table) for table in truth), Counter[_Relation]())
    return Matched((have & want).total(), have.total(), want.total())


def _relations(table: Table) -> Counter[_Relation]:
    grid: dict[tuple[int, int], Cell] = {}
    for cell in table.cells:
        if _content(cell.text):
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    grid[row, column] = cell
    rows, columns = table.shape
    pairs: set[tuple[int, int, str]] = set()
    relations: Counter[_Relation] = Counter()
    for (row, column), cell in grid.items():
        right = (grid.get((row, at)) for at in range(column + 1, columns))
        below = (grid.get((at, column)) for at in range(row + 1, rows))
        for way, ahead in (("right", right), ("below", below)):
            other = next((one for one in ahead if one is not None), None)
            if other is None or other is cell or (id(cell), id(other), way) in pairs:
                continue
            pairs.add((id(cell), id(other), way))
            relations[_content(cell.text), _content(other.text), way] += 1
    return relations


def _content(text: str) -> str:
    return _NO_CONTENT.sub("", text.lower())


def boxed_right(found: Sequence[Cell], truth: Sequence[Cell], iou: float = 0.5) -> tuple[int, int]:
    """Of the cells whose text was found on the right page, how many stand in the right place.

    Args:
        found: cells of one document, with boxes and pages.
        truth: the same of what is there.
        iou: that the boxes of one text need to be at the same place.

    Returns:
        Cells in the right place, and cells that were matched by their text.
    """
    boxes: dict[tuple[int | None, str], list[Box]] = {}
    for cell in found:
        if cell.box is not None and _content(cell.text):
            boxes.setdefault((cell.page, _content(cell.text)), []).append(cell.box)
    right = matched = 0
    for cell in truth:
        there = boxes.get((cell.page, _content(cell.text)), [])
        if cell.box is None or not there:
            continue
        best = max(there, key=cell.box.iou)
        matched += 1
        if cell.box.iou(best) >= iou:
            right += 1
            there.remove(best)
    return right, matched
