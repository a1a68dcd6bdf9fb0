"""From loose lines of text to rows in the order a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ...schema import TextLine

_WIDE = 0.6  # share of the block's width from which a line runs across its columns
_PROSE = 16  # characters of a column's usual line; cells of a table are shorter
_COLUMN_LINES = 3  # fewer lines are no column
_SAME_ROW = 0.5  # of the smaller line's height: how far baselines may be apart
_OVERLAP = 0.3  # of the smaller line's width: what stands over another is another row


@dataclass(frozen=True)
class _Placed:
    """A line with its middle as if the picture stood straight."""

    line: TextLine
    y: float

    @property
    def x1(self) -> float:
        return self.line.box.x1

    @property
    def x2(self) -> float:
        return self.line.box.x2

    @property
    def height(self) -> float:
        return max(self.line.box.height, 1.0)


def in_reading_order(lines: Sequence[TextLine], slope: float = 0.0) -> list[TextLine]:
    """The same lines, ordered and with `row` set: lines side by side share a row.

    Columns of running text are read one after the other; the cells of a table stay in their rows.

    Args:
        lines: in one frame, in any order.
        slope: how much the text falls per pixel to the right (skew), within about 0.2.
    """
    placed = [_straight(line, slope) for line in lines]
    ordered: list[TextLine] = []
    for number, row in enumerate(_rows_in_order(placed)):
        ordered += [cell.line.model_copy(update={"row": number}) for cell in row]
    return ordered


def _straight(line: TextLine, slope: float) -> _Placed:
    x, y = line.box.center
    return _Placed(line, y - slope * x)


def _rows_in_order(lines: Sequence[_Placed]) -> list[list[_Placed]]:
    """Bands between lines that run across the page; in each band its columns; in each its rows."""
    if not lines:
        return []
    across = max(line.x2 for line in lines) - min(line.x1 for line in lines)
    rows: list[list[_Placed]] = []
    band: list[_Placed] = []
    for row in _rows(lines):
        if len(row) == 1 and row[0].x2 - row[0].x1 > _WIDE * across:
            rows += [*_columns(band), row]
            band = []
        else:
            band += row
    return rows + _columns(band)


def _columns(lines: Sequence[_Placed]) -> list[list[_Placed]]:
    """The rows of a band, column by column where there is a clear gutter between running text.

    A line that stands alone and reaches over the gutter, as a title does, parts what is above it
    from what is below.
    """
    cut = _gutter(lines)
    if cut is not None:
        left = [line for line in lines if line.x1 < cut]
        right = [line for line in lines if line.x1 >= cut]
        return _columns(left) + _columns(right)
    rows = _rows(lines)
    alone = [row[0] for row in rows if len(row) == 1]
    others = [line for row in rows if len(row) > 1 for line in row]
    gutter = _gutter(others) if alone else None
    if gutter is None:
        return rows
    found: list[list[_Placed]] = []
    band: list[_Placed] = []
    for row in rows:
        if len(row) == 1 and row[0].x1 < gutter - row[0].height and row[0].x2 > gutter:
            found += [*_columns(band), row]
            band = []
        else:
            band += row
    # Without a line across, the same lines would be tried again and again.
    return found + (_columns(band) if found else rows)


def _gutter(lines: Sequence[_Placed]) -> float | None:
    """Where the right column begins, or None."""
    ordered = sorted(lines, key=lambda line: line.x1)
    end = float("-inf")
    for place, line in enumerate(ordered):
        wide = line.x1 - end >= 0.5 * line.height
        if wide and _is_prose(ordered[:place]) and _is_prose(ordered[place:]):
            return line.x1
        end = max(end, line.x2)
    return None


def _is_prose(lines: Sequence[_Placed]) -> bool:
    return len(lines) >= _COLUMN_LINES and median(len(i.line.text) for i in lines) >= _PROSE


def _rows(lines: Sequence[_Placed]) -> list[list[_Placed]]:
    """Lines with the same baseline, left to right; rows from top to bottom."""
    rows: list[list[_Placed]] = []
    for line in sorted(lines, key=lambda item: item.y):
        # Only the last rows can be near enough: lines come from top to bottom.
        row = next((row for row in reversed(rows[-3:]) if _belongs(line, row)), None)
        if row is None:
            rows.append([line])
        else:
            row.append(line)
    return [sorted(row, key=lambda cell: cell.x1) for row in rows]


def _belongs(line: _Placed, row: Sequence[_Placed]) -> bool:
    middle = sum(cell.y for cell in row) / len(row)
    near = abs(line.y - middle) <= _SAME_ROW * min(line.height, *(cell.height for cell in row))
    return near and not any(_over(line, cell) for cell in row)


def _over(a: _Placed, b: _Placed) -> bool:
    shared = min(a.x2, b.x2) - max(a.x1, b.x1)
    return shared > _OVERLAP * max(1.0, min(a.x2 - a.x1, b.x2 - b.x1))
