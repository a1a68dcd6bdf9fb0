"""A table while it is being found: edges of its columns and rows, and cells with the words in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from ...pages import XYXY
from .layout import PlacedWord, bounds
from .lines import Line, text_lines

__all__ = ["Area", "Grid", "merged_edges"]


@dataclass(slots=True)
class Area:
    """A cell: where it begins, how far it goes, and what stands in it."""

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    marks: list[PlacedWord] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return text_lines(self.marks) if self.marks else []

    @property
    def text(self) -> str:
        return joined(" ".join(mark.text for mark in line.marks) for line in self.lines)

    @property
    def bold(self) -> bool:
        return bool(self.marks) and all(mark.bold for mark in self.marks)


@dataclass(slots=True)
class Grid:
    """A table: `xs` and `ys` are the edges of its columns and rows; cells cover it without overlap."""

    xs: list[float]
    ys: list[float]
    areas: list[Area]
    ruled: bool = False
    caption: str = ""
    head_rows: int = 0

    @property
    def rows(self) -> int:
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        return len(self.xs) - 1

    @property
    def box(self) -> XYXY:
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    @property
    def filled(self) -> list[Area]:
        return [area for area in self.areas if area.marks]

    def put(self, marks: Iterable[PlacedWord]) -> None:
        """Words into the cells that their middles stand in."""
        at = {
            (r, c): area
            for area in self.areas
            for r in range(area.row, area.row + area.row_span)
            for c in range(area.column, area.column + area.column_span)
        }
        for mark in marks:
            column = bisect_right(self.xs, (mark.x1 + mark.x2) / 2) - 1
            row = bisect_right(self.ys, mark.middle) - 1
            if (area := at.get((row, column))) is not None:
                area.marks.append(mark)

    def place(self, area: Area) -> XYXY:
        """Where a cell lies: around its words, or the whole of it where it has none."""
        if area.marks:
            return bounds(area.marks)
        return (
            self.xs[area.column],
            self.ys[area.row],
            self.xs[area.column + area.column_span],
            self.ys[area.row + area.row_span],
        )


def joined(lines: Iterable[str]) -> str:
    """Lines of a cell as one text; a word broken at a line's end by a hyphen is put together."""
    text = ""
    for line in lines:
        if text.endswith("-") and text[-2:-1].isalpha() and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text


def merged_edges(values: Iterable[float], near: float) -> list[float]:
    """Values with those closer than `near` made one."""
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= near:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [median(group) for group in groups]


def grid_of_cells(cells: Sequence[XYXY], near: float) -> Grid:
    """The grid that rectangles make up; those that go over several columns or rows become spans."""
    xs = merged_edges((x for cell in cells for x in (cell[0], cell[2])), near)
    ys = merged_edges((y for cell in cells for y in (cell[1], cell[3])), near)

    def at(edges: Sequence[float], value: float) -> int:
        return min(range(len(edges)), key=lambda k: abs(edges[k] - value))

    taken: set[tuple[int, int]] = set()
    areas = []
    for x1, y1, x2, y2 in sorted(cells, key=lambda cell: (cell[1], cell[0])):
        left, right, top, bottom = at(xs, x1), at(xs, x2), at(ys, y1), at(ys, y2)
        covered = {(r, c) for r in range(top, bottom) for c in range(left, right)}
        if covered and not covered & taken:
            taken |= covered
            areas.append(Area(top, left, bottom - top, right - left))
    rest = (
        Area(r, c) for r in range(len(ys) - 1) for c in range(len(xs) - 1) if (r, c) not in taken
    )
    areas += rest
    return Grid(xs, ys, areas, ruled=True)
